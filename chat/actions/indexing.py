"""What messages there are to be found; they are indexed as everything else is."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.actions.indexing import Searched
from chat.actions.changing import lock_heads
from chat.models import Message, MessageKind, MessageWords


def _said() -> QuerySet[Message]:
    return Message.objects.filter(kind=MessageKind.TEXT, deleted_at=None)


def _hold_rooms(keys: Sequence[int]) -> None:
    """As every change of messages does: two that lock rows in another order wait for ever."""
    rooms = Message.objects.filter(pk__in=keys).order_by().values_list("room", flat=True)
    lock_heads(set(rooms))


MESSAGES = Searched(_said, MessageWords, _hold_rooms)
