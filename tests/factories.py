"""People and rooms to tell stories about."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from PIL import Image

from accounts.models import User
from chat.actions.direct import start_direct_room
from chat.actions.memberships import invite_member, join_room
from chat.actions.rooms import create_room
from chat.models import Room, RoomKind

_numbers = itertools.count(1)


def make_user(username: str = "", **fields: Any) -> User:
    """Store a person; nobody can log in as them by password, which keeps it quick."""
    name = username or f"person{next(_numbers)}"
    return User.objects.create_user(name, f"{name}@example.org", **fields)


def make_room(
    owner: User, *members: User, name: str = "Tea", kind: RoomKind = RoomKind.PUBLIC
) -> Room:
    """Store a room of `owner` that `members` have joined; a direct one is with the first of them,
    or with anybody."""
    if kind == RoomKind.DIRECT:
        return start_direct_room(by=owner, user=members[0] if members else make_user())
    room = create_room(owner=owner, name=name, kind=kind)
    for member in members:
        if not room.is_public:
            invite_member(room=room.pk, by=owner, user=member)
        join_room(room=room.pk, user=member)
    return room


@pytest.fixture
def alice(db: None) -> User:
    return make_user("alice")


@pytest.fixture
def bob(db: None) -> User:
    return make_user("bob")


@pytest.fixture
def carol(db: None) -> User:
    """Somebody who belongs to none of the rooms below."""
    return make_user("carol")


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    """A public room that alice made and bob joined."""
    return make_room(alice, bob)


@pytest.fixture
def private_room(alice: User, bob: User) -> Room:
    """A private room that alice made and bob was invited to."""
    return make_room(alice, bob, name="Secrets", kind=RoomKind.PRIVATE)


@pytest.fixture
def attachments(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files of this test are, with limits that no other test has used up."""
    where = tmp_path / "attachments"
    ours = settings.STORAGES["attachments"]
    options = {**ours["OPTIONS"], "location": where}
    settings.STORAGES = {**settings.STORAGES, "attachments": {**ours, "OPTIONS": options}}
    # Making a picture anew sets this for all of the process.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    cache.clear()
    return where
