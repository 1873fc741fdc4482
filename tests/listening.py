"""Hearing what the parts tell each other."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.signals import access_ended


@pytest.fixture
def heard() -> Iterator[list[dict[str, Any]]]:
    """What `access_ended` told, without Django's own arguments."""
    facts: list[dict[str, Any]] = []

    def listen(*, signal: object, sender: object, **told: Any) -> None:
        facts.append(told)

    access_ended.connect(listen)
    yield facts
    access_ended.disconnect(listen)
