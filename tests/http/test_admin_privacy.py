"""What staff see of rooms that are not public, and the trace that looking leaves."""

import pytest
from django.test import Client

from accounts.models import User
from chat.actions.messages import send_message
from chat.actions.reports import report_message
from chat.models import Message, ModerationAct, ModerationEntry, Report, Room
from tests.http.administering import (
    browser_of,
    choose,
    list_address,
    make_staff,
    page_address,
    rows_of,
)

pytestmark = pytest.mark.django_db

VIEWS = [f"chat.view_{what}" for what in ("message", "report", "room", "moderationentry")]
SECRET = "The vault opens at nine"


@pytest.fixture
def said(alice: User, bob: User, private_room: Room) -> Message:
    return send_message(room=private_room.pk, sender=bob, text=SECRET)


@pytest.fixture
def report(alice: User, said: Message) -> Report:
    return report_message(room=said.room_id, by=alice, message_id=said.pk, reason="hm")


@pytest.fixture
def outsider() -> Client:
    """Staff who may moderate, and not read private rooms."""
    return browser_of(make_staff("mod", "chat.moderate_rooms", *VIEWS))


@pytest.fixture
def reader() -> Client:
    """Staff who may read private rooms."""
    return browser_of(
        make_staff("reader", "chat.moderate_rooms", "chat.read_private_rooms", *VIEWS)
    )


def looks() -> list[tuple[str, int | None]]:
    """Every look into a private room: who, and at which message if it was one."""
    found = ModerationEntry.objects.filter(act=ModerationAct.READ_PRIVATE).order_by("pk")
    return list(found.values_list("actor__username", "message_id"))


def text_of(client: Client, address: str, **query: str | int) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_the_permission_private_messages_are_not_there(
    outsider: Client, said: Message, room: Room, bob: User
) -> None:
    public = send_message(room=room.pk, sender=bob, text="Open to all")
    messages = list_address("chat_message")
    assert said not in rows_of(outsider.get(messages))
    assert public in rows_of(outsider.get(messages))
    assert rows_of(outsider.get(messages, {"room": said.room_id})) == []
    assert rows_of(outsider.get(messages, {"q": "vault"})) == []
    assert outsider.get(page_address(said)).status_code == 302
    answer = choose(outsider, "chat_message", "delete_messages", said)
    assert answer.status_code == 302
    assert looks() == []


def test_with_the_permission_a_list_of_all_rooms_tells_no_private_text(
    reader: Client, said: Message
) -> None:
    messages = list_address("chat_message")
    assert said in rows_of(reader.get(messages))
    assert SECRET not in text_of(reader, messages)
    assert rows_of(reader.get(messages, {"q": "vault"})) == []
    page = choose(reader, "chat_message", "delete_messages", said).content.decode()
    assert SECRET not in page
    assert "said in a private room" in page
    assert looks() == []


def test_each_view_of_a_private_rooms_messages_is_a_look(reader: Client, said: Message) -> None:
    messages = list_address("chat_message")
    assert SECRET in text_of(reader, messages, room=said.room_id)
    assert SECRET in text_of(reader, messages, room=said.room_id, q="vault")
    assert looks() == [("reader", None)] * 2


def test_each_view_of_a_private_message_is_a_look(reader: Client, said: Message) -> None:
    assert SECRET in text_of(reader, page_address(said))
    assert looks() == [("reader", said.pk)]


def test_superusers_leave_the_same_trace(said: Message) -> None:
    client = browser_of(User.objects.create_superuser("boss"))
    assert SECRET in text_of(client, page_address(said))
    assert looks() == [("boss", said.pk)]


def test_a_look_at_a_public_message_leaves_no_trace(reader: Client, room: Room, bob: User) -> None:
    message = send_message(room=room.pk, sender=bob, text="Open to all")
    assert "Open to all" in text_of(reader, page_address(message))
    assert "Open to all" in text_of(reader, list_address("chat_message"), room=room.pk)
    assert looks() == []


def test_the_topic_of_a_private_room_is_its_own(
    outsider: Client, reader: Client, private_room: Room
) -> None:
    Room.objects.filter(pk=private_room.pk).update(topic=SECRET)
    assert SECRET not in text_of(outsider, page_address(private_room))
    assert looks() == []
    assert SECRET in text_of(reader, page_address(private_room))
    assert looks() == [("reader", None)]
    assert SECRET not in text_of(reader, list_address("chat_room"))
    assert rows_of(reader.get(list_address("chat_room"), {"q": "vault"})) == []


def test_a_report_from_a_private_room_waits_for_everybody_and_tells_its_text_to_few(
    outsider: Client, reader: Client, report: Report
) -> None:
    for client in (outsider, reader):
        assert rows_of(client.get(list_address("chat_report"))) == [report]
        assert SECRET not in text_of(client, list_address("chat_report"))
        assert SECRET not in text_of(client, "/admin/")
    assert SECRET not in text_of(outsider, page_address(report))
    assert looks() == []
    assert SECRET in text_of(reader, page_address(report))
    assert looks() == [("reader", report.message_id)]


def test_the_trace_itself_can_be_read_and_not_removed(reader: Client, said: Message) -> None:
    reader.get(page_address(said))
    [entry] = rows_of(reader.get(list_address("chat_moderationentry")))
    for address in (page_address(entry), page_address(entry).replace("change", "delete")):
        assert reader.post(address, {"post": "yes"}).status_code == 403
    assert SECRET not in text_of(reader, page_address(entry))
    assert ModerationEntry.objects.exists()
