"""A large house: any number of people, rooms, messages and posts, in believable proportions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import accumulate, islice
from math import sqrt
from random import Random
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db.models import Max
from django.utils import timezone

from accounts.models import PersonWords, User
from chat.actions.changing import RoomWrite, changing_room
from chat.actions.rooms import create_room
from chat.models import Membership, Message, MessageVersion, MessageWords, Room, RoomKind

from . import past
from .crowd_posts import CrowdPosts
from .script import Verb, read_script
from .team import PASSWORD, ROOMS, SCRIPTS

if TYPE_CHECKING:
    from datetime import datetime

CHUNK = 2_000
HISTORY = timedelta(days=90)
ONE_ROOM_IN = 5  # is private
EDITED, DELETED, ANSWERING = 0.03, 0.01, 0.08  # shares of the messages
CAUGHT_UP = 0.6  # share of the members

# Called with what was stored ("people", "rooms", "messages", "posts") and how many of it.
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much there shall be. Joins are told by system messages, which come on top."""

    users: int
    rooms: int
    messages: int
    posts: int = 0


def shares(total: int, parts: int) -> list[int]:
    """Divide `total`: the first part is the largest, the n-th one about 1/√n of it."""
    weights = [1 / sqrt(n) for n in range(1, parts + 1)]
    bounds = [round(total * upto / sum(weights)) for upto in accumulate(weights)]
    return [upper - lower for lower, upper in zip([0, *bounds], bounds, strict=False)]


def room_sizes(size: Size) -> list[int]:
    """How many members each room has: the first √users · 3, the n-th 1/√n of that, two at least."""
    largest = 3 * sqrt(size.users)
    return [min(size.users, max(2, round(largest / sqrt(n)))) for n in range(1, size.rooms + 1)]


def fill(size: Size, *, progress: Progress) -> None:
    """Add that many people, rooms, messages and posts to what is there.

    Each chunk is a transaction under its room's lock, so that people can go on meanwhile.
    """
    random = Random(size.messages)  # noqa: S311 - the same data for the same size
    people = _people(size.users, progress)
    texts = _texts()
    sizes = zip(room_sizes(size), shares(size.messages, size.rooms), strict=True)
    for number, (members, messages) in enumerate(sizes, start=1):
        room = _room(number, owner=people[random.randrange(len(people))])
        crowd = RoomCrowd(room, random=random, texts=texts)
        crowd.join(random.sample(people, members))
        progress("rooms", 1)
        crowd.talk(messages, progress)
        crowd.read()
    if size.posts:
        published = CrowdPosts(people, random=random, progress=partial(progress, "posts"))
        published.follow()
        published.publish(size.posts)


def _people(count: int, progress: Progress) -> list[User]:
    """Store people who can log in with the demo's password, hashed once for all of them."""
    password = make_password(PASSWORD)
    first = (User.objects.aggregate(highest=Max("pk"))["highest"] or 0) + 1
    made: list[User] = []
    for start in range(first, first + count, CHUNK):
        numbers = range(start, min(start + CHUNK, first + count))
        stored = User.objects.bulk_create(
            User(username=f"user-{number}", password=password) for number in numbers
        )
        PersonWords.objects.add(stored)
        made += stored
        progress("people", len(numbers))
    return made


def _room(number: int, *, owner: User) -> Room:
    kind = RoomKind.PRIVATE if number % ONE_ROOM_IN == 0 else RoomKind.PUBLIC
    room = create_room(owner=owner, name=f"Room {number}", topic="Made by seed_demo.", kind=kind)
    Room.objects.filter(pk=room.pk).update(created_at=timezone.now() - HISTORY)
    return room


def _texts() -> list[str]:
    """What the demo's team says, over and over."""
    now = timezone.now()
    scripts = ((SCRIPTS / f"{room.name}.txt").read_text(encoding="utf-8") for room in ROOMS)
    lines = (line for script in scripts for line in read_script(script, now=now))
    return [line.text for line in lines if line.verb is Verb.SAYS]


class RoomCrowd:
    """One room's people and what they say."""

    def __init__(self, room: Room, *, random: Random, texts: Sequence[str]) -> None:
        self._room = room
        self._random = random
        self._texts = texts
        self._members: list[User] = []
        # What edited messages said before, until they are stored.
        self._earlier: list[MessageVersion] = []

    def join(self, people: Sequence[User]) -> None:
        """Let `people` join at the very beginning, except for the owner, who is there."""
        at = timezone.now() - HISTORY
        newcomers = [user for user in people if user.pk != self._room.created_by_id]
        with changing_room(self._room.pk) as write:
            arrivals = [past.joined(write, user=user, at=at) for user in newcomers]
            Message.objects.bulk_create(message for message, _ in arrivals)
            Membership.objects.bulk_create(membership for _, membership in arrivals)
        Membership.objects.filter(room=self._room).update(joined_at=at)
        self._members = list(people)

    def talk(self, count: int, progress: Progress) -> None:
        """Store `count` messages over the whole history. A few members say most of it."""
        weights = [1 / n for n in range(1, len(self._members) + 1)]
        moments = iter(self._moments(count))
        answerable: list[int] = []
        while chunk := list(islice(moments, CHUNK)):
            senders = self._random.choices(self._members, weights, k=len(chunk))
            with changing_room(self._room.pk) as write:
                stored = Message.objects.bulk_create(
                    self._message(write, sender, at, answerable)
                    for sender, at in zip(senders, chunk, strict=True)
                )
                MessageWords.objects.add(stored)
                MessageVersion.objects.bulk_create(self._earlier)
                self._earlier.clear()
            answerable = [message.pk for message in stored]
            progress("messages", len(chunk))

    def _moments(self, count: int) -> Iterator[datetime]:
        start = timezone.now() - HISTORY
        for part in sorted(self._random.random() for _ in range(count)):
            yield start + HISTORY * part

    def _message(
        self, write: RoomWrite, sender: User, at: datetime, answerable: Sequence[int]
    ) -> Message:
        random = self._random
        answers = random.choice(answerable) if answerable and random.random() < ANSWERING else None
        text = random.choice(self._texts)
        message = past.said(write, sender=sender, text=text, at=at, reply_to=answers)
        fate = random.random()
        if fate < EDITED:
            self._earlier.append(past.edited(write, message, text=f"{text} (edited)", at=at))
        elif fate < EDITED + DELETED:
            past.deleted(write, message, by=sender, at=at)
        return message

    def read(self) -> None:
        """Let most members have read everything, the others up to somewhere."""
        head = self._room.head
        head.refresh_from_db()
        members = list(Membership.objects.filter(room=self._room))
        for member in members:
            if self._random.random() < CAUGHT_UP:
                member.read_sequence = head.last_sequence
            else:
                reach = self._random.randint(member.joined_sequence, head.last_sequence)
                member.read_sequence = reach
        Membership.objects.bulk_update(members, ["read_sequence"], batch_size=500)
