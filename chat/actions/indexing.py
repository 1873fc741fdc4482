"""What messages there are to be found; they are indexed as everything else is."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.actions.indexing import Searched
from chat.models import Message, MessageKind, MessageWords


def _said() -> QuerySet[Message]:
    return Message.objects.filter(kind=MessageKind.TEXT, deleted_at=None)


MESSAGES = Searched(_said, MessageWords)
