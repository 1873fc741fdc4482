"""What the tests of sessions have in common."""

from tests.session.house import deaf_house, happened, house
from tests.session.presence_scene import own, people, place, quick, redis, two

__all__ = ["deaf_house", "happened", "house", "own", "people", "place", "quick", "redis", "two"]
