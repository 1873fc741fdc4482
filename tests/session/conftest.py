"""What the tests of sessions have in common."""

from tests.session.house import house
from tests.session.presence_scene import people, place, quick, redis, two

__all__ = ["house", "people", "place", "quick", "redis", "two"]
