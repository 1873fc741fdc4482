"""People and moderators do everything at once: nobody waits for ever, nothing is left half done.

What locks rows in an order of its own shows here as a deadlock, which PostgreSQL ends by an error.
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest

from accounts.errors import AccountsError
from accounts.models import Comment, CommentWords, Post, PostWords
from chat.bus_items import BusItem
from chat.errors import ChatError
from chat.models import Mention, Message, MessageKind, MessageWords, Role, Room, RoomHead, RoomKind
from tests.factories import make_room, make_user
from tests.together import together

from .everything import ACTS, Lot

pytestmark = [
    pytest.mark.postgres_only,  # SQLite lets one write at a time
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("announced"),
]
THREADS = 8


@pytest.fixture
def announced() -> Any:
    """Nobody listens: what is told is told by other tests."""
    from chat import fanout

    heard: list[BusItem] = []
    fanout.attach(heard.extend)
    yield heard
    fanout.detach(heard.extend)


@pytest.mark.parametrize("seed", range(2))
def test_nobody_waits_for_ever_and_nothing_is_left_half_done(seed: int, settings: Any) -> None:
    endure(seed, settings, acts=60)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 120))
def test_nobody_waits_for_ever_for_long(seed: int, settings: Any) -> None:
    endure(seed, settings, acts=400)


def endure(seed: int, settings: Any, *, acts: int) -> None:
    print(f"seed {seed}")  # noqa: T201 - shown with a failure
    settings.CHAT_RETENTION_MINIMUM = 0
    staff = make_user(is_superuser=True)
    people = [make_user() for _ in range(6)]
    rooms = [make_room(*people, name=name) for name in ("North", "South", "West")]
    Room.objects.update(history_limit=60)
    lots = [Lot(random.Random(f"{seed} {n}"), staff, people, rooms) for n in range(THREADS)]
    together(*(partial(live, lot, acts) for lot in lots))
    for head in RoomHead.objects.select_related("room"):
        assert_sound(head)
    assert_search_is_whole()


def live(lot: Lot, acts: int) -> None:
    """What is refused is refused; any other error is the test's."""
    for _ in range(acts):
        name = lot.random.choice(list(ACTS))
        try:
            ACTS[name](lot)
        except (ChatError, AccountsError):
            pass
        except Exception as error:
            raise AssertionError(f"could not {name}") from error


def assert_sound(head: RoomHead) -> None:
    there = Message.objects.filter(room=head.pk, sequence__gte=head.floor)
    numbers = set(there.values_list("changed_sequence", flat=True))
    assert max(numbers, default=0) <= head.last_sequence
    assert len(numbers) == there.count()
    assert not there.exclude(reply_to=None).exclude(reply_to__in=there).exists()
    roles = list(head.room.memberships.values_list("role", flat=True))
    assert roles.count(Role.OWNER) == (1 if roles and head.room.kind != RoomKind.DIRECT else 0)


def assert_search_is_whole() -> None:
    floors = dict(RoomHead.objects.values_list("pk", "floor"))
    said = Message.objects.filter(kind=MessageKind.TEXT, deleted_at=None)
    living = {m.pk for m in said if m.sequence >= floors[m.room_id]}
    assert living == set(MessageWords.objects.filter(pk__in=living).values_list("pk", flat=True))
    assert not MessageWords.objects.exclude(pk__in=said).exists()
    assert not Mention.objects.exclude(message__in=said).exists()
    assert keys(PostWords) == keys(Post)
    assert keys(CommentWords) == keys(Comment)


def keys(kind: Any) -> set[int]:
    return set(kind.objects.values_list("pk", flat=True))
