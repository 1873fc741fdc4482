"""How far people have read, and what waits for them."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions.profile import show_receipts
from accounts.models import User
from chat import queries
from chat.actions.direct import start_direct_room
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import delete_message, edit_message
from chat.actions.receipts import mark_read, mark_unread
from chat.bus_items import BusItem, PersonNotice, Receipt
from chat.errors import ErrorCode
from chat.models import Membership, Message, MessageKind, Room
from tests.factories import make_room, make_user
from tests.frames import read_frame

from .telling import head_of, refusal, say

pytestmark = pytest.mark.django_db


def unread_of(room: Room, user: User) -> int:
    [found] = [m for m in queries.memberships_with_unread(user) if m.room_id == room.pk]
    waiting = queries.Waiting(found.unread, found.mentions)
    assert queries.waiting_by_member(room=room.pk, users=[user.pk]) == {user.pk: waiting}
    return found.unread


def mentions_of(room: Room, user: User) -> int:
    return queries.waiting_by_member(room=room.pk, users=[user.pk])[user.pk].mentions


def recounted(room: Room, user: User, *, calling: bool = False) -> int:
    """What waits for `user`, or only what is `calling` them, counted in the plainest way."""
    read = Membership.objects.get(room=room, user=user).read_sequence
    return sum(
        message.kind == MessageKind.TEXT
        and message.deleted_at is None
        and message.sender_id != user.pk
        and message.sequence > read
        and (not calling or f"@{user.username}!" in message.text)
        for message in Message.objects.filter(room=room)
    )


def test_what_others_say_waits_until_it_is_read(room: Room, alice: User, bob: User) -> None:
    for _ in range(3):
        say(room, alice)
    assert (unread_of(room, bob), unread_of(room, alice)) == (3, 0)
    read = mark_read(room=room.pk, user=bob, sequence=head_of(room) - 1)
    assert (read.read_sequence, read.unread) == (head_of(room) - 1, 1)
    assert mark_read(room=room.pk, user=bob, sequence=head_of(room)).unread == 0


def test_neither_tombstones_nor_system_messages_wait(room: Room, alice: User, bob: User) -> None:
    gone = say(room, alice)
    delete_message(room=room.pk, user=alice, message_id=gone.pk)
    join_room(room=room.pk, user=make_user())
    assert unread_of(room, bob) == 0


def test_an_edit_does_not_make_a_message_unread_again(room: Room, alice: User, bob: User) -> None:
    said = say(room, alice)
    mark_read(room=room.pk, user=bob, sequence=head_of(room))
    edit_message(room=room.pk, user=alice, message_id=said.pk, text="Other")
    assert unread_of(room, bob) == 0


def test_what_was_said_before_one_joined_does_not_wait(room: Room, alice: User) -> None:
    say(room, alice)
    newcomer = make_user()
    join_room(room=room.pk, user=newcomer)
    assert unread_of(room, newcomer) == 0


def test_reading_never_goes_back(room: Room, alice: User, bob: User) -> None:
    for _ in range(3):
        say(room, alice)
    mark_read(room=room.pk, user=bob, sequence=4)
    assert mark_read(room=room.pk, user=bob, sequence=2).read_sequence == 4


def test_nobody_reads_what_is_not_yet_said(room: Room, alice: User, bob: User) -> None:
    say(room, alice)
    assert mark_read(room=room.pk, user=bob, sequence=2**63 - 1).read_sequence == head_of(room)
    say(room, alice)
    assert unread_of(room, bob) == 1


def test_reading_is_told_once_and_only_if_it_moved(
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    say(room, alice)
    head = head_of(room)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            mark_read(room=room.pk, user=bob, sequence=head)
    notice, receipt = announced
    assert isinstance(notice, PersonNotice)
    assert notice.user == bob.pk
    own = {"room_id": room.slug, "username": "bob", "read_sequence": head}
    assert read_frame(notice.frame) == {
        "event": "message_read",
        "data": {**own, "unread": 0, "mentions": 0},
    }
    assert receipt == Receipt(room.pk, bob.pk, "bob", head)
    assert head_of(room) == head


def test_reading_is_not_asked_of_strangers(room: Room, carol: User) -> None:
    error = refusal(mark_read, room=room.pk, user=carol, sequence=1)
    assert error.code is ErrorCode.NOT_A_MEMBER


def test_unread_is_counted_up_to_a_hundred(room: Room, alice: User, bob: User) -> None:
    first = head_of(room) + 1
    Message.objects.bulk_create(
        Message(
            room=room,
            sequence=number,
            changed_sequence=number,
            text_changed_sequence=number,
            sender=alice,
            text="Hi",
            created_at="2026-01-01T00:00:00Z",
        )
        for number in range(first, first + 105)
    )
    assert unread_of(room, bob) == 100
    Membership.objects.filter(room=room, user=bob).update(read_sequence=first + 4)
    assert unread_of(room, bob) == 100
    Membership.objects.filter(room=room, user=bob).update(read_sequence=first + 5)
    assert unread_of(room, bob) == 99


def test_rooms_are_listed_by_name_with_what_waits(alice: User, bob: User) -> None:
    rooms = [make_room(alice, bob, name=name) for name in ("Zoo", "Art", "Mid")]
    say(rooms[0], alice)
    summaries = queries.room_summaries(queries.memberships_with_unread(bob))
    assert [(each.name, each.unread) for each in summaries] == [("Art", 0), ("Mid", 0), ("Zoo", 1)]
    zoo = summaries[-1]
    head = rooms[0].head
    assert (zoo.room_id, zoo.kind, zoo.epoch) == (rooms[0].slug, "public", head.epoch)
    assert (zoo.head, zoo.read_sequence) == (head_of(rooms[0]), head_of(rooms[0]) - 1)


# Unread again


def test_a_message_and_all_after_it_wait_again(room: Room, alice: User, bob: User) -> None:
    said = [say(room, alice) for _ in range(4)]
    mark_read(room=room.pk, user=bob, sequence=head_of(room))
    read = mark_unread(room=room.pk, user=bob, sequence=said[1].sequence)
    assert (read.read_sequence, read.unread) == (said[0].sequence, 3)
    assert unread_of(room, bob) == 3
    assert mark_read(room=room.pk, user=bob, sequence=head_of(room)).unread == 0


def test_marking_unread_reads_nothing(room: Room, alice: User, bob: User) -> None:
    said = [say(room, alice) for _ in range(3)]
    assert mark_unread(room=room.pk, user=bob, sequence=said[2].sequence).unread == 3
    assert mark_unread(room=room.pk, user=bob, sequence=2**63 - 1).unread == 3


def test_everything_can_wait_again(room: Room, alice: User, bob: User) -> None:
    say(room, alice)
    mark_read(room=room.pk, user=bob, sequence=head_of(room))
    assert mark_unread(room=room.pk, user=bob, sequence=0).read_sequence == 0
    assert unread_of(room, bob) == 1


def test_that_something_waits_again_is_told_to_the_person_alone(
    room: Room,
    alice: User,
    bob: User,
    announced: list[BusItem],
    django_capture_on_commit_callbacks: Any,
) -> None:
    said = say(room, alice)
    mark_read(room=room.pk, user=bob, sequence=said.sequence)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            mark_unread(room=room.pk, user=bob, sequence=said.sequence)
        # Reading it a second time is no news for the others.
        mark_read(room=room.pk, user=bob, sequence=said.sequence)
    notices = [item for item in announced if isinstance(item, PersonNotice)]
    assert len(notices) == len(announced) == 2
    assert {notice.user for notice in notices} == {bob.pk}
    told = [read_frame(notice.frame)["data"] for notice in notices]
    assert [(data["read_sequence"], data["unread"]) for data in told] == [
        (said.sequence - 1, 1),
        (said.sequence, 0),
    ]


def test_that_one_has_read_stays_true_for_the_others(room: Room, alice: User, bob: User) -> None:
    said = [say(room, alice) for _ in range(3)]
    mark_read(room=room.pk, user=bob, sequence=said[1].sequence)
    mark_unread(room=room.pk, user=bob, sequence=said[0].sequence)
    mark_unread(room=room.pk, user=bob, sequence=0)
    assert read_up_to(room)["bob"] == said[1].sequence
    mark_read(room=room.pk, user=bob, sequence=said[2].sequence)
    assert read_up_to(room)["bob"] == said[2].sequence


def test_unread_again_is_not_asked_of_strangers(room: Room, carol: User) -> None:
    error = refusal(mark_unread, room=room.pk, user=carol, sequence=1)
    assert error.code is ErrorCode.NOT_A_MEMBER


# Receipts


def read_up_to(room: Room) -> dict[str, int]:
    """How far the people of a room have read who show it."""
    return {reader.username: reader.read_sequence for reader in queries.readers(room=room.pk) or ()}


@pytest.fixture
def receipts_of(announced: list[BusItem], django_capture_on_commit_callbacks: Any) -> Any:
    def read(room: Room, user: User) -> list[Receipt]:
        announced.clear()
        with django_capture_on_commit_callbacks(execute=True):
            mark_read(room=room.pk, user=user, sequence=head_of(room))
        return [item for item in announced if isinstance(item, Receipt)]

    return read


def test_who_does_not_show_it_is_read_of_by_nobody(
    room: Room, alice: User, bob: User, receipts_of: Any
) -> None:
    show_receipts(user=bob, shown=False)
    say(room, alice)
    assert receipts_of(room, bob) == []
    assert read_up_to(room).keys() == {"alice"}
    show_receipts(user=bob, shown=True)
    say(room, alice)
    [receipt] = receipts_of(room, bob)
    assert receipt.read_sequence == read_up_to(room)["bob"] == head_of(room)


def test_in_a_large_room_nobody_sees_who_has_read(
    room: Room, alice: User, bob: User, settings: Any, receipts_of: Any
) -> None:
    settings.CHAT_RECEIPTS_ROOM = 2
    say(room, alice)
    assert len(receipts_of(room, bob)) == 1
    assert queries.readers(room=room.pk) is not None
    join_room(room=room.pk, user=make_user())
    assert receipts_of(room, bob) == []
    assert queries.readers(room=room.pk) is None


def test_in_a_direct_room_the_other_always_sees_it(
    alice: User, bob: User, settings: Any, receipts_of: Any
) -> None:
    settings.CHAT_RECEIPTS_ROOM = 0
    room = start_direct_room(by=alice, user=bob)
    say(room, alice)
    assert [receipt.user for receipt in receipts_of(room, bob)] == [bob.pk]
    assert read_up_to(room) == {"alice": 0, "bob": 1}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "say", "delete", "edit", "read", "unread", "leave", "join"]),
        st.integers(0, 2),
        st.integers(0, 2**16),
    ),
    max_size=25,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_unread_always_equals_a_recount(
    monkeypatch: pytest.MonkeyPatch, db: None, steps: list[tuple[str, int, int]]
) -> None:
    monkeypatch.setattr(queries.memberships, "UNREAD_CAP", 4)
    people = [make_user() for _ in range(3)]
    room = make_room(*people)
    for act, who, chance in steps:
        take_step(room, people[who], act, random.Random(chance))
    for member in Membership.objects.filter(room=room).select_related("user"):
        user = member.user
        assert unread_of(room, user) == min(recounted(room, user), 4)
        assert mentions_of(room, user) == min(recounted(room, user, calling=True), 4)


def take_step(room: Room, user: User, act: str, chance: random.Random) -> None:
    if not Membership.objects.filter(room=room, user=user).exists():
        join_room(room=room.pk, user=user)
        return
    own = Message.objects.filter(room=room, sender=user, kind=MessageKind.TEXT, deleted_at=None)
    own = own.order_by("pk")
    match act:
        case "say":
            say(room, user, f"Hi {calling(room, chance)}")
        case "delete" if own:
            delete_message(room=room.pk, user=user, message_id=chance.choice(own).pk)
        case "edit" if own:
            text = f"{chance.random()} {calling(room, chance)}"
            edit_message(room=room.pk, user=user, message_id=chance.choice(own).pk, text=text)
        case "read":
            mark_read(room=room.pk, user=user, sequence=chance.randint(0, head_of(room) + 2))
        case "unread":
            mark_unread(room=room.pk, user=user, sequence=chance.randint(0, head_of(room) + 2))
        case "leave":
            end_membership(room=room.pk, user=user)


def calling(room: Room, chance: random.Random) -> str:
    """Words that mention a member, or nobody."""
    members = Membership.objects.filter(room=room).order_by("pk")
    name = chance.choice([*members.values_list("user__username", flat=True), ""])
    return name and f"@{name}!"
