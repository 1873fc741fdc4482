"""The words of messages, by which they are found."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from accounts.search.index import SearchIndex

from .messages import Message, MessageKind


class MessageWordsManager(models.Manager["MessageWords"]):
    def follow(self, messages: Iterable[Message]) -> None:
        """Let `messages` be found by what they say now. Tombstones are not found any more.

        At most two queries, however many messages (of a batch of the writer's size).
        """
        changed = list(messages)
        self.remove(
            message.pk for message in changed if message.changed_sequence > message.sequence
        )
        self.add(changed)

    def add(self, messages: Iterable[Message]) -> None:
        """Let those of `messages` that say something, of which none is in the index, be found."""
        self.bulk_create(
            self.model.entry(message.pk, message.text, scope=message.room_id)
            for message in messages
            if message.kind == MessageKind.TEXT and message.deleted_at is None
        )

    def remove(self, keys: Iterable[int]) -> None:
        """Let the messages `keys` be found no more."""
        if gone := list(keys):
            self.filter(pk__in=gone).delete()


class MessageWords(SearchIndex):
    """The entry of one message. `follow` is called in the transaction that changes the text."""

    message = models.OneToOneField(
        Message,
        models.CASCADE,
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="+",
    )

    objects = MessageWordsManager()

    class Meta(SearchIndex.Meta):
        abstract = False
        db_table = "chat_message_words"

    def __str__(self) -> str:
        return f"words of {self.message_id}"
