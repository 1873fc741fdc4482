"""Make a room, and change what it is called and keeps."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.actions.rights import present_and_locked
from chat import fanout, queries
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
USED_UP = "This client_id was already used for another room."


class RoomSettings(TypedDict, total=False):
    """What may be changed of a room; `history_limit` is a number of messages, None for all."""

    name: str
    topic: str
    history_limit: int | None


def create_room(
    *,
    owner: User,
    name: str,
    topic: str = "",
    kind: RoomKind = RoomKind.PUBLIC,
    client_id: str | None = None,
) -> Room:
    """Make a public or private room with `owner` as its first member.

    With the `client_id` of an earlier room of theirs, that one is returned as it is by now, and
    none is made. Raises `ChatError` (`invalid_event` for a name without text; `not_allowed`;
    `conflict` if the earlier one was asked for otherwise, `room_not_found` if it is hidden and they
    are out of it). Direct rooms are started otherwise (`direct`).
    """
    if kind == RoomKind.DIRECT:
        raise ChatError(ErrorCode.NOT_ALLOWED, details={"field": "kind"})
    name, topic = _clean_name(name), _clean_topic(topic)
    asked = sha256(f"{kind}\0{name}\0{topic}".encode()).digest()
    with transaction.atomic():
        if present_and_locked(owner) is None:
            raise ChatError(ErrorCode.NOT_ALLOWED)
        if client_id and (earlier := _made_before(owner, client_id, asked)):
            return earlier
        room = _insert_room(
            name=name,
            topic=topic,
            kind=kind,
            created_by=owner,
            client_id=client_id,
            request_hash=asked,
        )
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
        settings["topic"] = _clean_topic(settings["topic"])
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


def _clean_topic(topic: str) -> str:
    return topic.strip()[:250]


def _made_before(owner: User, client_id: str, asked: bytes) -> Room | None:
    """The room that `owner` made under this `client_id`, if there is one."""
    made = Room.objects.select_related("head").filter(created_by=owner, client_id=client_id)
    room = made.first()
    if room is None:
        return None
    if not Room.objects.visible_to(owner).filter(pk=room.pk).exists():
        raise queries.stranger(room)
    if bytes(room.request_hash or b"") != asked:
        raise ChatError(ErrorCode.CONFLICT, USED_UP, details={"field": "client_id"})
    return room


def _insert_room(*, name: str, kind: RoomKind, **fields: Any) -> Room:
    for attempt in range(SLUG_TRIES):
        slug = public_slug(name, attempt=attempt) if kind == RoomKind.PUBLIC else hidden_slug()
        try:
            with transaction.atomic():
                return Room.objects.create(slug=slug, name=name, kind=kind, **fields)
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
