"""People of every sort who open the pages around a room."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.models import Membership, Role, Room


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def appoint(room: Room, user: User) -> User:
    """Make a member a moderator."""
    Membership.objects.filter(room=room, user=user).update(role=Role.MODERATOR)
    return user


def look(user: User, path: str) -> str:
    """The words and the markup of a page that the person may see."""
    answer = browser_of(user).get(path)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def send(user: User, path: str, **fields: str | int) -> Any:
    """The answer to a form."""
    return browser_of(user).post(path, fields)


def acts_in(page: str) -> set[str]:
    """What the page offers to do."""
    return set(re.findall(r'name="act" value="(\w+)"', page))


def cost_of(user: User, path: str) -> int:
    """How many queries a page takes, for somebody who has been here a moment ago."""
    client = browser_of(user)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
