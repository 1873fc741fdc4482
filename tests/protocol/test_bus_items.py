"""What hubs tell each other arrives as it was said."""

from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.bus_items import BusItem, Change, Head, pack, unpack

KINDS: tuple[type[Any], ...] = get_args(BusItem)
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(0, 2**63 - 1),
    "str": st.text(max_size=20),
    "bytes": st.binary(max_size=200),
    "tuple[Head, ...]": st.lists(
        st.builds(Head, st.integers(1, 9), st.text(max_size=5), st.integers(0, 9)), max_size=3
    ).map(tuple),
}


def any_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    fields = {name: BY_TYPE[str(kind.__annotations__[name])] for name in kind.__struct_fields__}
    return st.builds(kind, **fields)


@given(st.lists(st.one_of([any_of(kind) for kind in KINDS]), max_size=10))
def test_items_arrive_in_order_and_unchanged(items: list[Any]) -> None:
    assert unpack(pack(items)) == items


def test_every_kind_has_a_tag_of_its_own() -> None:
    tags = [kind.__struct_config__.tag for kind in KINDS]
    assert len(set(tags)) == len(KINDS)


def test_a_change_of_an_older_version_is_still_read() -> None:
    """Fields at the end that it did not know have their defaults."""
    old = msgspec.msgpack.encode([[1, 7, "epoch", 3, "room_changed", b"{}"]])
    assert unpack(old) == [Change(7, "epoch", 3, "room_changed", b"{}")]


def test_a_change_of_a_newer_version_is_still_read() -> None:
    newer = [[2, 7, "epoch", 3, "something", 1, datetime(2030, 1, 1, tzinfo=UTC)]]
    assert unpack(msgspec.msgpack.encode(newer)) == [Head(7, "epoch", 3)]


@pytest.mark.parametrize("junk", [b"", b"\xc1", b"junk", msgspec.msgpack.encode([[99, 1]])])
def test_junk_is_told_apart(junk: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        unpack(junk)
