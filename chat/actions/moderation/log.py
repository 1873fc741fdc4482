"""The log: every act of a moderator, and every look of staff into a room that is not public."""

from __future__ import annotations

from accounts.models import User
from chat.actions.authority import may_read
from chat.errors import ChatError, ErrorCode
from chat.models import Message, ModerationAct, ModerationEntry, Room


def log(
    act: ModerationAct,
    *,
    actor: User,
    room: Room | None = None,
    subject: User | None = None,
    message: Message | None = None,
    reason: str = "",
    detail: str = "",
) -> ModerationEntry:
    """Write an entry into the moderation log, in the transaction of the act itself."""
    return ModerationEntry.objects.create(
        act=act,
        actor=actor,
        room=room,
        subject=subject,
        message=message,
        reason=reason[:500],
        detail=detail[:100],
    )


def note_look(*, room: Room, by: User, message: Message | None = None) -> None:
    """Log that staff look into a room, or at one message of it; of public rooms nothing is kept.

    Call it before anything is shown. Raises `ChatError` (`not_allowed`).
    """
    if not may_read(room, by):
        raise ChatError(ErrorCode.NOT_ALLOWED)
    if not room.is_public:
        log(ModerationAct.READ_PRIVATE, actor=by, room=room, message=message)
