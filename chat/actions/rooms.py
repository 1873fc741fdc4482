"""Make a room, and change what it is called and keeps."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from chat import fanout
from chat.errors import ChatError, ErrorCode
from chat.models import Membership, ModerationAct, Role, Room, RoomHead, RoomKind
from chat.protocol.outbound import RoomChanged

from . import membership_news
from .authority import Power, require_power
from .changing import changing_room
from .moderation import log

if TYPE_CHECKING:
    from accounts.models import User

SLUG_TRIES = 20


class RoomSettings(TypedDict, total=False):
    """What may be changed of a room; `history_limit` is a number of messages, None for all."""

    name: str
    topic: str
    history_limit: int | None


def create_room(
    *, owner: User, name: str, topic: str = "", kind: RoomKind = RoomKind.PUBLIC
) -> Room:
    """Make a public or private room with `owner` as its first member.

    Raises `ChatError` for a name without text. Direct rooms are started otherwise (`direct`).
    """
    if kind == RoomKind.DIRECT:
        raise ChatError(ErrorCode.NOT_ALLOWED, details={"field": "kind"})
    name = _clean_name(name)
    with transaction.atomic():
        room = _insert_room(owner=owner, name=name, topic=topic.strip()[:250], kind=kind)
        head = RoomHead.objects.create(room=room)
        room.head = head
        membership = Membership.objects.create(
            room=room, user=owner, role=Role.OWNER, read_sequence=head.last_sequence
        )
        fanout.announce(membership_news.began(membership))
    return room


def change_room(*, room: int, by: User, reason: str = "", **settings: Unpack[RoomSettings]) -> Room:
    """Change what `settings` name: the owner's right. What stands already changes nothing."""
    if "name" in settings:
        settings["name"] = _clean_name(settings["name"])
    if "topic" in settings:
        settings["topic"] = settings["topic"].strip()[:250]
    with changing_room(room) as write:
        require_power(write, by, least=Power.OWNER)
        changed = {
            field: value for field, value in settings.items() if getattr(write.room, field) != value
        }
        if changed:
            for field, value in changed.items():
                setattr(write.room, field, value)
            write.room.save(update_fields=changed)
            write.tell_room(RoomChanged)
            detail = ", ".join(changed)
            log(ModerationAct.CHANGE_ROOM, actor=by, room=write.room, reason=reason, detail=detail)
        return write.room


def _clean_name(name: str) -> str:
    name = name.strip()[:80]
    if not name:
        raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "name"})
    return name


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
