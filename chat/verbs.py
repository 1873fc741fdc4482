"""What each inbound event asks for: translate, call the action, shape the reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from msgspec import Raw

from . import fanout, queries, shapes
from .actions import messages, receipts
from .bus_items import RoomNotice
from .errors import ChatError, ErrorCode
from .filters import FilterContext, filtered
from .joining import close_room, join_room
from .protocol.codec import event_frame, frame
from .protocol.inbound import (
    Authenticate,
    DeleteMessage,
    EditMessage,
    FetchHistory,
    InboundEvent,
    JoinRoom,
    LeaveRoom,
    MarkRead,
    MarkUnread,
    Pin,
    Ping,
    React,
    SendMessage,
    Typing,
)
from .protocol.outbound import Pong, UserTyping
from .protocol.replies import History, Nothing, Read, Reply, Stored
from .threads import in_thread

if TYPE_CHECKING:
    from .session import ChatSession


async def authenticate(session: ChatSession, event: Authenticate) -> Nothing:
    """Only the first frame may log in, and the door has read that one."""
    raise ChatError(ErrorCode.NOT_ALLOWED)


async def leave_room(session: ChatSession, event: LeaveRoom) -> Nothing:
    if not close_room(session, event.room_id):
        raise ChatError(ErrorCode.NOT_A_MEMBER)
    return Nothing()


async def send_message(session: ChatSession, event: SendMessage) -> Stored:
    draft = messages.draft_message(
        room=await room_key(session, event.room_id),
        sender=session.user_id,
        text=event.message,
        client_id=event.client_id,
        reply_to=event.reply_to,
        attachments=event.attachments or (),
    )
    if settings.CHAT_MESSAGE_FILTERS:
        context = FilterContext(sender=draft.sender, room=draft.room)
        try:
            draft = replace(draft, text=await filtered(draft.text, context))
        except ChatError:
            if stored := await in_thread(messages.stored_before, draft):
                return shapes.stored(stored)
            raise
    return shapes.stored(await session.writer.store(draft))


async def edit_message(session: ChatSession, event: EditMessage) -> Stored:
    message = await in_thread(
        messages.edit_message,
        room=await room_key(session, event.room_id),
        user=session.user,
        message_id=event.message_id,
        text=event.message,
        base_sequence=event.base_sequence,
    )
    return shapes.stored(message)


async def delete_message(session: ChatSession, event: DeleteMessage) -> Stored:
    message = await in_thread(
        messages.delete_message,
        room=await room_key(session, event.room_id),
        user=session.user,
        message_id=event.message_id,
    )
    return shapes.stored(message)


async def react(session: ChatSession, event: React) -> Stored:
    message = await in_thread(
        messages.react,
        room=await room_key(session, event.room_id),
        user=session.user,
        message_id=event.message_id,
        emoji=event.emoji,
        on=event.on,
    )
    return shapes.stored(message)


async def pin(session: ChatSession, event: Pin) -> Stored:
    message = await in_thread(
        messages.pin_message,
        room=await room_key(session, event.room_id),
        user=session.user,
        message_id=event.message_id,
        on=event.on,
    )
    return shapes.stored(message)


async def typing(session: ChatSession, event: Typing) -> Nothing:
    room = session.rooms.get(event.room_id)
    if room is None:
        raise ChatError(ErrorCode.NOT_A_MEMBER)
    if session.muted_until.get(room.key, 0.0) > time():
        # Nothing will come of it, so nobody is kept waiting for it.
        return Nothing()
    notice = UserTyping(room_id=event.room_id, username=session.user.username, typing=event.typing)
    fanout.broadcast(RoomNotice(room.key, event_frame(notice), skip=session.id))
    return Nothing()


async def mark_read(session: ChatSession, event: MarkRead) -> Read:
    room = await room_key(session, event.room_id)
    return await in_thread(
        receipts.mark_read, room=room, user=session.user, sequence=event.sequence
    )


async def mark_unread(session: ChatSession, event: MarkUnread) -> Read:
    room = await room_key(session, event.room_id)
    return await in_thread(
        receipts.mark_unread, room=room, user=session.user, sequence=event.sequence
    )


async def fetch_history(session: ChatSession, event: FetchHistory) -> History:
    room = await room_key(session, event.room_id)
    limit = min(event.limit or settings.CHAT_HISTORY_PAGE, settings.CHAT_CHANGE_PAGE)
    bodies, has_more = await in_thread(
        queries.history_page, room=room, user=session.user, before=event.before, limit=limit
    )
    # Who was shut out while it was read hears nothing more of the room.
    await room_key(session, event.room_id)
    return History(
        room_id=event.room_id, messages=[Raw(body) for body in bodies], has_more=has_more
    )


async def ping(session: ChatSession, event: Ping) -> Nothing:
    session.send(frame(Pong.event, b"{}"))
    return Nothing()


async def room_key(session: ChatSession, room_id: str) -> int:
    """The key behind a slug, for members.

    Asked before anything else is looked at: strangers of a hidden room must hear the same as of
    one that does not exist, whatever else is wrong with what they ask.
    """
    room = session.rooms.get(room_id)
    if room is not None:
        return room.key
    key = await session.hub.room_key(room_id)
    if key is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND)
    if key not in session.member_of:
        await in_thread(queries.member, room=key, user=session.user)
    return key


Verb = Callable[["ChatSession", Any], Awaitable[Reply]]

VERBS: dict[type[InboundEvent], Verb] = {
    Authenticate: authenticate,
    JoinRoom: join_room,
    LeaveRoom: leave_room,
    SendMessage: send_message,
    EditMessage: edit_message,
    DeleteMessage: delete_message,
    React: react,
    Pin: pin,
    Typing: typing,
    MarkRead: mark_read,
    MarkUnread: mark_unread,
    FetchHistory: fetch_history,
    Ping: ping,
}
