"""What can be done to messages and their senders, in whichever rooms they were sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from chat.actions.messages import delete_messages
from chat.actions.moderation import ban_member, mute_member
from chat.errors import ChatError
from chat.models import Message, MessageKind

from .acts import Act, Answers, Outcome, each, refusal
from .memberships import MuteForm, until

if TYPE_CHECKING:
    from accounts.models import User

DELETED_TOGETHER = 100  # messages; their room waits meanwhile


def _delete(by: User, rows: Sequence[Message], said: Answers) -> Iterator[Outcome[Message]]:
    by_room = attrgetter("room_id")
    for room, of_room in groupby(sorted(rows, key=by_room), key=by_room):
        waiting = list(of_room)
        while waiting:
            chunk, waiting = waiting[:DELETED_TOGETHER], waiting[DELETED_TOGETHER:]
            yield from _delete_chunk(room, by, chunk, said["reason"])


def _delete_chunk(
    room: int, by: User, chunk: Sequence[Message], reason: str
) -> Iterator[Outcome[Message]]:
    refused: dict[int, ChatError] = {}
    keys = [message.pk for message in chunk]
    failed = refusal(
        lambda: refused.update(delete_messages(room=room, by=by, message_ids=keys, reason=reason))
    )
    for message in chunk:
        yield message, failed or refused.get(message.pk)


DELETE = Act[Message](
    name="delete_messages",
    label=_("Delete"),
    effect=_(
        "Everybody in the rooms sees at once that they are gone. Their texts cannot be had back."
    ),
    carry_out=_delete,
    fits=lambda message: message.kind == MessageKind.TEXT and message.deleted_at is None,
    is_harsh=True,
)
MUTE = Act[Message](
    name="mute_senders",
    label=_("Mute the sender for a time"),
    effect=_("They can read in the rooms of these messages, and not write."),
    carry_out=each(
        lambda by, message, said: mute_member(
            room=message.room_id,
            by=by,
            user=message.sender,
            until=until(said),
            reason=said["reason"],
        ),
        once_per=lambda message: (message.room_id, message.sender_id),
    ),
    form=MuteForm,
    is_harsh=True,
)
BAN = Act[Message](
    name="ban_senders",
    label=_("Ban the sender from the room"),
    effect=_("They leave the rooms of these messages now, and cannot come back."),
    carry_out=each(
        lambda by, message, said: ban_member(
            room=message.room_id, by=by, user=message.sender, reason=said["reason"]
        ),
        once_per=lambda message: (message.room_id, message.sender_id),
    ),
    is_harsh=True,
)
