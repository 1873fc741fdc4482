"""Fills Parley's database: `python -m comparison.seeding` prints everybody's session cookie.

Only this module reaches into the application. It does so in a process of its own and before
anything is measured.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import django
import msgspec

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import User
from chat.actions.changing import changing_room
from chat.actions.messages import draft_message, send_messages
from chat.actions.rooms import create_room
from chat.models import Membership

from .house import HOUSE, PAST, House, Room

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "person-"


class Inhabited(Exception):
    """The database holds people who are not of the benchmark; the message says so."""


def furnish(house: House) -> list[str]:
    """Make people and rooms where they are missing, and a new session for each person.

    Returns the cookies in the order of the people. Raises `Inhabited`.
    """
    if User.objects.exclude(username__startswith=PREFIX).exists():
        raise Inhabited("There are people in this database. Name an empty one in DATABASE_URL.")
    people = list(User.objects.order_by("pk")[: house.people])
    if not people:
        people = User.objects.bulk_create(
            User(username=f"{PREFIX}{number}", password="!")  # noqa: S106 - which nobody can have
            for number in range(house.people)
        )
        for room in house.rooms:
            _make(room, [people[place] for place in room.members])
    return _logged_in(people)


def _make(room: Room, members: Sequence[User]) -> None:
    made = create_room(owner=members[0], name=room.name)
    with changing_room(made.pk) as write:
        Membership.objects.bulk_create(Membership(room=made, user=user) for user in members[1:])
        write.tell_head()
    past = [
        draft_message(room=made.pk, sender=members[number % len(members)].pk, text=_said(number))
        for number in range(PAST)
    ]
    send_messages(past)


def _said(number: int) -> str:
    return f"Number {number} of what was said here before anybody came to listen to it."


def _logged_in(people: Sequence[User]) -> list[str]:
    """Store a session for each, as a login by password does."""
    engine: Any = import_module(settings.SESSION_ENGINE).SessionStore
    store: SessionStore = engine()
    table = engine.get_model_class()
    ends = timezone.now() + timedelta(days=1)
    rows = [
        table(
            session_key=get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
            expire_date=ends,
        )
        for user in people
    ]
    table.objects.bulk_create(rows)
    return [f"{settings.SESSION_COOKIE_NAME}={row.session_key}" for row in rows]


if __name__ == "__main__":
    try:
        cookies = furnish(HOUSE)
    except Inhabited as error:
        sys.exit(str(error))
    sys.stdout.write(msgspec.json.encode(cookies).decode())
