"""A stranger learns nothing of a hidden room: every answer is the one for a room that is not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.actions.access import deactivate
from accounts.models import User
from chat import queries
from chat.actions import memberships, messages, moderation, receipts, reports
from chat.errors import ErrorCode
from chat.models import Membership, Message, Role, Room, RoomKind
from tests.factories import make_room

from .telling import head_of, refusal, say, words

pytestmark = pytest.mark.django_db
NOWHERE = 999_999
Act = Callable[[int, User, Message], object]

# Every verb, asked of a room (its key) by a person, about a message of bob's there.
ACTS: dict[str, Act] = {
    "send": lambda room, by, m: messages.send_message(room=room, sender=by, text="Hi"),
    "retry": lambda room, by, m: messages.send_message(
        room=room, sender=by, text="Hi", client_id="c1"
    ),
    "reply": lambda room, by, m: messages.send_message(
        room=room, sender=by, text="Hi", reply_to=m.pk
    ),
    "edit": lambda room, by, m: messages.edit_message(
        room=room, user=by, message_id=m.pk, text="Ho"
    ),
    "delete": lambda room, by, m: messages.delete_message(room=room, user=by, message_id=m.pk),
    "react": lambda room, by, m: messages.react(
        room=room, user=by, message_id=m.pk, emoji="🎉", on=True
    ),
    "pin": lambda room, by, m: messages.pin_message(room=room, user=by, message_id=m.pk, on=True),
    "leave": lambda room, by, m: memberships.end_membership(room=room, user=by),
    "invite": lambda room, by, m: memberships.invite_member(room=room, by=by, user=m.sender),
    "mark read": lambda room, by, m: receipts.mark_read(room=room, user=by, sequence=1),
    "mark unread": lambda room, by, m: receipts.mark_unread(room=room, user=by, sequence=1),
    "silence": lambda room, by, m: memberships.silence_room(room=room, user=by, silenced=True),
    "history": lambda room, by, m: queries.history_page(room=room, user=by, before=9, limit=9),
    "remove": lambda room, by, m: moderation.remove_member(
        room=room, by=by, user=m.sender, reason=""
    ),
    "ban": lambda room, by, m: moderation.ban_member(room=room, by=by, user=m.sender, reason=""),
    "unban": lambda room, by, m: moderation.unban_member(
        room=room, by=by, user=m.sender, reason=""
    ),
    "mute": lambda room, by, m: moderation.mute_member(
        room=room, by=by, user=m.sender, until=datetime.now(UTC) + timedelta(1), reason=""
    ),
    "set role": lambda room, by, m: moderation.set_role(
        room=room, by=by, user=m.sender, role=Role.MODERATOR, reason=""
    ),
    "transfer": lambda room, by, m: moderation.transfer_ownership(
        room=room, by=by, user=m.sender, reason=""
    ),
    "slow down": lambda room, by, m: moderation.set_slow_mode(
        room=room, by=by, seconds=5, reason=""
    ),
    "close": lambda room, by, m: moderation.close_room(room=room, by=by),
    "reopen": lambda room, by, m: moderation.reopen_room(room=room, by=by),
}
JOIN: dict[str, Act] = {"join": lambda room, by, m: memberships.join_room(room=room, user=by)}
each_act = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
each_act_and_join = pytest.mark.parametrize(
    "act", [*ACTS.values(), *JOIN.values()], ids=[*ACTS, *JOIN]
)


def asked(act: Act, room: int, by: User, message: Message) -> Any:
    return words(refusal(lambda: act(room, by, message)))


@each_act_and_join
@pytest.mark.parametrize("kind", [RoomKind.PRIVATE, RoomKind.DIRECT])
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_a_hidden_room_and_none_are_the_same_to_strangers(
    act: Act, kind: RoomKind, closed: bool, alice: User, bob: User, carol: User
) -> None:
    room = make_room(alice, bob, kind=kind)
    said = say(room, bob, client_id="c1")
    if closed:
        Room.objects.filter(pk=room.pk).update(closed_at=datetime.now(UTC))
    head = head_of(room)
    answer = asked(act, room.pk, carol, said)
    assert answer == asked(act, NOWHERE, carol, said)
    assert answer[0] is ErrorCode.ROOM_NOT_FOUND
    assert head_of(room) == head


@each_act_and_join
def test_who_left_a_hidden_room_is_a_stranger_again(
    act: Act, private_room: Room, bob: User
) -> None:
    said = say(private_room, bob, client_id="c1")
    memberships.end_membership(room=private_room.pk, user=bob)
    assert asked(act, private_room.pk, bob, said) == asked(act, NOWHERE, bob, said)


@each_act
def test_strangers_of_a_public_room_hear_that_they_are_none(
    act: Act, room: Room, bob: User, carol: User
) -> None:
    said = say(room, bob, client_id="c1")
    head = head_of(room)
    assert asked(act, room.pk, carol, said)[0] is ErrorCode.NOT_A_MEMBER
    assert head_of(room) == head


@each_act
def test_who_was_deactivated_does_nothing_any_more(act: Act, room: Room, bob: User) -> None:
    """Though their session has not heard of it yet, and holds an older picture of them."""
    said = say(room, bob, client_id="c1")
    Membership.objects.filter(room=room, user=bob).update(role=Role.OWNER)
    deactivate(user=User.objects.get(pk=bob.pk))
    head = head_of(room)
    assert asked(act, room.pk, bob, said)[0] is ErrorCode.NOT_A_MEMBER
    assert head_of(room) == head


def test_who_was_deactivated_joins_nothing(room: Room, carol: User) -> None:
    deactivate(user=User.objects.get(pk=carol.pk))
    error = refusal(memberships.join_room, room=room.pk, user=carol)
    assert error.code is ErrorCode.NOT_A_MEMBER
    assert not Membership.objects.filter(user=carol).exists()


def test_a_hidden_room_is_invisible_to_strangers(
    room: Room, private_room: Room, bob: User, carol: User
) -> None:
    assert set(Room.objects.visible_to(carol)) == {room}
    assert set(Room.objects.visible_to(bob)) == {room, private_room}
    hidden = refusal(queries.visible_room, slug=private_room.slug, user=carol)
    assert words(hidden) == words(refusal(queries.visible_room, slug="nothing", user=carol))


def test_a_report_of_a_hidden_message_is_like_one_of_none(
    private_room: Room, bob: User, carol: User
) -> None:
    said = say(private_room, bob)
    answers = [
        words(refusal(reports.report_message, room=key, by=carol, message_id=said.pk, reason=""))
        for key in (private_room.pk, NOWHERE)
    ]
    assert answers[0] == answers[1]
