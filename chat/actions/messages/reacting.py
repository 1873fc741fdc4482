"""Answer a message with an emoji."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from chat.actions.changing import changing_room
from chat.emojis import read_emoji
from chat.errors import ChatError, ErrorCode
from chat.models import Message, Reaction
from chat.protocol.outbound import ReactionChanged

from .voice import living_text, require_writer

if TYPE_CHECKING:
    from accounts.models import User


def react(*, room: int, user: User, message_id: int, emoji: str, on: bool) -> Message:
    """React to a message with `emoji`, or take that back. What is so already changes nothing.

    Raises `ChatError`: `not_allowed` with a limit where a message bears too many kinds of emoji.
    """
    known = read_emoji(emoji)
    with changing_room(room) as write:
        require_writer(write, user)
        message = living_text(write, message_id)
        mine = Reaction.objects.filter(message=message, user=user, emoji=known)
        if mine.exists() == on:
            return message
        if on:
            _require_place(message, known)
            Reaction.objects.create(message=message, user=user, emoji=known)
        else:
            mine.delete()
        write.renumber([message])
        write.tell_changed([message], ReactionChanged)
        return message


def _require_place(message: Message, emoji: str) -> None:
    kinds = set(message.reactions.values_list("emoji", flat=True).distinct())
    if emoji not in kinds and len(kinds) >= settings.CHAT_EMOJI_LIMIT:
        raise ChatError(
            ErrorCode.NOT_ALLOWED,
            "This message bears as many different emoji as one can.",
            details={"field": "emoji", "limit": settings.CHAT_EMOJI_LIMIT},
        )
