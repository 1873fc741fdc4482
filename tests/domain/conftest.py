"""What the tests of the domain have in common."""

from collections.abc import Iterator

import pytest

from chat import fanout
from chat.bus_items import BusItem
from tests.domain.moderating import later
from tests.listening import heard

__all__ = ["announced", "heard", "later"]


@pytest.fixture(autouse=True)
def announced() -> Iterator[list[BusItem]]:
    """What live clients would hear, in order; nothing goes to Redis."""
    items: list[BusItem] = []
    fanout.attach(items.extend)
    yield items
    fanout.detach(items.extend)
