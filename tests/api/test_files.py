"""Files over HTTP: put in, sent, got, and not by strangers."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from chat.models import Room
from tests.api.conftest import Caller
from tests.api.test_rooms import place, refusal

pytestmark = pytest.mark.django_db


def text_file(words: bytes = b"tea\n") -> SimpleUploadedFile:
    return SimpleUploadedFile("list.txt", words, "text/plain")


async def contents_of(answer: Any) -> bytes:
    return b"".join([part async for part in answer])


def test_a_file_is_put_in_sent_and_got(
    calls: Caller, alice: User, bob: User, carol: User, room: Room
) -> None:
    client = calls(alice)
    kept = client.post(place(room, "files/"), {"file": text_file()}, format="multipart")
    assert (kept.status_code, kept.json()["name"]) == (201, "list.txt")
    number = kept.json()["attachment_id"]
    body = {"message": "", "attachments": [number]}
    said = client.post(place(room, "messages/"), body, format="json").json()
    assert [file["attachment_id"] for file in said["attachments"]] == [number]
    got: Any = calls(bob).get(place(room, f"files/{number}/"))
    assert async_to_sync(contents_of)(got) == b"tea\n"
    assert got["Content-Disposition"].startswith("attachment")
    assert refusal(calls(carol).get(place(room, f"files/{number}/"))) == (403, "not_a_member")
    assert client.delete(place(room, f"files/{number}/")).status_code == 404  # it is sent


def test_a_file_that_is_not_sent_can_be_taken_back(calls: Caller, alice: User, room: Room) -> None:
    client = calls(alice)
    kept = client.post(place(room, "files/"), {"file": text_file()}, format="multipart").json()
    address = place(room, f"files/{kept['attachment_id']}/")
    assert client.delete(address).status_code == 204
    assert refusal(client.get(address)) == (404, "not_found")


def test_what_is_no_file_is_refused(calls: Caller, alice: User, room: Room) -> None:
    client = calls(alice)
    nothing = client.post(place(room, "files/"), {}, format="multipart")
    assert (nothing.status_code, list(nothing.json()["fields"])) == (400, ["file"])
    odd = SimpleUploadedFile("a.exe", b"MZ", "text/plain")
    assert client.post(place(room, "files/"), {"file": odd}, format="multipart").status_code == 415
    others = {"message": "x", "attachments": [99999]}
    assert client.post(place(room, "messages/"), others, format="json").status_code == 400
