"""What the pages around a room list: its people, what was reported, what its moderators did.

Reads only, each in a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery

from .models import Ban, Invitation, Membership, Message, ModerationEntry, Report, Room
from .paging import PageOf, page_of

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from accounts.models import User

    class Neighbours(TypedDict):
        above: int | None
        below: int | None

    PlacedMessage = WithAnnotations[Message, Neighbours]

PEOPLE_A_PAGE = 50
ENTRIES_A_PAGE = 50
REPORTED_A_PAGE = 20
ACTS_SHOWN = 10
# Newest role first: "owner" sorts after "moderator", and that after "member".
BY_RANK = ("-role", "user__username", "pk")


def members(room: Room, *, words: str = "", number: int = 1) -> PageOf[Membership]:
    """The room's people by rank and name, those whose name holds `words`. One query."""
    found = Membership.objects.filter(room=room).filter(_named(words)).select_related("user")
    return page_of(found.order_by(*BY_RANK), number=number, size=PEOPLE_A_PAGE)


def first_members(room: Room, *, limit: int) -> tuple[list[Membership], int]:
    """The first `limit` of the room's people by rank and name, and how many they are in all."""
    found = Membership.objects.filter(room=room).select_related("user")
    return list(found.order_by(*BY_RANK)[:limit]), found.count()


def banned(room: Room, *, words: str = "", number: int = 1) -> PageOf[Ban]:
    """Whom the room shuts out, by name. One query."""
    found = Ban.objects.filter(room=room).filter(_named(words)).select_related("user")
    return page_of(found.order_by("user__username", "pk"), number=number, size=PEOPLE_A_PAGE)


def invited(room: Room, *, words: str = "", number: int = 1) -> PageOf[Invitation]:
    """Who was asked in and has not come yet, by name. One query."""
    found = Invitation.objects.filter(room=room).filter(_named(words))
    named = found.select_related("user", "invited_by").order_by("user__username", "pk")
    return page_of(named, number=number, size=PEOPLE_A_PAGE)


def _named(words: str) -> Q:
    if not words:
        return Q()
    names = ("username", "first_name", "last_name")
    return Q.create([(f"user__{name}__icontains", words) for name in names], connector=Q.OR)


def moderation_log(
    room: Room, *, about: User | None = None, number: int = 1
) -> PageOf[ModerationEntry]:
    """What moderators did in the room, or to one person in it, the newest first. One query."""
    found = ModerationEntry.objects.filter(room=room).select_related("actor", "subject")
    size = ENTRIES_A_PAGE
    if about is not None:
        found, size = found.filter(subject=about), ACTS_SHOWN
    return page_of(found, number=number, size=size)


def reports_waiting(room: Room) -> int:
    """How many messages of the room are reported and not yet looked at."""
    waiting = Report.objects.filter(message__room=room, resolved_at=None)
    return waiting.order_by().values("message").distinct().count()


@dataclass(frozen=True, slots=True)
class Reported:
    """A message that was reported, between the ones above and below it."""

    message: Message
    reports: list[Report]
    above: Message | None
    below: Message | None


def reported(room: Room, *, settled: bool, number: int = 1) -> PageOf[Reported]:
    """The reported messages of a room: those that wait, the oldest report first, or those that
    were `settled`, the newest first. Three queries."""
    messages = Message.objects.with_people().filter(room=room)
    if settled:
        found = messages.filter(reports__resolved_at__isnull=False)
        found = found.annotate(at=Max("reports__resolved_at")).order_by("-at", "pk")
    else:
        found = messages.filter(reports__resolved_at=None, reports__isnull=False)
        found = found.annotate(at=Min("reports__created_at")).order_by("at", "pk")
    placed = cast(
        "QuerySet[PlacedMessage]",
        found.annotate(above=_next_to("-sequence"), below=_next_to("sequence")),
    )
    page = page_of(placed, number=number, size=REPORTED_A_PAGE)
    reports = _reports_of([message.pk for message in page], settled=settled)
    near = Message.objects.with_people().in_bulk(
        {key for message in page for key in (message.above, message.below) if key}
    )
    items = [
        Reported(
            message,
            reports.get(message.pk, []),
            near.get(message.above or 0),
            near.get(message.below or 0),
        )
        for message in page
    ]
    return PageOf(items, page.number, page.has_next)


def _next_to(order: str) -> Subquery:
    """The key of what people said right above (`-sequence`) or below a message."""
    side = "sequence__lt" if order.startswith("-") else "sequence__gt"
    near: QuerySet[Message] = Message.objects.counting_as_unread().filter(
        room=OuterRef("room"), **{side: OuterRef("sequence")}
    )
    return Subquery(near.order_by(order).values("pk")[:1])


def _reports_of(messages: Collection[int], *, settled: bool) -> dict[int, list[Report]]:
    found = Report.objects.filter(message__in=messages, resolved_at__isnull=not settled)
    by_message: dict[int, list[Report]] = {}
    for report in found.select_related("reporter", "resolved_by"):
        by_message.setdefault(report.message_id, []).append(report)
    return by_message
