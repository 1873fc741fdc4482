"""A message: its place in the room, the number of its last change, and its present state."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connections, models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from .mentions import Mention
from .reactions import Reaction
from .rooms import Room

REACTORS_SHOWN = 100  # of each emoji

if TYPE_CHECKING:
    from .attachments import Attachment


class MessageKind(models.TextChoices):
    TEXT = "text", _("text")
    SYSTEM = "system", _("system")


class SystemAct(models.TextChoices):
    """What a system message tells; its `subject` is the person it happened to."""

    JOINED = "joined", _("joined")
    LEFT = "left", _("left")
    REMOVED = "removed", _("removed")


# System messages that end the subject's membership: hubs take that person's sessions out.
ENDING_ACTS = frozenset({SystemAct.LEFT, SystemAct.REMOVED})


def shown_besides() -> list[Prefetch[str]]:
    """What a frame shows of other rows, of which a message may have many: a query each."""
    reactions = Reaction.objects.first_of_each(REACTORS_SHOWN)
    return [
        Prefetch("reactions", reactions, to_attr="shown_reactions"),
        Prefetch("attachments", to_attr="shown_attachments"),
        Prefetch(
            "mentions",
            Mention.objects.select_related("user").order_by("pk"),
            to_attr="shown_mentions",
        ),
    ]


class MessageQuerySet(models.QuerySet["Message"]):
    def with_people(self) -> MessageQuerySet:
        """Load who said it, or did it to whom."""
        return self.select_related("sender", "subject")

    def as_shown(self) -> MessageQuerySet:
        """Load all that a frame shows beside the row, in a fixed number of queries however many
        messages there are. What a message comes to show one day is loaded here.

        Rows first, the rest after: what was read is never older than the number in its row says.
        If it is newer, the change that made it so has a higher number, and is heard again.
        """
        rows = self.with_people().select_related("pinned_by", "reply_to__sender")
        return rows.prefetch_related(*shown_besides())

    def pinned(self, *, room: int) -> MessageQuerySet:
        """The pinned messages of a room (its key)."""
        return self.filter(room_id=room, pinned_at__isnull=False)

    def counting_as_unread(self) -> MessageQuerySet:
        return self.filter(kind=MessageKind.TEXT, deleted_at=None)

    def sent_as(self, identities: Collection[tuple[int, int, str | None]]) -> Iterable[Message]:
        """The messages that were sent as one of `identities`: room's key, sender's id, client id.

        Of at least one. Joined with a table of them, as the index wants it: lists for the three
        columns would be tried in every combination, thousands for a batch of many rooms.
        """
        table = connections[self.db].ops.quote_name(self.model._meta.db_table)  # noqa: SLF001 - Django's documented API
        return self.raw(
            "WITH wanted (room, sender, client) AS"  # noqa: S608 - our own table
            f" (VALUES {', '.join(['(%s, %s, %s)'] * len(identities))})"
            f" SELECT message.* FROM wanted JOIN {table} AS message"
            " ON message.room_id = wanted.room"
            " AND message.sender_id = wanted.sender AND message.client_id = wanted.client",
            list(chain.from_iterable(identities)),
        )


class Message(models.Model):
    """`sequence` is its place for ever; `changed_sequence` rises with every change of it.

    `text_hash` is the SHA-256 of the text as the sender sent it: a retry is compared with that,
    so neither a filter nor a later edit makes a false conflict. A deleted message stays as a
    tombstone without text.
    """

    room = models.ForeignKey(
        Room,
        models.CASCADE,
        related_name="messages",
        db_index=False,  # the constraints below begin with it
    )
    sequence = models.BigIntegerField(_("sequence"))
    changed_sequence = models.BigIntegerField(_("changed sequence"))
    # A person who wrote is deactivated, not deleted: conversations keep their voices.
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="messages",
        db_index=False,  # the index below begins with it
    )
    kind = models.CharField(
        _("kind"), max_length=6, choices=MessageKind.choices, default=MessageKind.TEXT
    )
    text = models.TextField(_("text"), blank=True)
    text_hash = models.BinaryField(max_length=32, default=bytes)
    text_changed_sequence = models.BigIntegerField()
    client_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - NULLs do not collide
    # Without a constraint, since pruning removes originals and replies stay.
    reply_to = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="replies",
    )
    act = models.CharField(max_length=12, choices=SystemAct.choices, blank=True)
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("sent"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    pinned_at = models.DateTimeField(_("pinned"), null=True, blank=True)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    # Loaded by `as_shown`, and set for messages that are new.
    shown_reactions: list[Reaction]
    shown_attachments: list[Attachment]
    shown_mentions: list[Mention]

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = (
            models.UniqueConstraint(fields=("room", "sequence"), name="one_message_a_place"),
            models.UniqueConstraint(
                fields=("room", "changed_sequence"), name="one_change_a_number"
            ),
            models.UniqueConstraint(
                fields=("room", "sender", "client_id"),
                condition=Q(client_id__isnull=False),
                name="one_message_a_client_id",
            ),
        )
        # For moderators, who look across rooms: the newest first, of all, of one sender, and of
        # the few that are unlike the others.
        indexes = (
            models.Index(fields=("created_at",), name="messages_by_time"),
            models.Index(fields=("sender", "created_at"), name="messages_by_sender"),
            models.Index(
                fields=("created_at",),
                condition=Q(deleted_at__isnull=False),
                name="deleted_messages",
            ),
            models.Index(
                fields=("created_at",), condition=Q(edited_at__isnull=False), name="edited_messages"
            ),
            models.Index(
                fields=("created_at",), condition=Q(subject__isnull=False), name="system_messages"
            ),
            models.Index(
                fields=("room", "pinned_at"),
                condition=Q(pinned_at__isnull=False),
                name="pinned_messages",
            ),
        )

    def __str__(self) -> str:
        return f"{self.room} #{self.sequence}"

    @property
    def ends_membership_of(self) -> int | None:
        return self.subject_id if self.act in ENDING_ACTS else None
