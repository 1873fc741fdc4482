"""After any history the index finds exactly what looking at every message finds."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import delete_message, edit_message, send_messages
from chat.actions.retention import prune_messages
from chat.models import Membership, Message, MessageWords, Room
from tests.factories import make_room

from .finding import must_find, search
from .telling import draft

pytestmark = pytest.mark.django_db
WORDS = [
    "red",
    "Reds",
    "blue",
    "größe",
    "grosse",
    "東京",
    "京都",
    "東",
    "ab_cd",
    "cd",
    "👍",
    "1.5",
    "a",
]
TEXT = st.lists(st.sampled_from([*WORDS, "!", "ภาษา"]), min_size=1, max_size=5).map(" ".join)
JOINED = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("".join)
TYPED = st.one_of(TEXT, JOINED, JOINED.map(lambda text: f'"{text}"'), st.sampled_from(["re", "b"]))
PLACE = st.integers(0, 30)


@dataclass(frozen=True)
class Send:
    texts: list[str]
    room: int


@dataclass(frozen=True)
class Edit:
    which: int
    text: str


@dataclass(frozen=True)
class Delete:
    which: int


@dataclass(frozen=True)
class Prune:
    keep: int


@dataclass(frozen=True)
class Leave:
    comes_back: bool


STEP = st.one_of(
    st.builds(Send, st.lists(st.one_of(TEXT, JOINED), min_size=1, max_size=4), st.integers(0, 1)),
    st.builds(Edit, PLACE, TEXT),
    st.builds(Delete, PLACE),
    st.builds(Prune, st.integers(0, 6)),
    st.builds(Leave, st.booleans()),
)


def do(step: object, rooms: list[Room], alice: User, bob: User) -> None:
    live = Message.objects.filter(kind="text", deleted_at=None).order_by("pk")
    match step:
        case Send(texts, number):
            send_messages([draft(rooms[number], alice, text) for text in texts])
        case Edit(which, text) if message := live[which : which + 1].first():
            edit_message(room=message.room_id, user=alice, message_id=message.pk, text=text)
        case Delete(which) if message := live[which : which + 1].first():
            delete_message(room=message.room_id, user=alice, message_id=message.pk)
        case Prune(keep):
            Message.objects.update(created_at=timezone.now() - timedelta(days=2))
            Room.objects.filter(pk=rooms[0].pk).update(history_limit=keep)
            prune_messages(room=rooms[0].pk)
        case Leave(comes_back):
            if Membership.objects.filter(room=rooms[1], user=bob).exists():
                end_membership(room=rooms[1].pk, user=bob)
            if comes_back:
                join_room(room=rooms[1].pk, user=bob)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=12), st.lists(TYPED, min_size=1, max_size=6))
@example([Send(["red", "blue"], 0), Edit(0, "blue"), Prune(1)], ["blue", "red"])
def test_the_index_equals_looking_at_everything(
    alice: User, bob: User, steps: list[object], queries: list[str]
) -> None:
    with transaction.atomic():
        rooms = [make_room(alice, bob, name=name) for name in "xy"]
        for step in steps:
            do(step, rooms, alice, bob)
        for user in (alice, bob):
            for typed in queries:
                expected = must_find(user, typed)
                for best in (False, True):
                    found = search(user, typed, best=best)
                    keys = [hit.message.pk for hit in found.hits]
                    assert (keys if not best else sorted(keys, reverse=True)) == expected
                    assert found.total == len(expected)
        live = Message.objects.filter(kind="text", deleted_at=None)
        assert set(MessageWords.objects.values_list("pk", flat=True)) == set(
            live.values_list("pk", flat=True)
        )
        transaction.set_rollback(True)
