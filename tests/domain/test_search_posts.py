"""Posts, comments and people are found by who may read them, as soon as they are stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.access import deactivate, reactivate
from accounts.actions.comments import delete_comment
from accounts.actions.hiding import hide, show
from accounts.actions.indexing import COMMENTS, PEOPLE, POSTS
from accounts.actions.posts import delete_post, edit_post
from accounts.actions.profile import describe, rename
from accounts.actions.registration import close_account
from accounts.models import CommentWords, PersonWords, Post, PostWords, User
from accounts.queries import finding
from accounts.queries.finding import search_people, search_posts
from accounts.search.words import words_of
from chat.demo import crowd, team
from chat.demo.crowd import Size
from tests.factories import make_user

from .finding import asked_first
from .publishing import comment, make_moderator, post

pytestmark = pytest.mark.django_db


def finds(reader: User, typed: str, *, best: bool = False) -> list[str]:
    found = search_posts(reader=reader, words=words_of(typed), best=best, start=0, size=50)
    assert found.total == len(found.hits)
    return [hit.writing.body for hit in found.hits]


def meets(reader: User, typed: str) -> list[str]:
    found = search_people(reader=reader, words=words_of(typed), start=0, size=50)
    assert found.total == len(found.hits)
    return [hit.row.person.username for hit in found.hits]


# Posts and comments


def test_a_post_and_a_comment_are_found_by_anybody(alice: User, bob: User, carol: User) -> None:
    written = post(alice, "red apples")
    comment(written, bob, "Not red enough")
    assert finds(carol, "red") == ["Not red enough", "red apples"]
    assert finds(carol, "appl") == ["red apples"]
    assert finds(carol, "pears") == finds(carol, "?!") == []


def test_a_hit_knows_what_it_was_said_to(alice: User, bob: User) -> None:
    written = post(alice, "tea")
    said = comment(written, bob, "more tea")
    hits = search_posts(reader=alice, words=words_of("tea"), start=0, size=9).hits
    assert [(hit.post.pk, hit.comment and hit.comment.pk) for hit in hits] == [
        (written.pk, said.pk),
        (written.pk, None),
    ]


def test_marks_are_no_words_and_addresses_behind_words_are_not_found(alice: User) -> None:
    post(alice, "**half**way to [the moon](https://example.org/nasa)")
    [hit] = search_posts(reader=alice, words=words_of("halfway"), start=0, size=9).hits
    assert [tuple(part) for part in hit.parts] == [("halfway", True), (" to the moon", False)]
    assert finds(alice, "nasa") == finds(alice, "strong") == []


def test_an_edited_post_is_found_by_what_it_says_now(alice: User) -> None:
    written = post(alice, "red")
    edit_post(post_id=written.pk, by=alice, text="blue")
    assert (finds(alice, "red"), finds(alice, "blue")) == ([], ["blue"])


def test_what_is_deleted_is_not_found_nor_what_was_said_to_it(alice: User, bob: User) -> None:
    written, other = post(alice, "red"), post(alice, "red too")
    comment(written, bob, "red as well")
    delete_comment(comment_id=comment(other, bob, "reddish").pk, by=bob)
    delete_post(post_id=written.pk, by=alice)
    assert finds(alice, "red") == ["red too"]
    assert (PostWords.objects.count(), CommentWords.objects.count()) == (1, 0)


def test_what_is_hidden_is_found_by_its_author_and_moderators_alone(
    alice: User, bob: User, carol: User
) -> None:
    mia = make_moderator()
    written = post(alice, "red")
    said = comment(written, bob, "red indeed")
    hide(written, by=mia, reason="red is a secret")
    hide(said, by=mia, reason="")
    everything = ["red indeed", "red"]
    assert finds(carol, "red") == []
    assert (finds(alice, "red"), finds(bob, "red")) == (["red"], ["red indeed"])
    assert finds(mia, "red") == everything
    show(written, by=mia)
    show(said, by=mia)
    assert finds(carol, "red") == everything


def test_a_hidden_text_counts_for_nothing(
    alice: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FOUND_CAP", 2)
    mia = make_moderator()
    shown = [post(alice, f"red {number}") for number in range(2)]
    for number in range(3):
        hide(post(alice, f"red hidden {number}"), by=mia, reason="")
    found = search_posts(reader=carol, words=words_of("red"), start=0, size=9)
    assert (found.total, found.more) == (2, False)
    assert {hit.post.pk for hit in found.hits} == {row.pk for row in shown}
    assert search_posts(reader=mia, words=words_of("red"), start=0, size=9).more


def test_who_is_suspended_finds_nothing(alice: User, bob: User) -> None:
    post(alice, "red")
    deactivate(user=bob)
    assert finds(bob, "red") == meets(bob, "alice") == []


def test_the_best_says_little_else(alice: User, bob: User) -> None:
    written = post(alice, "red")
    comment(written, bob, "red and a great many other words besides")
    assert finds(bob, "red", best=True)[0] == "red"
    assert finds(bob, "red")[-1] == "red"


@pytest.mark.parametrize(
    "typed",
    [
        "red OR blue",
        "red NOT blue",
        "NEAR(red blue)",
        "words: red blue",
        "red* -blue",
        "'red' | 'x'",
    ],
)
def test_operators_are_words(alice: User, typed: str) -> None:
    post(alice, "red")
    describe(user=alice, about_me="red")
    assert finds(alice, typed) == meets(alice, typed) == []


def test_pages_of_posts_follow_each_other(alice: User) -> None:
    for number in range(5):
        post(alice, f"red {number}")
    pages = [
        search_posts(reader=alice, words=words_of("red"), start=start, size=2)
        for start in (0, 2, 4, 6)
    ]
    assert [[hit.writing.body[-1] for hit in page.hits] for page in pages] == [
        ["4", "3"],
        ["2", "1"],
        ["0"],
        [],
    ]
    assert {page.total for page in pages} == {5}


# People


def test_people_are_found_by_their_names_and_by_what_they_say(alice: User, bob: User) -> None:
    rename(user=alice, first_name="Ada", last_name="Lovelace")
    describe(user=alice, about_me="Draws engines")
    for typed in ("alice", "ali", "ada love", '"ada lovelace"', "engines ada"):
        assert meets(bob, typed) == ["alice"], typed
    rename(user=alice, first_name="Augusta", last_name="King")
    describe(user=alice, about_me="")
    assert meets(bob, "ada") == meets(bob, "engines") == []
    assert meets(bob, "augus") == ["alice"]


def test_who_is_called_so_comes_before_who_speaks_of_it(alice: User, bob: User) -> None:
    describe(user=bob, about_me="alice")
    describe(user=alice, about_me="Has a great deal to say about each and every thing")
    assert meets(bob, "alice") == ["alice", "bob"]


def test_suspended_people_are_not_found_until_they_are_back(alice: User, bob: User) -> None:
    deactivate(user=alice)
    assert meets(bob, "alice") == []
    reactivate(user=alice)
    assert meets(bob, "alice") == ["alice"]


def test_a_closed_account_is_not_found(alice: User, bob: User) -> None:
    close_account(user=alice)
    assert meets(bob, "alice") == []


def test_an_old_copy_of_a_person_does_not_bring_old_words_back(alice: User, bob: User) -> None:
    old = User.objects.get(pk=alice.pk)
    rename(user=alice, first_name="Ada", last_name="")
    describe(user=old, about_me="engines")
    assert meets(bob, "ada engines") == ["alice"]


def test_who_is_gone_is_not_in_the_index(alice: User) -> None:
    alice.delete()
    assert not PersonWords.objects.exists()


def test_an_address_is_no_word(alice: User, bob: User) -> None:
    assert alice.email
    assert meets(bob, "example.org") == []


# Costs, and what was there before


def test_searches_cost_a_fixed_number_of_queries(alice: User, bob: User) -> None:
    for number in range(3):
        comment(post(make_user(), f"red {number}"), make_user(about_me="red"), "red")
    alice.has_perm("accounts.hide_post")
    for best in (False, True):
        with CaptureQueriesContext(connection) as captured:
            found = search_posts(reader=alice, words=words_of("red"), best=best, start=0, size=9)
            assert all(hit.post.author.display_name for hit in found.hits)
        assert (len(found.hits), len(captured)) == (6, 4 + 2 * asked_first())
    with CaptureQueriesContext(connection) as captured:
        assert len(search_people(reader=alice, words=words_of("red"), start=0, size=9).hits) == 3
    assert len(captured) == 4 + asked_first()


def test_what_was_there_before_is_found_after_the_command(
    alice: User, bob: User, capsys: pytest.CaptureFixture[str]
) -> None:
    comment(post(alice, "red"), bob, "red too")
    for index in (PostWords, CommentWords, PersonWords):
        index.objects.all().delete()
    assert finds(alice, "red") == meets(alice, "bob") == []
    call_command("index_search", verbosity=0)
    assert "0 messages, 1 posts, 1 comments, 2 people" in capsys.readouterr().out
    assert (finds(alice, "red"), meets(alice, "bob")) == (["red too", "red"], ["bob"])
    call_command("index_search", "--anew", verbosity=0)
    assert finds(alice, "red") == ["red too", "red"]


def _nothing(what: str, count: int) -> None:
    """No progress bar."""


@pytest.mark.parametrize(
    "seed",
    [
        team.load,
        lambda: crowd.fill(Size(users=9, rooms=2, messages=9, posts=20), progress=_nothing),
    ],
    ids=["team", "crowd"],
)
def test_the_demo_is_in_the_index(seed: Any) -> None:
    seed()
    assert Post.objects.exists()
    for searched in (POSTS, COMMENTS, PEOPLE):
        assert not searched.missing().exists()
        assert searched.index.objects.count() == searched.things().count()
