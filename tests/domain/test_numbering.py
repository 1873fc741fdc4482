"""Every room has one order: numbers without a gap, given under the lock of its head."""

from functools import partial

import pytest

from accounts.models import User
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import delete_message, edit_message, send_messages
from chat.models import Message, Room
from tests.factories import make_room, make_user
from tests.together import together

from .telling import draft, head_of, say, stored

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 20
EACH = 3


def test_the_first_message_of_a_new_room_is_number_one(alice: User) -> None:
    room = make_room(alice)
    assert head_of(room) == 0
    message = say(room, alice)
    assert (message.sequence, message.changed_sequence, head_of(room)) == (1, 1, 1)


def test_rooms_count_for_themselves(alice: User) -> None:
    first, second = make_room(alice), make_room(alice)
    assert [say(room, alice).sequence for room in (first, second, first, second)] == [1, 1, 2, 2]


def test_twenty_writers_get_each_number_once_in_order_of_commit(room: Room, bob: User) -> None:
    before = head_of(room)

    def write() -> list[bool]:
        """Whether, each time, everything below one's own number was there already."""
        whole = []
        for _ in range(EACH):
            number = say(room, bob).sequence
            below = Message.objects.filter(room=room, sequence__lte=number).count()
            whole.append(below == number)
        return whole

    seen = together(*[write] * THREADS)
    assert all(all(whole) for whole in seen)
    last = before + THREADS * EACH
    assert head_of(room) == last
    assert [message.sequence for message in stored(room)] == list(range(1, last + 1))


def test_each_change_of_any_kind_takes_one_number(room: Room, alice: User, bob: User) -> None:
    messages = [say(room, alice) for _ in range(8)]
    newcomers = [make_user() for _ in range(4)]
    leaver = make_user()
    join_room(room=room.pk, user=leaver)
    before = head_of(room)
    together(
        *(
            partial(edit_message, room=room.pk, user=alice, message_id=message.pk, text="Ho")
            for message in messages[:4]
        ),
        *(
            partial(delete_message, room=room.pk, user=alice, message_id=message.pk)
            for message in messages[4:]
        ),
        *(partial(join_room, room=room.pk, user=user) for user in newcomers),
        *(partial(say, room, bob) for _ in range(4)),
        partial(end_membership, room=room.pk, user=leaver),
    )
    assert head_of(room) == before + 4 + 4 + 4 + 4 + 1
    changed = sorted(message.changed_sequence for message in stored(room))
    assert len(changed) == len(set(changed))
    assert changed[-1] == head_of(room)
    assert set(range(before + 1, head_of(room) + 1)) <= set(changed)


def test_writers_of_several_rooms_do_not_wait_for_each_other(alice: User) -> None:
    rooms = [make_room(alice, name=name) for name in "abc"]

    def write(order: list[Room]) -> None:
        for _ in range(5):
            sent = send_messages([draft(room, alice) for room in order])
            assert all(isinstance(each, Message) for each in sent)

    together(*(partial(write, order) for order in (rooms, rooms[::-1], rooms[1:] + rooms[:1]) * 2))
    for room in rooms:
        assert [message.sequence for message in stored(room)] == list(range(1, 31))


def test_what_is_refused_takes_no_number(room: Room, alice: User, carol: User) -> None:
    before = head_of(room)
    sent = send_messages([draft(room, carol), draft(room, alice, reply_to=999_999)])
    assert not any(isinstance(each, Message) for each in sent)
    assert head_of(room) == before


def test_a_place_is_for_ever_and_a_change_has_its_own_number(room: Room, alice: User) -> None:
    first, second = say(room, alice), say(room, alice)
    edited = edit_message(room=room.pk, user=alice, message_id=first.pk, text="Other")
    assert edited.sequence == first.sequence
    assert edited.changed_sequence == second.sequence + 1 == head_of(room)
