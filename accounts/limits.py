"""How often a person may do something that costs more than a page. Without Redis, any number."""

from time import time

from django.core.cache import cache

MINUTE = 60


def within_limit(*, what: str, who: int, a_minute: int) -> bool:
    """Count one more time that the person `who` (a user id) does `what`, and say whether it is one
    of the first `a_minute` of this minute."""
    return is_within(f"limit:{what}:{who}", times=a_minute, seconds=MINUTE)


def is_within(key: str, *, times: int, seconds: int) -> bool:
    """Count one more time of what `key` names, and say whether it is one of the first `times` of
    this period of `seconds`. The periods are the same for all: they begin where the clock is a
    multiple of them. What is done at once is counted one by one."""
    counter = f"{key}:{int(time()) // seconds}"
    cache.add(counter, 0, 2 * seconds)
    try:
        return cache.incr(counter) <= times
    except ValueError:  # there is no cache
        return True


def until_next(seconds: int) -> float:
    """How long the present period of `seconds` still lasts, in s."""
    return seconds - time() % seconds
