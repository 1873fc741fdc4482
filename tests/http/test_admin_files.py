"""Files on a message's page in the admin, and the trace that looking into a private room leaves."""

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from accounts.models import User
from chat.actions.messages import send_message
from chat.models import Message, ModerationAct, ModerationEntry, Room
from tests.domain.attaching import attach
from tests.http.administering import browser_of, make_staff, page_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("attachments")]


@async_to_sync
async def body_of(client: Client, path: str) -> tuple[int, bytes]:
    browser = AsyncClient()
    browser.cookies = client.cookies
    answer = await browser.get(path)
    if not answer.streaming:
        return answer.status_code, answer.content
    return answer.status_code, b"".join([part async for part in answer])  # type: ignore[attr-defined] # streamed


def said_in(room: Room, by: User) -> Message:
    file = attach(room, by, "<plan>.txt", b"At nine")
    return send_message(room=room.pk, sender=by, text="", attachments=[file.pk])


def address_of(message: Message) -> str:
    return f"/admin/chat/message/{message.pk}/files/{message.attachments.get().pk}/"


def staff(name: str, *more: str) -> Client:
    return browser_of(make_staff(name, "chat.moderate_rooms", "chat.view_message", *more))


def looks() -> int:
    return ModerationEntry.objects.filter(act=ModerationAct.READ_PRIVATE).count()


def test_a_messages_page_links_to_its_files(room: Room, bob: User) -> None:
    message = said_in(room, bob)
    client = staff("mod")
    page = client.get(page_address(message)).content.decode()
    assert f'<a href="{address_of(message)}">&lt;plan&gt;.txt</a> (text/plain, 7\xa0bytes)' in page
    assert body_of(client, address_of(message)) == (200, b"At nine")


def test_looking_at_a_file_of_a_private_room_is_noted(private_room: Room, bob: User) -> None:
    message = said_in(private_room, bob)
    reader = staff("reader", "chat.read_private_rooms")
    assert body_of(reader, address_of(message)) == (200, b"At nine")
    assert looks() == 1


def test_who_may_not_read_private_rooms_gets_no_file_of_them(private_room: Room, bob: User) -> None:
    message = said_in(private_room, bob)
    assert body_of(staff("mod"), address_of(message))[0] == 404
    assert looks() == 0


def test_a_file_belongs_to_its_message(room: Room, private_room: Room, bob: User) -> None:
    public, secret = said_in(room, bob), said_in(private_room, bob)
    key = secret.attachments.get().pk
    assert body_of(staff("mod"), f"/admin/chat/message/{public.pk}/files/{key}/")[0] == 404


def test_who_is_no_staff_is_sent_to_the_login(room: Room, bob: User) -> None:
    assert body_of(browser_of(bob), address_of(said_in(room, bob)))[0] in (302, 403)
