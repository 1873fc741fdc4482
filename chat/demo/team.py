"""The small demo: four people, four rooms, two who write to each other directly, a few posts, and
the week before their 1.0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat.actions.changing import RoomWrite, changing_room
from chat.actions.direct import start_direct_room
from chat.actions.rooms import create_room
from chat.models import Membership, Message, MessageWords, Room, RoomKind

from . import past, posts
from .script import Line, Verb, read_script

if TYPE_CHECKING:
    from datetime import datetime

PASSWORD = "parley-demo"  # noqa: S105 - everybody may know it
PEOPLE = ("alice", "bob", "carol")
ADMIN = "admin"
JOINED = timedelta(days=60)  # ago: before whatever the demo tells of them
SCRIPTS = Path(__file__).parent / "rooms"


@dataclass(frozen=True, slots=True)
class DemoRoom:
    """A room of the demo. alice owns it; its conversation is in `rooms/<name>.txt`."""

    name: str
    topic: str
    kind: RoomKind = RoomKind.PUBLIC


ROOMS = (
    DemoRoom("general", "Everything that has no room of its own."),
    DemoRoom("releases", "The road to 1.0: what is open, and who has it."),
    DemoRoom("design", "How it looks and how it speaks. Bring pictures."),
    DemoRoom("founders", "alice and bob, between the two of them.", RoomKind.PRIVATE),
)


# Two who write to each other directly; what they said is in `rooms/<first>-<second>.txt`.
PAIR = ("alice", "carol")


def names_taken() -> list[str]:
    """Which of the demo's usernames exist, in whatever case."""
    return [
        name for name in (*PEOPLE, ADMIN) if User.objects.filter(username__iexact=name).exists()
    ]


@transaction.atomic
def load() -> list[Room]:
    """Store the demo, all of it or nothing, and return its rooms."""
    people = {name: _person(name) for name in PEOPLE}
    people[ADMIN] = _person(ADMIN, is_staff=True, is_superuser=True)
    posts.publish(people)
    first, second = PAIR
    direct = start_direct_room(by=people[first], user=people[second])
    _retell(direct, f"{first}-{second}", people)
    return [*(_room(plan, people) for plan in ROOMS), direct]


def _person(name: str, **powers: bool) -> User:
    address = f"{name}@example.org"
    user = User.objects.create_user(
        name, address, PASSWORD, date_joined=timezone.now() - JOINED, **powers
    )
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    return user


def _room(plan: DemoRoom, people: dict[str, User]) -> Room:
    room = create_room(owner=people["alice"], name=plan.name, topic=plan.topic, kind=plan.kind)
    _retell(room, plan.name, people)
    return room


def _retell(room: Room, name: str, people: dict[str, User]) -> None:
    """Store what the script of this name tells, as said in `room`."""
    script = (SCRIPTS / f"{name}.txt").read_text(encoding="utf-8")
    lines = list(read_script(script, now=timezone.now()))
    _backdate(room, lines[0].at - timedelta(minutes=5))
    with changing_room(room.pk) as write:
        Retelling(write, people).tell(lines)
        MessageWords.objects.add(Message.objects.filter(room=room))


def _backdate(room: Room, at: datetime) -> None:
    Room.objects.filter(pk=room.pk).update(created_at=at)
    Membership.objects.filter(room=room).update(joined_at=at)


class Retelling:
    """Stores what a script tells, line by line."""

    def __init__(self, write: RoomWrite, people: dict[str, User]) -> None:
        self._write = write
        self._people = people
        self._named: dict[str, Message] = {}

    def tell(self, lines: Iterable[Line]) -> None:
        verbs = {
            Verb.SAYS: self._say,
            Verb.EDITS: self._edit,
            Verb.DELETES: self._delete,
            Verb.REACTS: self._react,
            Verb.PINS: self._pin,
            Verb.JOINS: self._join,
            Verb.READS: self._read,
        }
        for line in lines:
            verbs[line.verb](line, self._people[line.who])

    def _say(self, line: Line, who: User) -> None:
        original = self._named[line.answers].pk if line.answers else None
        message = past.said(self._write, sender=who, text=line.text, at=line.at, reply_to=original)
        message.save()
        if line.label:
            self._named[line.label] = message

    def _edit(self, line: Line, who: User) -> None:
        message = self._named[line.label or ""]
        earlier = past.edited(self._write, message, text=line.text, at=line.at)
        message.save()
        earlier.save()
        self._write.renumber_replies([message])

    def _delete(self, line: Line, who: User) -> None:
        message = self._named[line.label or ""]
        past.deleted(self._write, message, by=who, at=line.at).save()

    def _react(self, line: Line, who: User) -> None:
        message = self._named[line.label or ""]
        past.reacted(self._write, message, user=who, emoji=line.text).save()
        message.save()

    def _pin(self, line: Line, who: User) -> None:
        message = self._named[line.label or ""]
        past.pinned(self._write, message, by=who, at=line.at).save()

    def _join(self, line: Line, who: User) -> None:
        message, membership = past.joined(self._write, user=who, at=line.at)
        message.save()
        membership.save()
        Membership.objects.filter(pk=membership.pk).update(joined_at=line.at)

    def _read(self, line: Line, who: User) -> None:
        Membership.objects.filter(room=self._write.room, user=who).update(
            read_sequence=self._write.head.last_sequence
        )
