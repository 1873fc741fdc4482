"""A long answer is cut into frames of bounded length and size."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chat.joining import paged


def changes(*sizes: int) -> list[tuple[int, bytes]]:
    return [(number, b"x" * size) for number, size in enumerate(sizes, 1)]


def test_nothing_makes_no_page() -> None:
    assert list(paged([])) == []


def test_a_page_holds_two_hundred_changes() -> None:
    assert [len(page) for page in paged(changes(*[1] * 401))] == [200, 200, 1]


def test_a_page_holds_256_kibibytes() -> None:
    pages = list(paged(changes(*[100 * 1024] * 5)))
    assert [len(page) for page in pages] == [2, 2, 1]


def test_a_change_larger_than_a_page_has_one_of_its_own() -> None:
    pages = list(paged(changes(10, 300 * 1024, 10)))
    assert [[number for number, _ in page] for page in pages] == [[1], [2], [3]]


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 10), st.integers(1, 60))
def test_pages_are_the_changes_in_order_and_within_bounds(
    sizes: list[int], length: int, size: int
) -> None:
    from django.test import override_settings

    some = changes(*sizes)
    with override_settings(CHAT_CHANGE_PAGE=length, CHAT_CHANGE_PAGE_BYTES=size):
        pages = list(paged(some))
    assert [change for page in pages for change in page] == some
    for page in pages:
        assert 1 <= len(page) <= length
        assert len(page) == 1 or sum(len(body) for _, body in page) <= size


def test_pages_are_as_long_as_they_may_be(settings: Any) -> None:
    settings.CHAT_CHANGE_PAGE_BYTES = 10
    assert [len(page) for page in paged(changes(5, 5, 5, 1, 4))] == [2, 3]
