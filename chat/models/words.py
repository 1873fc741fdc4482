"""The words of messages, by which they are found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from accounts.search.index import Entry, IndexManager, SearchIndex, entry, indexed

from .messages import Message, MessageKind


class MessageWordsManager(IndexManager["MessageWords"]):
    def follow(self, messages: Iterable[Message]) -> None:
        """Let `messages` be found by what they say now. Tombstones are not found any more.

        At most two queries, however many messages (of a batch of the writer's size).
        """
        changed = list(messages)
        self.remove(
            message.pk for message in changed if message.changed_sequence > message.sequence
        )
        self.add(changed)


class MessageWords(SearchIndex):
    """The entry of one message. `follow` is called in the transaction that changes the text."""

    message = indexed(Message)

    objects: ClassVar[MessageWordsManager] = MessageWordsManager()

    class Meta(SearchIndex.Meta):
        db_table = "chat_message_words"

    @classmethod
    def of(cls, thing: Message) -> Entry | None:
        if thing.kind != MessageKind.TEXT or thing.deleted_at is not None:
            return None
        return entry(thing.pk, thing.text, scope=thing.room_id)
