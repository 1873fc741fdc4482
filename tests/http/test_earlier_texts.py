"""What a message said before: for moderators only."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from chat import queries
from chat.actions.memberships import join_room
from chat.actions.messages import delete_message, edit_message, send_message
from chat.actions.rooms import create_room
from chat.models import Message, ModerationAct, ModerationEntry, Room, RoomKind

from .administering import browser_of, make_staff, page_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(alice: User, bob: User) -> Room:
    room = create_room(owner=alice, name="Tea Break")
    join_room(room=room.pk, user=bob)
    return room


@pytest.fixture
def edited(tea: Room, bob: User) -> Message:
    message = send_message(room=tea.pk, sender=bob, text="first <i>")
    for text in ("second `code`", "third"):
        edit_message(room=tea.pk, user=bob, message_id=message.pk, text=text)
    return Message.objects.get(pk=message.pk)


def look(user: User, room: Room, message: Message, **headers: str) -> Any:
    client = Client(headers=headers)
    client.force_login(user)
    return client.get(f"/rooms/{room.slug}/messages/{message.pk}/history/")


def test_moderators_see_what_a_message_said_before(alice: User, tea: Room, edited: Message) -> None:
    page = look(alice, tea, edited).content.decode()
    assert page.index("first &lt;i&gt;") < page.index("second <code>code</code>")
    assert "<html" in page
    middle = look(alice, tea, edited, X_Fragment="1").content.decode()
    assert "first &lt;i&gt;" in middle
    assert "<html" not in middle


def test_others_do_not_see_it(bob: User, tea: Room, edited: Message) -> None:
    assert look(bob, tea, edited).status_code == 403


def test_a_moderator_elsewhere_sees_nothing(bob: User, tea: Room, edited: Message) -> None:
    other = create_room(owner=bob, name="Elsewhere")
    assert look(bob, other, edited).status_code == 404


def test_a_hidden_room_answers_strangers_like_no_room_at_all(alice: User, bob: User) -> None:
    secret = create_room(owner=alice, name="Founders", kind=RoomKind.PRIVATE)
    message = send_message(room=secret.pk, sender=alice, text="hush")
    assert look(bob, secret, message).status_code == 404


def test_what_was_deleted_has_no_earlier_texts(alice: User, tea: Room, edited: Message) -> None:
    delete_message(room=tea.pk, user=alice, message_id=edited.pk)
    assert look(alice, tea, edited).status_code == 404


def test_of_a_message_of_very_many_texts_the_first_are_shown(
    alice: User, tea: Room, edited: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries.messages, "VERSIONS_SHOWN", 1)
    page = look(alice, tea, edited).content.decode()
    assert "first" in page
    assert "second" not in page


def test_staff_see_them_on_the_messages_own_page_and_leave_a_trace(
    private_room: Room, bob: User
) -> None:
    said = send_message(room=private_room.pk, sender=bob, text="<b>first</b>")
    edit_message(room=private_room.pk, user=bob, message_id=said.pk, text="second")
    staff = make_staff(
        "reader", "chat.moderate_rooms", "chat.read_private_rooms", "chat.view_message"
    )
    page = browser_of(staff).get(page_address(said)).content.decode()
    assert "&lt;b&gt;first&lt;/b&gt;" in page
    [entry] = ModerationEntry.objects.filter(act=ModerationAct.READ_PRIVATE)
    assert (entry.actor, entry.message) == (staff, said)
