"""After any history posts, comments and people are found as looking at every one of them would."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions.access import deactivate, reactivate
from accounts.actions.comments import delete_comment, write_comment
from accounts.actions.hiding import hide, show
from accounts.actions.posts import delete_post, edit_post, write_post
from accounts.actions.profile import describe, rename
from accounts.models import Comment, CommentWords, PersonWords, Post, PostWords, User
from accounts.queries.finding import search_people, search_posts
from accounts.search.words import words_of

from .finding import holds
from .publishing import make_moderator

pytestmark = pytest.mark.django_db
WORDS = [
    "red",
    "Reds",
    "*blue*",
    "größe",
    "東京",
    "京都",
    "`ab_cd`",
    "👍",
    "[red](http://b.c)",
    "@bob",
]
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
TYPED = st.sampled_from(
    ["red", "re", "blue", "grosse", "京", "cd", '"red blue"', "👍 red", "bo", "b.c"]
)
PLACE = st.integers(0, 20)


@dataclass(frozen=True)
class Write:
    text: str


@dataclass(frozen=True)
class Say:
    which: int
    text: str


@dataclass(frozen=True)
class Edit:
    which: int
    text: str


@dataclass(frozen=True)
class Hide:
    which: int
    is_post: bool
    on: bool


@dataclass(frozen=True)
class Delete:
    which: int
    is_post: bool


@dataclass(frozen=True)
class Present:
    name: str
    about: str


@dataclass(frozen=True)
class Suspend:
    on: bool


STEP = st.one_of(
    st.builds(Write, TEXT),
    st.builds(Say, PLACE, TEXT),
    st.builds(Edit, PLACE, TEXT),
    st.builds(Hide, PLACE, st.booleans(), st.booleans()),
    st.builds(Delete, PLACE, st.booleans()),
    st.builds(Present, st.sampled_from(["Red", "東京", ""]), TEXT),
    st.builds(Suspend, st.booleans()),
)


def writing(which: int, *, is_post: bool) -> Post | Comment | None:
    rows: list[Post | Comment] = list((Post if is_post else Comment).objects.order_by("pk"))
    return rows[which % len(rows)] if rows else None


def do(step: object, alice: User, bob: User, mia: User) -> None:
    """alice posts, bob comments and is suspended now and then, mia moderates."""
    match step:
        case Write() | Say() | Edit():
            publish(step, alice, bob)
        case Hide() | Delete():
            withdraw(step, alice, mia)
        case Present(name, about):
            rename(user=bob, first_name=name, last_name="")
            describe(user=bob, about_me=about)
        case Suspend(on):
            (deactivate if on else reactivate)(user=bob)


def publish(step: Write | Say | Edit, alice: User, bob: User) -> None:
    match step:
        case Write(text):
            write_post(author=alice, text=text)
        case Say(which, text) if (post := writing(which, is_post=True)) and bob.is_active:
            if post.hidden_at is None:
                write_comment(post_id=post.pk, author=bob, text=text)
        case Edit(which, text) if post := writing(which, is_post=True):
            edit_post(post_id=post.pk, by=alice, text=text)


def withdraw(step: Hide | Delete, alice: User, mia: User) -> None:
    match writing(step.which, is_post=step.is_post), step:
        case (Post() | Comment()) as found, Hide(on=on):
            (hide(found, by=mia, reason="red") if on else show(found, by=mia))
        case Post() as post, Delete():
            delete_post(post_id=post.pk, by=alice)
        case Comment() as comment, Delete():
            delete_comment(comment_id=comment.pk, by=alice)


def must_find(reader: User, typed: str) -> set[tuple[str, int]]:
    moderates = reader.username == "mia"
    rows: list[Post | Comment] = [*Post.objects.all(), *Comment.objects.all()]
    return {
        (type(row).__name__, row.pk)
        for row in rows
        if holds(row.plain, typed)
        and (row.hidden_at is None or moderates or row.author_id == reader.pk)
    }


def must_meet(typed: str) -> set[str]:
    return {
        person.username
        for person in User.objects.filter(is_active=True)
        if holds(f"{person.names} {person.about_me}", typed)
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=12), st.lists(TYPED, min_size=1, max_size=4))
def test_the_index_equals_looking_at_everything(
    alice: User, bob: User, carol: User, steps: list[object], queries: list[str]
) -> None:
    with transaction.atomic():
        mia = make_moderator()
        for step in steps:
            do(step, alice, bob, mia)
        for reader in (alice, bob, carol, mia):
            present = User.objects.get(pk=reader.pk)
            for typed in queries:
                words = words_of(typed)
                expected = must_find(present, typed) if present.is_active else set()
                for best in (False, True):
                    found = search_posts(reader=present, words=words, best=best, start=0, size=99)
                    keys = {(type(hit.writing).__name__, hit.writing.pk) for hit in found.hits}
                    assert (keys, found.total) == (expected, len(expected))
                met = search_people(reader=present, words=words, start=0, size=99)
                names = {hit.row.person.username for hit in met.hits}
                assert names == (must_meet(typed) if present.is_active else set())
        for index, model in ((PostWords, Post), (CommentWords, Comment), (PersonWords, User)):
            assert set(index.objects.values_list("pk")) == set(model.objects.values_list("pk"))
        transaction.set_rollback(True)
