"""Presence in Redis: leases on sessions, and who is somewhere with at least one.

A place has a sorted set of sessions (score: when the lease ends, in ms of Redis's clock) and a hash
of people (how many sessions each). Both change only in these scripts, each of which says who came
first or went last: of all processes exactly one learns it, and announces it. Raises `RedisError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from redis.asyncio import Redis

# A person is written "id:username", a session of theirs "id:username:session".
_LIBRARY = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function left(person)
  if redis.call('HINCRBY', KEYS[2], person, -1) > 0 then return false end
  redis.call('HDEL', KEYS[2], person)
  return true
end
"""

# ARGV: lease in ms, then person and session alternating. Returns the count and who came first.
_ENTER = (
    _LIBRARY
    + """
-- One without the other is of no use: whoever is here comes again with their next renewal.
if redis.call('EXISTS', KEYS[1], KEYS[2]) == 1 then redis.call('DEL', KEYS[1], KEYS[2]) end
local first = {}
for i = 2, #ARGV, 2 do
  local added = redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i] .. ':' .. ARGV[i + 1])
  if added == 1 and redis.call('HINCRBY', KEYS[2], ARGV[i], 1) == 1 then
    first[#first + 1] = ARGV[i]
  end
end
for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < ARGV[1] * 2 then redis.call('PEXPIRE', key, ARGV[1] * 2) end
end
return {redis.call('HLEN', KEYS[2]), first}
"""
)

# ARGV: person, session. Returns the count and, if this was the last session, the person.
_LEAVE = (
    _LIBRARY
    + """
local last = {}
if redis.call('ZREM', KEYS[1], ARGV[1] .. ':' .. ARGV[2]) == 1 and left(ARGV[1]) then
  last[1] = ARGV[1]
end
return {redis.call('HLEN', KEYS[2]), last}
"""
)

# ARGV: how many at most. Returns the count and whose last lease has ended.
_SWEEP = (
    _LIBRARY
    + """
local last = {}
local ended = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
for _, member in ipairs(ended) do
  redis.call('ZREM', KEYS[1], member)
  local person = string.match(member, '^(.*):[^:]*$')
  if left(person) then last[#last + 1] = person end
end
return {redis.call('HLEN', KEYS[2]), last}
"""
)

SWEEP_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """How many people are present, and who of them came first or went last just now."""

    count: int
    people: list[str]


class PresenceStore:
    """The leases of all places. `place` is a key, `person` an "id:username"."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._enter = client.register_script(_ENTER)
        self._leave = client.register_script(_LEAVE)
        self._sweep = client.register_script(_SWEEP)

    async def enter(self, place: int, seats: Iterable[tuple[str, str]], *, lease: float) -> Moved:
        """Lease `seats` (person, session) for `lease` s, anew or again; say who came first."""
        arguments: list[Any] = [int(lease * 1000)]
        for seat in seats:
            arguments.extend(seat)
        return _moved(await self._enter(keys=_keys(place), args=arguments))

    async def leave(self, place: int, person: str, session: str) -> Moved:
        """Give a lease back; say whether the person's last one went."""
        return _moved(await self._leave(keys=_keys(place), args=[person, session]))

    async def sweep(self, place: int) -> Moved:
        """Drop leases that have ended; say whose last one it was."""
        return _moved(await self._sweep(keys=_keys(place), args=[SWEEP_LIMIT]))

    async def people(self, place: int) -> list[str]:
        """Everybody who is present, in no order."""
        people: list[Any] = await self._client.hkeys(_keys(place)[1])
        return [person.decode() for person in people]


def _keys(place: int) -> list[str]:
    # The braces keep both keys on one node of a Redis cluster.
    prefix = f"{settings.CHAT_BUS_PREFIX}:presence:{{{place}}}"
    return [f"{prefix}:sessions", f"{prefix}:people"]


def _moved(answer: Sequence[Any]) -> Moved:
    count, people = answer
    return Moved(count, [person.decode() for person in people])
