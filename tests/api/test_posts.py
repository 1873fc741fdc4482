"""Posts, comments, feed and notifications over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group

from accounts.actions.follows import follow
from accounts.actions.posts import write_post
from accounts.models import Comment, Post, User
from tests.api.conftest import Caller
from tests.api.test_rooms import refusal

pytestmark = pytest.mark.django_db
POSTS = "/api/posts/"


@pytest.fixture
def moderator(carol: User) -> User:
    carol.groups.add(Group.objects.get(name="moderator"))
    return carol


def bodies(page: dict[str, Any]) -> list[str]:
    return [item["body"] for item in page["items"]]


def test_a_post_is_published_read_changed_and_deleted(calls: Caller, alice: User) -> None:
    client = calls(alice)
    made = client.post(POSTS, {"body": "*Tea* <b>now</b>", "client_id": "one"}, format="json")
    assert made.status_code == 201
    post = made.json()
    assert "<em>Tea</em>" in post["html"]
    assert "<b>" not in post["html"]
    assert client.get(made["Location"]).json() == post
    again = client.post(POSTS, {"body": "*Tea* <b>now</b>", "client_id": "one"}, format="json")
    assert again.json() == post
    changed = client.patch(made["Location"], {"body": "Coffee"}, format="json").json()
    assert (changed["body"], changed["edited_at"] is not None) == ("Coffee", True)
    assert client.delete(made["Location"]).status_code == 204
    assert refusal(client.get(made["Location"])) == (404, "not_found")


@pytest.mark.parametrize("body", [{}, {"body": " "}, {"body": ["x"]}, {"body": "a\0b"}])
def test_what_is_no_text_is_refused(calls: Caller, alice: User, body: dict[str, Any]) -> None:
    response = calls(alice).post(POSTS, body, format="json")
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["body"]


def test_others_change_nothing(calls: Caller, alice: User, bob: User) -> None:
    post = write_post(author=alice, text="Mine")
    client = calls(bob)
    address = f"{POSTS}{post.pk}/"
    for answer in (
        client.patch(address, {"body": "Ours"}, format="json"),
        client.delete(address),
        client.put(f"{address}hiding/", {"hidden": True}, format="json"),
    ):
        assert refusal(answer) == (403, "not_allowed")
    assert Post.objects.get().body == "Mine"


def test_a_feed_has_ones_own_and_whom_one_follows(
    calls: Caller, alice: User, bob: User, carol: User
) -> None:
    for author, text in ((alice, "mine"), (bob, "theirs"), (carol, "another's")):
        write_post(author=author, text=text)
    follow(follower=alice, followed=bob)
    assert bodies(calls(alice).get("/api/feed/").json()) == ["theirs", "mine"]
    assert len(bodies(calls(alice).get(POSTS).json())) == 3
    assert bodies(calls(alice).get(f"/api/users/{carol.pk}/posts/").json()) == ["another's"]
    assert refusal(calls(alice).get("/api/users/0/posts/")) == (404, "not_found")


def test_pages_survive_new_posts(calls: Caller, alice: User) -> None:
    for number in range(25):
        write_post(author=alice, text=f"{number}")
    client = calls(alice)
    first = client.get(POSTS).json()
    write_post(author=alice, text="new")
    second = client.get(first["next"]).json()
    assert bodies(first) + bodies(second) == [f"{n}" for n in range(24, -1, -1)]
    assert second["next"] is None
    assert bodies(client.get(second["previous"]).json())[-1] == bodies(first)[-1]


@pytest.mark.parametrize("cursor", ["x", "é", "W10", "A" * 400])
def test_a_cursor_that_is_none_of_ours_is_refused(calls: Caller, alice: User, cursor: str) -> None:
    response = calls(alice).get(POSTS, {"cursor": cursor})
    assert refusal(response) == (400, "invalid")
    assert list(response.json()["fields"]) == ["cursor"]


def test_a_page_of_posts_costs_the_same_whatever_its_length(
    calls: Caller, alice: User, bob: User, django_assert_num_queries: Any
) -> None:
    client = calls(alice)
    write_post(author=alice, text="one")
    client.get(POSTS)
    with django_assert_num_queries(2):  # the token, the posts with authors and counts
        client.get(POSTS)
    for number in range(10):
        write_post(author=(alice, bob)[number % 2], text=f"{number}")
    with django_assert_num_queries(2):
        client.get(POSTS)


def test_comments_are_written_read_and_deleted(calls: Caller, alice: User, bob: User) -> None:
    post = write_post(author=alice, text="Tea?")
    address = f"{POSTS}{post.pk}/comments/"
    guest = calls(bob)
    made = guest.post(address, {"body": "Yes @alice"}, format="json")
    assert (made.status_code, made.json()["post_id"]) == (201, post.pk)
    assert bodies(calls(alice).get(address).json()) == ["Yes @alice"]
    assert calls(alice).get(f"{POSTS}{post.pk}/").json()["comments"] == 1
    assert calls(alice).delete(made["Location"]).status_code == 204
    assert refusal(guest.get(made["Location"])) == (404, "not_found")
    assert refusal(guest.post(f"{POSTS}999/comments/", {}, format="json")) == (404, "not_found")


def test_moderators_hide_and_show(calls: Caller, alice: User, bob: User, moderator: User) -> None:
    post = write_post(author=alice, text="Rude")
    address = f"{POSTS}{post.pk}/"
    client = calls(moderator)
    hidden = client.put(f"{address}hiding/", {"hidden": True, "reason": "rude"}, format="json")
    assert (hidden.json()["hidden"], hidden.json()["body"]) == (True, "Rude")
    assert calls(alice).get(address).json()["body"] == "Rude"
    seen = calls(bob).get(address).json()
    assert (seen["hidden"], seen["body"], seen["html"]) == (True, "", "")
    comment = calls(bob).post(f"{address}comments/", {"body": "why"}, format="json")
    assert refusal(comment) == (403, "not_allowed")
    shown = client.put(f"{address}hiding/", {"hidden": False}, format="json")
    assert shown.json()["hidden"] is False
    assert calls(bob).get(address).json()["body"] == "Rude"


def test_a_comment_is_hidden_likewise(
    calls: Caller, alice: User, bob: User, moderator: User
) -> None:
    post = write_post(author=alice, text="Tea?")
    said = calls(alice).post(f"{POSTS}{post.pk}/comments/", {"body": "No"}, format="json").json()
    address = f"/api/comments/{said['id']}/"
    hidden = calls(moderator).put(f"{address}hiding/", {"hidden": True}, format="json")
    assert hidden.json()["hidden"] is True
    assert calls(bob).get(address).json()["body"] == ""
    assert refusal(calls(bob).put(f"{address}hiding/", {"hidden": False}, format="json")) == (
        403,
        "not_allowed",
    )
    assert Comment.objects.get().hidden_at is not None


def test_one_is_notified_and_says_that_one_has_read(calls: Caller, alice: User, bob: User) -> None:
    post = write_post(author=alice, text="Tea?")
    calls(bob).post(f"{POSTS}{post.pk}/comments/", {"body": "Yes"}, format="json")
    follow(follower=bob, followed=alice)
    client = calls(alice)
    told = client.get("/api/notifications/").json()["items"]
    assert [(each["kind"], each["actor"]["username"], each["read"]) for each in told] == [
        ("follow", "bob", False),
        ("comment", "bob", False),
    ]
    assert client.get("/api/notifications/unread/").json() == {"unread": 2}
    seen = {"upto": told[1]["id"]}
    assert client.post("/api/notifications/unread/", seen, format="json").json() == {"unread": 1}
    assert calls(bob).get("/api/notifications/").json()["items"] == []


def test_the_same_client_id_with_other_words_is_a_conflict(
    calls: Caller, alice: User, bob: User
) -> None:
    post = write_post(author=bob, text="Tea?")
    client = calls(alice)
    for address in (POSTS, f"{POSTS}{post.pk}/comments/"):
        first = {"body": "Yes", "client_id": "one"}
        assert client.post(address, first, format="json").status_code == 201
        answer = client.post(address, first | {"body": "No"}, format="json")
        assert refusal(answer) == (409, "conflict")
        assert list(answer.json()["fields"]) == ["client_id"]


def test_how_long_a_text_may_be_is_told(calls: Caller, alice: User, settings: Any) -> None:
    settings.POST_TEXT_LIMIT = 3
    answer = calls(alice).post(POSTS, {"body": "long"}, format="json")
    assert refusal(answer) == (400, "text_too_long")
    assert answer.json()["message"] == "This text is longer than 3 characters."
