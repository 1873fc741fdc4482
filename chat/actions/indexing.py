"""Let be found what was stored before there was a search, or under other rules for words."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from chat.models import Message, MessageKind, MessageWords

BATCH = 1_000


def messages_to_index(*, anew: bool = False) -> QuerySet[Message]:
    """The messages that say something and are not in the index; `anew`: those that are, too."""
    said = Message.objects.filter(kind=MessageKind.TEXT, deleted_at=None)
    if anew:
        return said
    return said.filter(~Exists(MessageWords.objects.filter(pk=OuterRef("pk"))))


def index_messages(*, anew: bool = False) -> Iterator[int]:
    """Index what `messages_to_index` tells, a batch a transaction; yield how many were in each.

    People may go on meanwhile. Whoever stops half-way leaves out nothing: the next run begins with
    what is not there.
    """
    after = 0
    to_index = messages_to_index(anew=anew).order_by("pk").values_list("pk", flat=True)
    while keys := list(to_index.filter(pk__gt=after)[:BATCH]):
        after = keys[-1]
        with transaction.atomic():
            # Locked, so that no edit falls between reading a text and storing its words. An edit
            # that this waited for has indexed its message already.
            locked = Message.objects.filter(pk__in=keys).order_by("pk")
            texts = list(locked.select_for_update(of=("self",), no_key=True))
            MessageWords.objects.remove(keys)
            MessageWords.objects.add(texts)
        yield len(keys)
