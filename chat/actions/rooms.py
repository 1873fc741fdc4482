"""Make a room."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from chat.errors import ChatError, ErrorCode
from chat.models import Membership, Role, Room, RoomHead, RoomKind

if TYPE_CHECKING:
    from accounts.models import User

SLUG_TRIES = 20


def create_room(
    *, owner: User, name: str, topic: str = "", kind: RoomKind = RoomKind.PUBLIC
) -> Room:
    """Make a room with `owner` as its first member. Raises `ChatError` for a name without text."""
    name = name.strip()
    if not name:
        raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "name"})
    with transaction.atomic():
        room = _insert_room(owner=owner, name=name[:80], topic=topic.strip()[:250], kind=kind)
        head = RoomHead.objects.create(room=room)
        Membership.objects.create(
            room=room, user=owner, role=Role.OWNER, read_sequence=head.last_sequence
        )
    return room


def _insert_room(*, owner: User, name: str, topic: str, kind: RoomKind) -> Room:
    for attempt in range(SLUG_TRIES):
        slug = public_slug(name, attempt=attempt) if kind == RoomKind.PUBLIC else hidden_slug()
        try:
            with transaction.atomic():
                return Room.objects.create(
                    slug=slug, name=name, topic=topic, kind=kind, created_by=owner
                )
        except IntegrityError:
            continue
    raise ChatError(ErrorCode.CONFLICT, details={"field": "name"})


def public_slug(name: str, *, attempt: int) -> str:
    """A readable slug; where it is taken, one with a number or, in the end, a random tail."""
    base = slugify(name)[:50] or "room"
    if attempt == 0:
        return base
    return f"{base}-{attempt + 1}" if attempt < SLUG_TRIES // 2 else f"{base}-{hidden_slug()[:8]}"


def hidden_slug() -> str:
    """Nobody guesses the address of a private or direct room (96 random bits)."""
    return secrets.token_hex(12)
