"""The oracle of every fault test: whether the promises were kept, in words where they were not.

The letters are those of docs/guarantees.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import msgspec
from django.db import connections

from chat import queries, shapes
from chat.models import Membership, Message, MessageKind, Reaction, RoomHead, RoomKind
from chat.protocol.codec import encode

from .correspondent import Correspondent
from .timeline import Body, Timeline

P = ParamSpec("P")
R = TypeVar("R")

SHOWN_OF_THE_LIVING = {
    "reply_to",
    "quote",
    "reactions",
    "pinned",
    "pinned_by",
    "mentions",
    "attachments",
}
SHOWN = 12  # failures spelled out; more of them say nothing new


async def in_database(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run code that reads or writes the database from a coroutine, leaving no connection open."""

    def with_own_connection() -> R:
        try:
            return call(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.to_thread(with_own_connection)


@dataclass
class Truth:
    """A room as the database has it: its head, and everything that was not pruned."""

    head: RoomHead
    rows: list[Message]
    bodies: dict[int, Body]
    room: Body

    @property
    def stored(self) -> dict[tuple[str, str], list[Message]]:
        """The rows by sender's name and client id."""
        found: dict[tuple[str, str], list[Message]] = {}
        for row in self.rows:
            if row.client_id is not None:
                found.setdefault((row.sender.username, row.client_id), []).append(row)
        return found


def truth_of(room_id: str) -> Truth:
    """Read the room called `room_id` whole."""
    head = RoomHead.objects.select_related("room").get(room__slug=room_id)
    rows = list(
        Message.objects.as_shown()
        .filter(room_id=head.pk, sequence__gte=head.floor)
        .order_by("sequence")
    )
    bodies = {row.sequence: as_seen(shapes.message_body(row, room_id=room_id)) for row in rows}
    return Truth(head, rows, bodies, as_seen(shapes.room_state(head.room, head)))


def as_seen(shape: object) -> Body:
    """A protocol type as a client reads it."""
    seen: Body = msgspec.json.decode(encode(shape))
    return seen


def assert_promises_kept(
    room_id: str,
    witnesses: Iterable[Correspondent],
    *,
    nothing_was_dropped: Iterable[Mapping[str, Any]] = (),
    no_resets: bool = True,
    unread: Mapping[str, int] | None = None,
    mentions: Mapping[str, int] | None = None,
) -> Truth:
    """Compare what every witness knows of the room with the database; return what that holds.

    `nothing_was_dropped` takes the counters of servers that had no reason to repair anything,
    `unread` and `mentions` what the server told each person (by name) of what waits for them.
    """
    truth = truth_of(room_id)
    failures = [*_numbers(truth), *_what_is_shown(truth)]
    for witness in witnesses:
        complaints = [
            *_acknowledged(truth, witness, room_id),
            *_unacknowledged(truth, witness),
            *_same_timeline(truth, witness.timelines[room_id], no_resets=no_resets),
            *(f"(c) {words}" for words in witness.timelines[room_id].violations),
            *(f"(f) {words}" for words in witness.late),
        ]
        failures += [f"{witness.name}: {complaint}" for complaint in complaints]
    failures += _unread(truth, unread or {})
    failures += _mentions(truth, mentions or {})
    failures += [
        f"(g) a server repaired or reset though nothing was dropped: {dict(counted)}"
        for counted in nothing_was_dropped
        if counted["repairs"] or counted["resets"]
    ]
    more = len(failures) - SHOWN
    told = failures[:SHOWN] + ([f"… and {more} more"] if more > 0 else [])
    assert not failures, "Promises were broken:\n" + "\n".join(told)
    return truth


def _numbers(truth: Truth) -> Iterator[str]:
    """Promise 3: every number at most once, none above the head."""
    changes = [row.changed_sequence for row in truth.rows]
    if len(set(changes)) < len(changes):
        yield "two messages carry the number of one change"
    if max(changes, default=0) > truth.head.last_sequence:
        yield f"a change {max(changes)} above the head {truth.head.last_sequence}"


def _what_is_shown(truth: Truth) -> Iterator[str]:
    """Put together by hand what messages show of other rows, without the queries that load it."""
    keys = [row.pk for row in truth.rows]
    texts = dict(Message.objects.filter(room=truth.head.pk).values_list("pk", "text"))
    reacted: dict[int, dict[str, list[str]]] = {}
    for each in Reaction.objects.filter(message__in=keys).select_related("user").order_by("pk"):
        same = reacted.setdefault(each.message_id, {}).setdefault(each.emoji, [])
        same.append(each.user.username)
    for row in truth.rows:
        body = truth.bodies[row.sequence]
        quoted, said = body.get("quote", {}).get("text"), texts.get(row.reply_to_id or 0)
        if quoted != said:
            yield f"(b) {brief(body)} quotes {quoted!r}, said was {said!r}"
        told = {each["emoji"]: each["usernames"] for each in body.get("reactions", [])}
        if told != reacted.get(row.pk, {}):
            yield f"(b) {brief(body)} shows {told}, reacted was {reacted.get(row.pk, {})}"
        if row.deleted_at is not None and body.keys() & SHOWN_OF_THE_LIVING:
            yield f"(b) the tombstone {brief(body)} shows {body.keys() & SHOWN_OF_THE_LIVING}"


def _acknowledged(truth: Truth, witness: Correspondent, room_id: str) -> Iterator[str]:
    for client_id, acks in witness.outbox.acks.items():
        if witness.outbox.room_of[client_id] != room_id or acks[0]["sequence"] < truth.head.floor:
            continue
        rows = truth.stored.get((witness.name, client_id), [])
        told = {(ack["message_id"], ack["sequence"]) for ack in acks}
        if [(row.pk, row.sequence) for row in rows] != list(told):
            yield f"(a) {client_id} was acknowledged as {told} and is stored as {rows}"
    for client_id in witness.outbox.refused:
        if rows := truth.stored.get((witness.name, client_id), []):
            yield f"(a) {client_id} was refused and is stored as {rows}"


def _unacknowledged(truth: Truth, witness: Correspondent) -> Iterator[str]:
    for client_id in witness.outbox.pending:
        rows = truth.stored.get((witness.name, client_id), [])
        if len(rows) > 1:
            yield f"(d) {client_id}, never acknowledged, is stored {len(rows)} times"


def _same_timeline(truth: Truth, timeline: Timeline, *, no_resets: bool) -> Iterator[str]:
    expected = {place: body for place, body in truth.bodies.items() if place >= timeline.oldest}
    shown = timeline.shown
    for place in sorted(expected.keys() | shown.keys()):
        if expected.get(place) != shown.get(place):
            seen, stored = shown.get(place), expected.get(place)
            yield (
                f"(b) at {place} shows {brief(seen)}, stored is {brief(stored)}"
                f" (otherwise: {differences(seen or {}, stored or {})})"
            )
    if timeline.position != truth.head.last_sequence or timeline.epoch != truth.head.epoch:
        yield (
            f"(b) stands at {timeline.position} of {timeline.epoch}, the room at"
            f" {truth.head.last_sequence} of {truth.head.epoch}"
        )
    if timeline.room != truth.room:
        yield f"(b) believes the room to be {timeline.room}, it is {truth.room}"
    if no_resets and timeline.resets:
        yield f"(g) was reset {timeline.resets} times"


def differences(seen: Body, stored: Body) -> list[str]:
    """The fields that two states of a message do not share."""
    return sorted(
        field for field in seen.keys() | stored.keys() if seen.get(field) != stored.get(field)
    )


def brief(body: Body | None) -> str:
    """What tells two states of a message apart."""
    if body is None:
        return "nothing"
    state = "deleted" if body["deleted"] else repr(body["message"][:40])
    return f"{state} (number {body['message_id']}, changed at {body['changed_sequence']})"


def _unread(truth: Truth, told: Mapping[str, int]) -> Iterator[str]:
    for member, waiting in _waiting(truth, told):
        name = member.user.username
        if told[name] != min(len(waiting), queries.UNREAD_CAP):
            yield f"(e) {name} was told of {told[name]} unread messages, there are {len(waiting)}"


def _mentions(truth: Truth, told: Mapping[str, int]) -> Iterator[str]:
    """Tests write no name in code, and none that begins another."""
    for member, waiting in _waiting(truth, told):
        name = member.user.username
        calling = [row for row in waiting if f"@{name}" in row.text]
        if truth.head.room.kind == RoomKind.DIRECT:
            calling = waiting
        if told[name] != min(len(calling), queries.UNREAD_CAP):
            yield f"(e) {name} was told of {told[name]} mentions, there are {len(calling)}"


def _waiting(truth: Truth, told: Mapping[str, int]) -> Iterator[tuple[Membership, list[Message]]]:
    """Recount by hand, without the query that the server counts with."""
    for member in Membership.objects.filter(room_id=truth.head.pk, user__username__in=told):
        yield (
            member,
            [
                row
                for row in truth.rows
                if row.kind == MessageKind.TEXT
                and row.deleted_at is None
                and row.sender_id != member.user_id
                and row.sequence > member.read_sequence
            ],
        )
