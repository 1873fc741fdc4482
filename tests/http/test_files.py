"""Files by HTTP: put in, shown to members only, with headers that keep them harmless."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import delete_message, send_message
from chat.actions.moderation import close_room
from chat.files.storage import attachment_storage
from chat.models import Attachment, Message, Room, RoomHead
from tests.domain.attaching import attach, attach_picture, files_in
from tests.drawing import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("attachments")]


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(user: User, room: Room | str, file: Any) -> Any:
    slug = room if isinstance(room, str) else room.slug
    return browser_of(user).post(f"/rooms/{slug}/files/", {"file": file} if file else {})


def notes(name: str = "notes.txt", content: bytes = b"Milk, eggs.") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@async_to_sync
async def _get(client: AsyncClient, path: str, headers: dict[str, str]) -> Any:
    answer: Any = await client.get(path, headers=headers)
    parts = [part async for part in answer] if answer.streaming else [answer.content]
    answer.body = b"".join(parts)
    answer.close()
    return answer


def get(user: User | None, path: str, **headers: str) -> Any:
    """The answer as the server gives it, with the whole `body`."""
    client = AsyncClient()
    if user is not None:
        client.force_login(user)
    return _get(client, path, headers)


def sent(room: Room, by: User, attachment: Attachment) -> Message:
    return send_message(room=room.pk, sender=by, text="", attachments=[attachment.pk])


# Putting in


def test_a_file_that_is_put_in_is_described(room: Room, bob: User) -> None:
    answer = upload(bob, room, SimpleUploadedFile("my cat.png", picture("PNG", (800, 400))))
    assert (answer.status_code, answer["Content-Type"]) == (201, "application/json")
    kept = Attachment.objects.get()
    assert answer.json() == {
        "attachment_id": kept.pk,
        "name": "my cat.png",
        "type": "image/png",
        "kind": "picture",
        "size": kept.size,
        "width": 800,
        "height": 400,
        "url": f"/rooms/{room.slug}/files/{kept.pk}/my%20cat.png",
        "preview": f"/rooms/{room.slug}/files/{kept.pk}/preview",
    }


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        (None, 400, "invalid_event"),
        (notes(content=b"123456"), 413, "file_too_large"),
        (notes("page.html", b"<p>"), 415, "unsupported_file"),
        (notes("cat.png", b"<svg>"), 415, "unsupported_file"),
    ],
)
def test_a_refusal_says_why(
    room: Room, bob: User, settings: Any, file: Any, status: int, code: str
) -> None:
    settings.CHAT_FILE_SIZE = 5
    if file:
        file.seek(0)
    answer = upload(bob, room, file)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["message"]


@pytest.mark.usefixtures("fresh_limits")
def test_too_many_uploads_are_told_when_to_come_back(room: Room, bob: User, settings: Any) -> None:
    settings.CHAT_UPLOADS_PER_MINUTE = 0
    answer = upload(bob, room, notes())
    assert (answer.status_code, answer.json()["error"]) == (429, "rate_limited")
    assert 0 < int(answer["Retry-After"]) <= 60


def test_what_lies_in_a_closed_room_stays_and_nothing_comes(
    room: Room, alice: User, bob: User
) -> None:
    file = attach(room, bob)
    sent(room, bob, file)
    close_room(room=room.pk, by=alice)
    assert upload(bob, room, notes()).json()["error"] == "room_closed"
    assert get(bob, file.url_in(room.slug)).status_code == 200


def test_strangers_put_in_nothing_and_learn_nothing(
    room: Room, private_room: Room, carol: User
) -> None:
    assert upload(carol, room, notes()).status_code == 403
    hidden, nowhere = (upload(carol, slug, notes()) for slug in (private_room.slug, "no-room"))
    assert (hidden.status_code, hidden.content) == (nowhere.status_code, nowhere.content)
    assert (hidden.status_code, hidden.json()["error"]) == (404, "room_not_found")
    assert not Attachment.objects.exists()
    without = upload(carol, private_room, None)
    assert (without.status_code, without.content) == (404, hidden.content)


def test_who_is_not_logged_in_is_told_so(room: Room) -> None:
    answer = Client().post(f"/rooms/{room.slug}/files/", {"file": notes()})
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthenticated")


def test_a_page_of_another_site_puts_in_nothing(room: Room, bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert client.post(f"/rooms/{room.slug}/files/", {"file": notes()}).status_code == 403
    assert not Attachment.objects.exists()


def test_a_file_that_is_not_sent_can_be_taken_back(room: Room, alice: User, bob: User) -> None:
    file = attach(room, bob)
    where = f"/rooms/{room.slug}/files/{file.pk}/"
    refused = browser_of(alice).delete(where)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_event")
    assert browser_of(bob).delete(where).status_code == 204
    assert not Attachment.objects.exists()


# Getting


def test_members_get_a_file_as_a_download_that_nothing_runs(
    room: Room, alice: User, bob: User
) -> None:
    file = attach(room, bob, "Grüße & mehr.txt", "<script>Grüße</script>".encode())
    sent(room, bob, file)
    answer = get(alice, file.url_in(room.slug))
    assert (answer.status_code, answer.body) == (200, "<script>Grüße</script>".encode())
    assert {name: answer[name] for name in HARMLESS} == HARMLESS
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Length"] == str(file.size)
    assert answer["Content-Disposition"] == (
        f"attachment; filename*=utf-8''{quote('Grüße & mehr.txt')}"
    )


HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize(
    "name", ['a";x=y.txt', "a\r\nSet-Cookie: b=c.txt", "日本.txt", "a;b'c.txt"]
)
def test_no_name_breaks_out_of_its_header(room: Room, bob: User, name: str) -> None:
    answer = get(bob, attach(room, bob, name).url_in(room.slug))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in answer["Content-Disposition"]


def test_a_picture_and_its_preview_are_shown(room: Room, alice: User, bob: User) -> None:
    file = attach_picture(room, bob)
    sent(room, bob, file)
    whole, small = get(alice, file.url_in(room.slug)), get(alice, file.preview_url_in(room.slug))
    assert (whole["Content-Type"], small["Content-Type"]) == ("image/png", "image/webp")
    assert whole.body.startswith(b"\x89PNG")
    assert small.body[8:12] == b"WEBP"
    assert {name: small[name] for name in HARMLESS} == HARMLESS


def test_what_has_no_preview_has_none(room: Room, bob: User) -> None:
    assert get(bob, f"/rooms/{room.slug}/files/{attach(room, bob).pk}/preview").status_code == 404


def test_everybody_but_members_gets_nothing(
    room: Room, private_room: Room, alice: User, bob: User, carol: User
) -> None:
    file, secret = attach(room, bob), attach(private_room, bob)
    sent(room, bob, file)
    sent(private_room, bob, secret)
    assert get(alice, file.url_in(room.slug)).status_code == 200
    nothing = get(carol, "/rooms/no-room/files/1/notes.txt")
    for person in (carol, None):
        for path in (file.url_in(room.slug), secret.url_in(private_room.slug)):
            answer = get(person, path)
            assert (answer.status_code, answer.body) == (404, nothing.body)


def test_a_file_is_in_its_own_room_only(room: Room, private_room: Room, bob: User) -> None:
    secret = attach(private_room, bob)
    sent(private_room, bob, secret)
    join_room(room=room.pk, user=bob)
    assert get(bob, secret.url_in(room.slug)).status_code == 404


def test_who_left_gets_nothing_any_more(room: Room, bob: User) -> None:
    file = attach(room, bob)
    sent(room, bob, file)
    end_membership(room=room.pk, user=bob)
    assert get(bob, file.url_in(room.slug)).status_code == 404


def test_what_is_not_sent_is_seen_by_its_uploader_only(room: Room, alice: User, bob: User) -> None:
    file = attach_picture(room, bob)
    for path in (file.url_in(room.slug), file.preview_url_in(room.slug)):
        assert get(bob, path).status_code == 200
        assert get(alice, path).status_code == 404


def test_what_was_deleted_or_forgotten_is_gone(room: Room, bob: User) -> None:
    deleted, forgotten = attach(room, bob), attach(room, bob)
    keys = (deleted.pk, forgotten.pk)
    message, other = sent(room, bob, deleted), sent(room, bob, forgotten)
    delete_message(room=room.pk, user=bob, message_id=message.pk)
    RoomHead.objects.filter(pk=room.pk).update(floor=other.sequence + 1)  # its row goes later
    for key in keys:
        assert get(bob, f"/rooms/{room.slug}/files/{key}/notes.txt").status_code == 404


def test_a_file_that_the_disk_lost_is_not_there(room: Room, bob: User) -> None:
    file = attach(room, bob)
    attachment_storage().delete(file.path)
    assert get(bob, file.url_in(room.slug)).status_code == 404


def test_what_a_browser_has_is_not_sent_again(room: Room, bob: User) -> None:
    path = attach(room, bob).url_in(room.slug)
    first = get(bob, path)
    for header in (
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        again = get(bob, path, **header)
        assert (again.status_code, again.body) == (304, b"")
        assert again["Cache-Control"] == "private, no-cache"
    other = attach(room, bob).url_in(room.slug)
    assert get(bob, other, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_a_proxy_can_be_told_to_send_it(room: Room, bob: User, settings: Any) -> None:
    settings.CHAT_FILES_BY_PROXY = "/attachments/"
    file = attach(room, bob)
    answer = get(bob, file.url_in(room.slug))
    assert (answer["X-Accel-Redirect"], answer.body) == (f"/attachments/{file.path}", b"")
    assert answer["Content-Disposition"] == 'attachment; filename="notes.txt"'


def test_a_file_costs_three_queries(
    room: Room, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    file = attach(room, bob)
    sent(room, bob, file)
    client = browser_of(bob)
    path = file.url_in(room.slug)
    client.head(path, headers={"If-None-Match": "*"})
    # Session, person, the file with the membership.
    with django_assert_num_queries(3):
        assert client.head(path, headers={"If-None-Match": "*"}).status_code == 304


# By a form, without JavaScript


def form_of(room: Room, *files: Any, text: str = "", client_id: str = "c1") -> dict[str, Any]:
    return {"message": text, "client_id": client_id, "files": list(files)}


def test_the_page_has_a_form_for_files_where_no_script_runs(room: Room, bob: User) -> None:
    page = browser_of(bob).get(f"/rooms/{room.slug}/").content.decode()
    composer = page[page.index('<form class="composer"') :]
    assert 'enctype="multipart/form-data"' in composer[: composer.index(">")]
    assert '<input type="file" name="files" multiple accept=".jpg,.jpeg,.png' in composer


def test_a_form_sends_files_with_or_without_a_text(room: Room, bob: User) -> None:
    browser = browser_of(bob)
    for number, text in enumerate(("", "Look")):
        form = form_of(room, notes("a.txt"), notes("b.txt"), text=text, client_id=f"c{number}")
        assert browser.post(f"/rooms/{room.slug}/", form).status_code == 302
        message = Message.objects.as_shown().get(client_id=f"c{number}")
        assert (message.text, [file.name for file in message.shown_attachments]) == (
            text,
            ["a.txt", "b.txt"],
        )


def test_a_form_sent_twice_says_it_once(room: Room, bob: User, attachments: Path) -> None:
    browser = browser_of(bob)
    for _ in range(2):
        form = form_of(room, notes(), text="Look")
        assert browser.post(f"/rooms/{room.slug}/", form).status_code == 302
    assert Message.objects.filter(client_id="c1").count() == 1
    assert len(files_in(attachments)) == 1


def complaints(answer: Any) -> list[str]:
    """What the form says is wrong; the words for all refusals stand elsewhere in the page."""
    return re.findall(r'role="alert"><svg.*?</svg>([^<]+)</p>', answer.content.decode())


def test_a_form_with_a_bad_file_keeps_its_text(room: Room, bob: User) -> None:
    form = form_of(room, notes("run.exe"), text="Look at this")
    answer = browser_of(bob).post(f"/rooms/{room.slug}/", form)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Files of this kind cannot be attached." in page
    assert "Look at this</textarea>" in page
    assert not Message.objects.filter(client_id="c1").exists()


def test_a_bad_file_without_a_text_is_the_only_thing_complained_of(room: Room, bob: User) -> None:
    answer = browser_of(bob).post(f"/rooms/{room.slug}/", form_of(room, notes("run.exe")))
    assert complaints(answer) == ["Files of this kind cannot be attached."]


def test_a_form_with_nothing_sends_nothing(room: Room, bob: User) -> None:
    answer = browser_of(bob).post(f"/rooms/{room.slug}/", form_of(room, text=""))
    assert answer.status_code == 400
    assert complaints(answer) == ["Not sent: there is nothing in it."]


def test_strangers_of_a_hidden_room_send_no_files(private_room: Room, carol: User) -> None:
    answer = browser_of(carol).post(f"/rooms/{private_room.slug}/", form_of(private_room, notes()))
    assert answer.status_code == 404
    assert not Attachment.objects.exists()


def test_the_page_starts_with_the_files_of_its_messages(room: Room, bob: User) -> None:
    file = attach(room, bob)
    sent(room, bob, file)
    page = browser_of(bob).get(f"/rooms/{room.slug}/").content.decode()
    assert json.dumps(file.url_in(room.slug)).strip('"') in page
