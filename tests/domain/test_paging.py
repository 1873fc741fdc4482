"""Pages that survive what comes in while they are read."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Post, User
from accounts.paging import OLDEST_FIRST, BadCursor, Page, page
from tests.factories import make_user

from .publishing import post

pytestmark = pytest.mark.django_db


def numbers(found: Page[Post]) -> list[str]:
    return [row.body for row in found.items]


def some(author: User, *texts: str) -> None:
    for text in texts:
        post(author, text)


def walk(size: int = 2, order: tuple[str, ...] = ("-created_at", "-pk")) -> list[str]:
    rows, found = [], page(Post.objects.all(), size=size, order=order)
    rows += numbers(found)
    while found.next:
        found = page(Post.objects.all(), cursor=found.next, size=size, order=order)
        rows += numbers(found)
    return rows


def test_every_row_is_met_once_in_order(alice: User) -> None:
    some(alice, *"12345")
    assert walk() == list("54321")
    assert walk(order=OLDEST_FIRST) == list("12345")


def test_rows_of_the_same_moment_are_told_apart(alice: User) -> None:
    some(alice, *"12345")
    Post.objects.update(created_at=timezone.now())
    assert walk() == list("54321")


def test_what_comes_in_meanwhile_neither_repeats_nor_hides_a_row(alice: User) -> None:
    some(alice, *"1234")
    first = page(Post.objects.all(), size=2)
    some(alice, "5", "6", "7")
    second = page(Post.objects.all(), cursor=first.next, size=2)
    assert (numbers(first), numbers(second)) == (list("43"), list("21"))
    assert second.next is None


def test_a_row_at_the_edge_may_go(alice: User) -> None:
    some(alice, *"1234")
    first = page(Post.objects.all(), size=2)
    Post.objects.filter(body="3").delete()
    assert numbers(page(Post.objects.all(), cursor=first.next, size=2)) == list("21")


def test_one_asks_for_what_came_in_since(alice: User) -> None:
    some(alice, *"12")
    first = page(Post.objects.all(), size=2)
    assert not first.has_previous
    since = page(Post.objects.all(), cursor=first.previous, size=2)
    assert (numbers(since), since.previous) == ([], None)
    some(alice, *"345")
    since = page(Post.objects.all(), cursor=first.previous, size=2)
    assert (numbers(since), since.has_previous) == (list("43"), True)
    assert numbers(page(Post.objects.all(), cursor=since.next, size=2)) == list("21")


def test_one_goes_back_the_way_one_came(alice: User) -> None:
    some(alice, *"12345")
    first = page(Post.objects.all(), size=2)
    second = page(Post.objects.all(), cursor=first.next, size=2)
    assert second.has_previous
    back = page(Post.objects.all(), cursor=second.previous, size=2)
    assert (numbers(back), back.has_previous) == (list("54"), False)


def test_names_are_an_order_too(alice: User) -> None:
    for name in ("bob", "carol"):
        make_user(name)
    first = page(User.objects.all(), size=2, order=("username",))
    rest = page(User.objects.all(), cursor=first.next, size=2, order=("username",))
    assert [who.username for who in (*first.items, *rest.items)] == ["alice", "bob", "carol"]


def packed(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "A" * 400,
        packed("[]"),
        packed("{}"),
        packed("7"),
        packed("null"),
        packed("[0,1,2]"),
        packed('[0,"2026-01-01T00:00:00",1]'),
        packed('[0,"2026-01-01T00:00:00+00:00","1"]'),
        packed('[0,"2026-01-01T00:00:00+00:00",-1]'),
        packed('[0,"2026-01-01T00:00:00+00:00",99999999999999999999]'),
        packed('[0,"2026-01-01T00:00:00+00:00",1,2]'),
        packed("[" * 200),
    ],
)
def test_a_cursor_that_was_not_made_here_is_refused(alice: User, cursor: str) -> None:
    with pytest.raises(BadCursor):
        page(Post.objects.all(), cursor=cursor, size=2)


def test_a_page_far_down_costs_as_little_as_the_first(
    alice: User, django_assert_num_queries: Any
) -> None:
    some(alice, *"12345")
    first = page(Post.objects.all(), size=2)
    with django_assert_num_queries(1):
        page(Post.objects.all(), cursor=first.next, size=2)
