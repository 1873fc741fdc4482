"""How often a person may do something that costs more than a page. Without Redis, any number."""

from time import time

from django.core.cache import cache

MINUTE = 60


def within_limit(*, what: str, who: int, a_minute: int) -> bool:
    """Count one more time that the person `who` (a user id) does `what`, and say whether it is one
    of the first `a_minute` of this minute."""
    key = f"limit:{what}:{who}:{int(time()) // MINUTE}"
    cache.add(key, 0, 2 * MINUTE)
    try:
        return cache.incr(key) <= a_minute
    except ValueError:  # there is no cache
        return True
