"""Who is here, as one process knows it, and how its listeners hear of it. No Redis, no database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import hypothesis
import msgspec
import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chat.live_room import LiveRoom
from chat.people_here import PeopleHere, person_key, username
from chat.presence_news import PresenceNews
from chat.protocol.codec import Delivery

PATIENCE = 30.0
people = st.sampled_from([person_key(n, name) for n, name in enumerate("abcdefgh")])


class Story(RuleBasedStateMachine):
    """Anything that a process can hear, against a model that keeps the reasons."""

    def __init__(self) -> None:
        super().__init__()
        self.here = PeopleHere()
        self.now = 0.0
        self.model: list[str] = []
        # When Redis was first asked in vain for somebody, since they were last seen.
        self.missing: dict[str, float] = {}
        self.seen = self.look()

    def look(self) -> tuple[object, ...]:
        return self.here.known, self.here.usernames(100)

    @rule(person=people)
    def somebody_comes(self, person: str) -> None:
        assert self.here.came(person) == (person not in self.model)
        if person not in self.model:
            self.model.append(person)
        self.missing.pop(person, None)

    @rule(person=people)
    def somebody_goes(self, person: str) -> None:
        assert self.here.went(person) == (person in self.model)
        if person in self.model:
            self.model.remove(person)
        self.missing.pop(person, None)

    @rule()
    def redis_goes_away(self) -> None:
        self.here.forget()
        self.missing.clear()

    @rule(seconds=st.sampled_from([1.0, 15.0, 29.0, 30.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(present=st.sets(people))
    def redis_is_asked(self, present: set[str]) -> None:
        self.missing = {
            person: self.missing.get(person, self.now)
            for person in self.model
            if person not in present
        }
        waited = {p for p, since in self.missing.items() if self.now - since >= PATIENCE}
        new, gone = self.here.compare(present, now=self.now, patience=PATIENCE)
        assert set(gone) == waited
        assert set(new) == present - set(self.model)
        assert len(new) == len(set(new))
        self.model = [person for person in self.model if person not in waited] + new
        self.missing = {p: since for p, since in self.missing.items() if p not in waited}

    @invariant()
    def it_is_what_the_model_says(self) -> None:
        here, known = self.here, self.here.known
        assert here.count == (len(self.model) if known else None)
        names = [username(person) for person in self.model]
        for limit in (0, 2, 100):
            assert here.usernames(limit) == (names[:limit] if known else None)
        assert all(person in here for person in self.model)

    @invariant()
    def what_is_seen_changes_only_with_the_version(self) -> None:
        state = (self.here.version, *self.look())
        before, self.seen = self.seen, state
        if before[1:] != state[1:] and len(before) == len(state):
            assert state[0] > before[0]  # type: ignore[operator]

    @precondition(lambda self: self.here.known)
    @rule()
    def an_answer_that_is_known_already_is_no_news(self) -> None:
        version = self.here.version
        answer = self.here.compare(self.model, now=self.now, patience=PATIENCE)
        assert answer == ([], [])
        assert self.here.version == version
        self.missing.clear()


TestPeopleHere = Story.TestCase
TestPeopleHere.settings = hypothesis.settings(max_examples=60, stateful_step_count=30)


def test_a_person_is_known_by_id_and_name_whatever_the_name() -> None:
    for name in ("alice", "Alice.B-c_d", "0", "a--..__"):
        assert username(person_key(12, name)) == name


def test_after_redis_lost_its_memory_nobody_has_left() -> None:
    """Two processes, whose renewals come at different times."""
    ours, theirs = ["1:alice"], ["2:bob"]
    here = PeopleHere()
    here.compare(ours + theirs, now=0, patience=PATIENCE)
    assert here.compare(ours, now=15, patience=PATIENCE) == ([], [])
    assert here.compare(ours, now=30, patience=PATIENCE) == ([], [])
    assert here.compare(ours + theirs, now=44, patience=PATIENCE) == ([], [])
    assert here.compare(ours, now=60, patience=PATIENCE) == ([], [])
    assert here.compare(ours, now=90, patience=PATIENCE) == ([], theirs)


def test_who_is_here_is_unknown_until_redis_was_asked() -> None:
    here = PeopleHere()
    here.came("1:alice")
    assert (here.count, here.usernames(9)) == (None, None)
    here.compare(["2:bob"], now=0, patience=PATIENCE)
    assert here.usernames(9) == ["alice", "bob"]


# News


class Reader:
    """Listens to a room."""

    user_id = 1

    def __init__(self, name: str) -> None:
        self.id = name
        self.heard: list[dict[str, Any]] = []

    def deliver(self, delivery: Delivery) -> None:
        self.heard += [msgspec.json.decode(payload) for payload in delivery.payloads]

    def left_room(self, room: LiveRoom, *, reason: str) -> None:
        raise AssertionError(reason)


def make_room(*readers: Reader, present: Iterable[str] = ()) -> LiveRoom:
    room = LiveRoom(1)
    room.slug = "tea"
    room.people.compare(present, now=0, patience=PATIENCE)
    room.audience.listeners.update(dict.fromkeys(readers, 0))
    return room


async def an_interval() -> None:
    """Let one pass that is set to nothing."""
    for _ in range(3):
        await asyncio.sleep(0)


@pytest.fixture
def small_crowd(settings: Any) -> int:
    settings.CHAT_PRESENCE_CROWD = 3
    settings.CHAT_PRESENCE_CROWD_INTERVAL = 0.0
    settings.CHAT_ACTIVE_USERS_SHOWN = 5
    return 3


def come(news: PresenceNews, room: LiveRoom, person: str) -> None:
    if room.people.came(person):
        news.came(room, person)


def go(news: PresenceNews, room: LiveRoom, person: str) -> None:
    if room.people.went(person):
        news.went(room, person, reason="left")


async def test_each_coming_and_going_is_told_with_who_is_here_then() -> None:
    reader = Reader("a")
    room, news = make_room(reader, present=["1:alice"]), PresenceNews()
    come(news, room, "2:bob")
    come(news, room, "2:bob")
    go(news, room, "1:alice")
    joined, left = reader.heard
    assert joined["event"] == "user_joined"
    assert left["event"] == "user_left"
    facts = ("room_id", "username", "message", "active_users", "active_count")
    assert [joined["data"][fact] for fact in facts] == [
        "tea",
        "bob",
        "bob joined",
        ["alice", "bob"],
        2,
    ]
    assert [left["data"][fact] for fact in facts] == ["tea", "alice", "alice left", ["bob"], 1]
    assert left["data"]["reason"] == "left"


async def test_while_it_is_unknown_who_is_here_a_coming_says_so() -> None:
    reader = Reader("a")
    room, news = make_room(reader), PresenceNews()
    room.people.forget()
    come(news, room, "2:bob")
    [joined] = reader.heard
    assert (joined["data"]["active_users"], joined["data"]["active_count"]) == (None, None)


async def test_a_crowd_is_told_once_an_interval(small_crowd: int) -> None:
    reader = Reader("a")
    present = [f"{n}:p{n}" for n in range(small_crowd)]
    room, news = make_room(reader, present=present), PresenceNews()
    for n in range(10, 20):
        come(news, room, f"{n}:p{n}")
    for person in present:
        go(news, room, person)
    assert reader.heard == []
    await an_interval()
    joined, left = (frame["data"] for frame in reader.heard)
    assert joined["message"] == "p19 and 9 more joined"
    assert left["message"] == "p2 and 2 more left"
    for told in (joined, left):
        assert told["active_users"] == ["p10", "p11", "p12", "p13", "p14"]
        assert told["active_count"] == 10
    come(news, room, "30:p30")
    await an_interval()
    assert reader.heard[-1]["data"]["message"] == "p30 joined"


async def test_a_room_that_nobody_here_could_enter_has_no_news() -> None:
    room = LiveRoom(1)  # made when a stranger asked for it, and never read
    room.people.compare([], now=0, patience=PATIENCE)
    news = PresenceNews()
    come(news, room, "1:alice")
    go(news, room, "1:alice")
    assert "1:alice" not in room.people


@hypothesis.settings(max_examples=60)
@given(acts=st.lists(st.tuples(st.booleans(), people, st.booleans()), max_size=40))
def test_the_last_news_is_always_how_things_are(
    acts: list[tuple[bool, str, bool]],
) -> None:
    async def live() -> None:
        reader = Reader("a")
        room, news = make_room(reader), PresenceNews()
        changed = 0
        for comes, person, waits in acts:
            version = room.people.version
            (come if comes else go)(news, room, person)
            changed += room.people.version - version
            if waits:
                await an_interval()
        await an_interval()
        assert len(reader.heard) <= changed
        assert bool(reader.heard) == bool(changed)
        if changed:
            last = reader.heard[-1]["data"]
            assert last["active_count"] == room.people.count
            assert last["active_users"] == room.people.usernames(5)

    with override_settings(
        CHAT_PRESENCE_CROWD=3, CHAT_PRESENCE_CROWD_INTERVAL=0.0, CHAT_ACTIVE_USERS_SHOWN=5
    ):
        asyncio.run(live())
