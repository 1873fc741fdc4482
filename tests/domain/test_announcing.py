"""Live clients hear of what is stored: after the commit, in order, and never of what is not."""

import logging
from typing import Any

import pytest
import redis
from django.db import transaction

from accounts.models import User
from chat import fanout
from chat.actions.memberships import join_room
from chat.actions.messages import edit_message, send_messages
from chat.actions.moderation import close_room
from chat.bus_items import BusItem, Change, Head
from chat.models import Message, Room, RoomHead
from tests.factories import make_room

from .telling import changes, draft, head_of, refusal, say, stored, told

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = Head(1, "e", 1)


@pytest.fixture
def quiet(room: Room, carol: User, announced: list[BusItem]) -> list[BusItem]:
    """What is announced from now on."""
    announced.clear()
    return announced


def test_a_message_is_announced_as_everybody_hears_it(
    room: Room, alice: User, quiet: list[BusItem]
) -> None:
    said = say(room, alice, "Hi", client_id="c1")
    [change] = quiet
    assert isinstance(change, Change)
    epoch = RoomHead.objects.get(pk=room.pk).epoch
    assert (change.room, change.epoch, change.number) == (room.pk, epoch, said.sequence)
    assert (change.event, change.message_id, change.sequence) == (
        "new_message",
        said.pk,
        said.sequence,
    )
    assert change.removed == 0
    body = told(change)
    assert (body["room_id"], body["message"], body["client_id"]) == (room.slug, "Hi", "c1")
    assert body["timestamp"].endswith("Z")


def test_nothing_is_heard_before_the_commit(room: Room, alice: User, quiet: list[BusItem]) -> None:
    with transaction.atomic():
        say(room, alice)
        say(room, alice)
        assert quiet == []
    assert [change.number for change in changes(quiet)] == [head_of(room) - 1, head_of(room)]


def test_nothing_is_heard_of_what_was_rolled_back(
    room: Room, alice: User, quiet: list[BusItem]
) -> None:
    before = head_of(room)

    def say_and_fail() -> None:
        with transaction.atomic():
            say(room, alice)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        say_and_fail()
    assert (quiet, head_of(room)) == ([], before)
    assert say(room, alice).sequence == before + 1


def test_nothing_is_heard_of_what_was_refused(
    room: Room, alice: User, carol: User, quiet: list[BusItem]
) -> None:
    refusal(say, room=room, sender=carol)
    refusal(close_room, room=room.pk, by=carol)
    send_messages([draft(room, alice, reply_to=999_999)])
    assert quiet == []


def test_a_batch_is_heard_in_the_order_of_its_numbers(
    room: Room, alice: User, bob: User, quiet: list[BusItem]
) -> None:
    other = make_room(alice, name="Other")
    send_messages([draft((room, other)[n % 2], alice, f"{n}") for n in range(10)])
    for each in (room, other):
        numbers = [change.number for change in changes(quiet) if change.room == each.pk]
        assert numbers == list(range(head_of(each) - 4, head_of(each) + 1))


def test_what_changes_nothing_says_nothing(
    room: Room, alice: User, bob: User, quiet: list[BusItem]
) -> None:
    said = say(room, alice)
    quiet.clear()
    join_room(room=room.pk, user=bob)
    edit_message(room=room.pk, user=alice, message_id=said.pk, text="Hi")
    assert quiet == []


def test_what_is_stored_is_stored_though_nobody_could_be_told(
    room: Room, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(items: tuple[BusItem, ...]) -> None:
        raise RuntimeError("no hub")

    fanout.attach(fail)
    with caplog.at_level(logging.CRITICAL):
        said = say(room, alice)
    fanout.detach(fail)
    assert Message.objects.filter(pk=said.pk).exists()


def test_everything_goes_to_the_one_hub_that_is_attached(announced: list[BusItem]) -> None:
    other: list[BusItem] = []
    fanout.attach(other.extend)
    fanout.broadcast(HEAD)
    fanout.detach(announced.extend)  # it was not attached any more
    fanout.broadcast(HEAD)
    fanout.detach(other.extend)
    assert (announced, other) == ([], [HEAD, HEAD])


class Away:
    """A Redis that does not answer."""

    def publish(self, *args: Any) -> None:
        raise redis.ConnectionError


@pytest.mark.parametrize("embedded", [True, False])
def test_a_process_without_a_hub_does_not_mind_that_redis_is_away(
    room: Room,
    alice: User,
    quiet: list[BusItem],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: Any,
    embedded: bool,
) -> None:
    """It is worth a warning, but for where it only means that no server runs."""
    settings.EMBEDDED_VALKEY = embedded
    fanout.detach(quiet.extend)
    monkeypatch.setattr(fanout, "client", Away)
    with caplog.at_level(logging.INFO):
        said = say(room, alice)
    assert stored(room)[-1] == said
    assert ("Redis is away" in caplog.text) is not embedded


def test_a_process_without_a_hub_publishes_to_the_hubs(
    room: Room, alice: User, quiet: list[BusItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[tuple[BusItem, ...]] = []
    fanout.detach(quiet.extend)
    monkeypatch.setattr(fanout, "publish", published.append)
    say(room, alice)
    [[change]] = published
    assert isinstance(change, Change)
    assert change.number == head_of(room)


def test_announcing_nothing_does_nothing(quiet: list[BusItem]) -> None:
    fanout.announce()
    assert quiet == []
