"""What people see when something went wrong: what to do, and nothing of the inside."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from accounts.models import User
from chat.models import Room
from chat.views import rooms as views

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(alice: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    return client


def failing(error: Exception) -> Any:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    return fail


@pytest.fixture
def database_away(client: Client) -> Iterator[None]:
    """From now on every statement fails, as when the database restarts."""
    gone = failing(OperationalError("secret: the server closed the connection"))
    with connection.execute_wrapper(gone):
        yield


def test_a_fault_of_ours_says_so_and_nothing_of_the_inside(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "create_room", failing(RuntimeError("secret")))
    answer = client.post("/new-room/", {"name": "Tea"})
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something broke on our side" in page
    assert "look before you do it again" in page
    assert "secret" not in page


def test_a_fault_keeps_the_theme(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.cookies["theme"] = "dark"
    monkeypatch.setattr(views, "create_room", failing(RuntimeError()))
    page = client.post("/new-room/", {"name": "Tea"}).content.decode()
    assert 'data-theme="dark"' in page


@pytest.mark.usefixtures("database_away")
@pytest.mark.parametrize("path", ["/", "/new-room/", "/rooms/tea/"])
def test_without_a_database_a_page_says_to_try_again(client: Client, path: str) -> None:
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "Parley does not answer just now" in page
    assert "secret" not in page


@pytest.mark.usefixtures("database_away")
def test_without_a_database_strangers_are_still_welcomed() -> None:
    assert "/accounts/login/" in Client().get("/").content.decode()


def test_nothing_at_an_address_is_said_in_the_words_of_what_one_may_not_see(
    client: Client, private_room: Room, carol: User
) -> None:
    client.force_login(carol)
    nothing, hidden = client.get("/nowhere/"), client.get(f"/rooms/{private_room.slug}/")
    assert nothing.status_code == hidden.status_code == 404
    assert nothing.content == hidden.content
    assert "If it is private, we would say the same." in nothing.content.decode()
