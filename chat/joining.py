"""Opening a room so that nothing falls between the history and what is heard live.

The order is: register muted, authorise, answer and unmute in one tick, presence, ack. From
the registration on every frame is either in the answer or held; none is in neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from . import queries
from .actions import memberships
from .errors import ChatError, ErrorCode
from .protocol.inbound import JoinRoom
from .protocol.replies import Joined
from .threads import in_thread

if TYPE_CHECKING:
    from accounts.models import User

    from .audience import Muted
    from .live_room import LiveRoom
    from .models import Membership
    from .protocol.contents import Reader
    from .session import ChatSession

Change = tuple[int, bytes]


async def join_room(session: ChatSession, event: JoinRoom) -> Joined:
    """Answer `join_room`: the history, then live frames. Raises `ChatError`."""
    if event.room_id not in session.rooms and len(session.rooms) >= settings.CHAT_OPEN_ROOMS:
        # Whether there is such a room or not: strangers learn nothing here either.
        raise ChatError(ErrorCode.NOT_ALLOWED, details={"limit": settings.CHAT_OPEN_ROOMS})
    key = await session.hub.room_key(event.room_id)
    if key is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    room = session.hub.room(key)
    try:
        enter = memberships.join_room if event.after is None else memberships.return_to_room
        entered = await _enter(session, room, enter)
        await session.hub.presence.prepare(room)
        await session.drained()
        sequence = await _answer(session, room, event, entered)
    except BaseException:
        close_room(session, event.room_id)
        session.hub.close_room(session, room)
        raise
    session.become_member({key: event.room_id})
    session.note_in_register()
    await session.hub.leases.enter(room.key, session)
    return Joined(room_id=event.room_id, sequence=sequence)


def close_room(session: ChatSession, room_id: str) -> bool:
    """Close a room in this session and say whether it was open."""
    room = session.rooms.pop(room_id, None)
    if room is None:
        return False
    session.hub.leases.leave(room.key, session, reason="left")
    session.hub.close_room(session, room)
    session.note_in_register()
    return True


class Entered(NamedTuple):
    """Who comes in, and how far the others have read."""

    membership: Membership
    readers: list[Reader] | None


def _entered(enter: Callable[..., Membership], *, room: int, user: User) -> Entered:
    membership = enter(room=room, user=user)
    return Entered(membership, queries.readers(room=room))


async def _enter(session: ChatSession, room: LiveRoom, enter: Callable[..., Membership]) -> Entered:
    """Register muted, then authorise; again if a membership just ended and was renewed."""
    while True:
        if session.hub.rooms.get(room.key) is not room:
            # Nobody was left in it, and the hub has forgotten it.
            raise ChatError(ErrorCode.UNAVAILABLE, retry_after=0.1)
        room.audience.mute(session, since=room.position)
        knew = session.muted_until.get(room.key)
        entered = await in_thread(_entered, enter, room=room.key, user=session.user)
        if not await room.ready():
            raise ChatError(ErrorCode.ROOM_NOT_FOUND)
        if muted := room.audience.muted.get(session):
            muted.member_since = entered.membership.joined_sequence
            # Whoever was muted meanwhile, or is no more, has heard so: that is newer.
            if session.muted_until.get(room.key) == knew:
                _note_mute(session, room, entered.membership)
            return entered


def _note_mute(session: ChatSession, room: LiveRoom, membership: Membership) -> None:
    if membership.muted_until is not None:
        session.muted_until[room.key] = membership.muted_until.timestamp()
    else:
        session.muted_until.pop(room.key, None)


async def _answer(session: ChatSession, room: LiveRoom, event: JoinRoom, entered: Entered) -> int:
    """Send the history, let the session hear, send what was held; return where it stands."""
    if event.after is not None and _is_behind(room, event):
        await room.catch_up()
    after = event.after if event.epoch == room.epoch else None
    muted = _muted(session, room)
    resumable = after is not None and room.answers.leads_from(after)
    if after is not None and resumable:
        muted.restart(room.position)
        await _send_changes(session, room, muted, after=after, readers=entered.readers)
        muted = _muted(session, room)
    if not resumable or muted.stale:
        session.send(room.answers.snapshot(reset=event.after is not None, readers=entered.readers))
        muted.restart(room.position)
    room.audience.unmute(session, member_since=entered.membership.joined_sequence)
    session.rooms[event.room_id] = room
    session.deliver_all(muted.held)
    return room.position


def _is_behind(room: LiveRoom, event: JoinRoom) -> bool:
    """Whether the client may know more than this process, from another one or from a page."""
    stands_at = event.after or 0
    return bool(event.epoch) and (event.epoch != room.epoch or stands_at > room.position)


def _muted(session: ChatSession, room: LiveRoom) -> Muted:
    """The session's place in the room, unless its membership or its login ended meanwhile."""
    if session.ended:
        raise ChatError(ErrorCode.UNAUTHENTICATED)
    muted = room.audience.muted.get(session)
    if muted is None:
        raise ChatError(ErrorCode.NOT_A_MEMBER)
    return muted


async def _send_changes(
    session: ChatSession,
    room: LiveRoom,
    muted: Muted,
    *,
    after: int,
    readers: list[Reader] | None,
) -> None:
    """Send what changed since `after`, a page at a time as the reader takes them."""
    upto = muted.since
    changes = await room.answers.changes_since(after, upto=upto)
    pages = list(paged(changes)) or [[]]
    for page in pages[:-1]:
        if muted.stale:
            return
        bodies = [body for _, body in page]
        session.send(room.answers.history(bodies, sequence=page[-1][0], more=True, reset=False))
        await session.drained()
        _muted(session, room)
    if not muted.stale:
        bodies = [body for _, body in pages[-1]]
        now = room.read_marks.added_to(readers)
        session.send(
            room.answers.history(bodies, sequence=upto, more=False, reset=False, readers=now)
        )


def paged(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Cut changes into pages of bounded length and size; a change is never divided."""
    page: list[Change] = []
    size = 0
    for change in changes:
        full = len(page) >= settings.CHAT_CHANGE_PAGE
        if page and (full or size + len(change[1]) > settings.CHAT_CHANGE_PAGE_BYTES):
            yield page
            page, size = [], 0
        page.append(change)
        size += len(change[1])
    if page:
        yield page
