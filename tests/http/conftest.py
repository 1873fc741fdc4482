"""What the tests of pages and of the API have in common."""

from typing import Any

import pytest
from django.core.cache import cache

from tests.listening import heard

__all__ = ["heard"]


@pytest.fixture
def fresh_limits(settings: Any) -> None:
    """Limits that count, and that no other test has used up."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
