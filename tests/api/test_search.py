"""Search over HTTP: what one may read, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from accounts.actions.access import deactivate
from accounts.actions.follows import follow
from accounts.actions.hiding import hide
from accounts.actions.profile import describe
from accounts.models import User
from chat.models import Room
from tests.api.conftest import Caller
from tests.api.test_messages import say
from tests.api.test_rooms import refusal
from tests.domain.publishing import comment, make_moderator, post

pytestmark = pytest.mark.django_db
SEARCH = "/api/search/"


def places(found: dict[str, Any]) -> list[tuple[str, int]]:
    return [(item["room_id"], item["sequence"]) for item in found["items"]]


def test_one_finds_what_is_said_where_one_belongs(
    calls: Caller, alice: User, carol: User, room: Room, private_room: Room
) -> None:
    [tea] = say(room, alice, "A cup of tea, perhaps?")
    [secret] = say(private_room, alice, "The secret tea")
    found = calls(alice).get(SEARCH, {"q": "tea"}).json()
    assert places(found) == [(private_room.slug, secret.sequence), (room.slug, tea.sequence)]
    assert {"text": "tea", "found": True} in found["items"][0]["excerpt"]
    here = calls(alice).get(SEARCH, {"q": "tea", "room_id": room.slug}).json()
    assert (places(here), here["count"]) == ([(room.slug, tea.sequence)], 1)
    nothing = calls(carol).get(SEARCH, {"q": "tea"}).json()
    assert (nothing["items"], nothing["count"]) == ([], 0)
    for slug in (private_room.slug, "f" * 24):
        hidden = calls(carol).get(SEARCH, {"q": "tea", "room_id": slug})
        assert refusal(hidden) == (404, "room_not_found")


def test_pages_lead_on_and_back(calls: Caller, alice: User, room: Room) -> None:
    say(room, alice, *(f"tea {number}" for number in range(5)))
    client = calls(alice)
    first = client.get(f"{SEARCH}?q=tea&limit=3").json()
    second = client.get(first["next"]).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (3, 2, None)
    assert client.get(second["previous"]).json()["items"] == first["items"]


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "x" * 501}, {"q": "x", "page": 0}, {"q": "x", "kind": "rooms"}]
)
def test_a_question_that_cannot_be_is_refused(
    calls: Caller, alice: User, query: dict[str, Any]
) -> None:
    assert refusal(calls(alice).get(SEARCH, query)) == (400, "invalid")


def test_posts_and_comments_are_found_by_who_may_read_them(
    calls: Caller, alice: User, bob: User, carol: User
) -> None:
    written = post(alice, "Red **apples**")
    said = comment(written, bob, "Not red enough")
    hide(said, by=make_moderator(), reason="")
    items = calls(bob).get(SEARCH, {"q": "red", "kind": "posts"}).json()["items"]
    assert [(item["post_id"], item["comment_id"], item["hidden"]) for item in items] == [
        (written.pk, said.pk, True),
        (written.pk, None, False),
    ]
    assert items[0]["author"]["username"] == "bob"
    assert items[1]["excerpt"] == [
        {"text": "Red", "found": True},
        {"text": " apples", "found": False},
    ]
    found = calls(carol).get(SEARCH, {"q": "red", "kind": "posts"}).json()
    assert (found["count"], [item["comment_id"] for item in found["items"]]) == (1, [None])


def test_people_are_found_by_name_and_by_what_they_say(
    calls: Caller, alice: User, bob: User, carol: User
) -> None:
    describe(user=bob, about_me="Likes red")
    follow(follower=bob, followed=alice)
    deactivate(user=carol)
    [item] = calls(alice).get(SEARCH, {"q": "red", "kind": "people"}).json()["items"]
    assert (item["user"]["username"], item["followed"], item["follows_you"]) == ("bob", False, True)
    assert item["excerpt"][1] == {"text": "red", "found": True}
    assert calls(alice).get(SEARCH, {"q": "carol", "kind": "people"}).json()["count"] == 0


def test_every_answer_is_as_the_schema_says(calls: Caller, alice: User, room: Room) -> None:
    document = calls(alice).get("/api/schema/", {"format": "json"}).json()
    said = {"$ref": "#/components/schemas/Found", "components": document["components"]}
    schema = Draft202012Validator(said)
    say(room, alice, "red")
    comment(post(alice, "red"), alice, "red")
    describe(user=alice, about_me="red")
    for kind, count in (("messages", 1), ("posts", 2), ("people", 1)):
        for typed, expected in (("red", count), ("purple", 0)):
            answer = calls(alice).get(SEARCH, {"q": typed, "kind": kind}).json()
            assert len(answer["items"]) == expected
            schema.validate(answer)


def test_only_messages_are_in_a_room(calls: Caller, alice: User, room: Room) -> None:
    query = {"q": "red", "kind": "posts", "room_id": room.slug}
    assert refusal(calls(alice).get(SEARCH, query)) == (400, "invalid")


@pytest.mark.usefixtures("fresh_limits")
def test_searches_are_limited(calls: Caller, alice: User, room: Room, settings: Any) -> None:
    settings.CHAT_SEARCHES_PER_MINUTE = 1
    client = calls(alice)
    assert client.get(SEARCH, {"q": "tea"}).status_code == 200
    limited = client.get(SEARCH, {"q": "tea"})
    assert refusal(limited) == (429, "rate_limited")
    assert 0 < int(limited["Retry-After"]) <= 60
