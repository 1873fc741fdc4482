"""The load counts every delivery once, and says so when one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from chat.models import Message
from comparison.dialects import DIALECTS, Dialect
from comparison.house import House, Room
from comparison.load import talk, wire
from comparison.load.crowd import Astray, Crowd, Stage
from comparison.load.job import Job, Seat
from comparison.load.talk import Talk
from comparison.seeding import Inhabited, furnish
from tests.comparison.leaky_server import leaky_server
from tests.factories import make_user
from tests.harness.servers import ServerProcess

PLAIN = Dialect(path="/", say="%(text)s")
_numbers = count(1)


def quiet(share: float) -> None:
    """Tell nobody how far it is."""


@contextmanager
def talking(job: Job, dialect: Dialect) -> Iterator[Talk]:
    crowd = Crowd(dialect, job.address, job.seats)
    try:
        for stage in (Stage.WELCOMED, Stage.JOINED):
            crowd.bring(stage, at_once=job.at_once, progress=quiet)
        yield Talk(crowd, dialect, job)
    finally:
        crowd.close()


def at_parley(server: ServerProcess, *, rate: float = 0.0) -> Job:
    """Three members of a room, two of whom speak."""
    # No other test has a room of this name: servers remember what slugs stand for.
    room = f"load-{next(_numbers)}"
    cookies = furnish(House(people=3, rooms=[Room(room, range(3))]))
    seats = [Seat(room, cookie, speaks=place < 2) for place, cookie in enumerate(cookies)]
    return Job(server.address, "parley", "talk", seats, rate=rate)


@pytest.mark.parametrize("rate", [0.0, 50.0], ids=["as quickly as heard", "at a rate"])
def test_everything_said_is_stored_and_heard_once_by_everybody(
    pair: list[ServerProcess], rate: float
) -> None:
    job = at_parley(pair[0], rate=rate)
    with talking(job, DIALECTS["parley"]) as conversation:
        outcome = conversation.hold(0.3, quiet)
    assert outcome.said >= 2
    assert outcome.deliveries == 3 * outcome.said
    assert not outcome.astray
    assert Message.objects.filter(text__startswith="~").count() == outcome.said


def test_one_lost_message_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "PATIENCE", 1.0)
    with leaky_server() as address:
        # The first only listens, and misses one.
        seats = [Seat("tea"), Seat("tea", speaks=True)]
        with talking(Job(address, "plain", "talk", seats, at_once=1), PLAIN) as conversation:
            outcome = conversation.hold(0.3, quiet)
    [said] = outcome.astray
    assert said.startswith(f"Line 0 in tea heard {outcome.said - 1} of {outcome.said} messages")


def test_who_is_refused_is_not_counted_as_somebody_who_came_in(pair: list[ServerProcess]) -> None:
    room = f"load-{next(_numbers)}"
    cookies = furnish(House(people=3, rooms=[Room(room, range(2))]))
    crowd = Crowd(DIALECTS["parley"], pair[0].address, [Seat("no-such-room", cookies[2])])
    crowd.bring(Stage.WELCOMED, at_once=1, progress=quiet)
    with pytest.raises(Astray, match="room_not_found"):
        crowd.bring(Stage.JOINED, at_once=1, progress=quiet)
    crowd.close()


def test_frames_are_counted_wherever_the_bytes_are_cut() -> None:
    texts = ["~1~ short", f"~2~ {'long ' * 40}", f"~3~ {'longer ' * 10_000}", "of no number", "ack"]
    whole = b"".join(_unmasked(text.encode()) for text in texts)
    for cut in (*range(1, 230), len(whole) - 1):
        first = wire.read(whole[:cut], ack=b"ack", refusal=b"error")
        second = wire.read(whole[first.whole :], ack=b"ack", refusal=b"error")
        assert first.numbers + second.numbers == [1, 2, 3]
        assert first.acks + second.acks == 1
        assert second.whole == len(whole) - first.whole


def _unmasked(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((wire.TEXT, size)) + payload
    if size < 65536:
        return bytes((wire.TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((wire.TEXT, 127)) + size.to_bytes(8, "big") + payload


@pytest.mark.django_db
def test_a_database_with_people_in_it_is_left_alone() -> None:
    make_user("alice")
    with pytest.raises(Inhabited):
        furnish(House(people=3, rooms=[]))
