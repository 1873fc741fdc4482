"""Speakers speak, everybody hears, and at the end everything said must have been heard."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable
from itertools import count, cycle
from secrets import token_hex
from time import perf_counter

from comparison.dialects import Dialect

from .crowd import PATIENCE, Crowd, Line
from .job import Job, Outcome
from .wire import Heard, masked

FILLER = "and so on, until it is about as long as what people say in a chat."
SHOWN = 5  # of those who went astray
NOT_BEFORE = 0.0005  # seconds that a turn waits at least, so that rates do not spin


class Talk:
    """One conversation in all rooms, as long as `seconds`; then `outcome`. Can be held again."""

    def __init__(self, crowd: Crowd, dialect: Dialect, job: Job) -> None:
        self._crowd = crowd
        self._dialect = dialect
        self._job = job
        self._speakers = [line for line in crowd.lines if line.seat.speaks]
        self._numbers = count(1)
        # Client ids are for ever: those of an earlier run would be retries.
        self._run = token_hex(4)
        crowd.heard = self._note_rate if job.rate else self._answer
        self._begin(0.0)

    def _begin(self, seconds: float) -> None:
        for line in self._crowd.lines:
            line.forget()
        # By room: how many messages, and their numbers added up.
        self._said: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        self._by: dict[Line, int] = defaultdict(int)
        self._due: dict[int, float] = {}
        self._latencies = array("d")
        self._start = perf_counter()
        self._end = self._start + seconds
        self._last = self._start

    def hold(self, seconds: float, progress: Callable[[float], None]) -> Outcome:
        """Talk for so long, then wait until everything was heard. Raises `Astray`."""
        self._begin(seconds)
        if self._job.rate:
            self._keep_pace(progress)
        else:
            for line in self._speakers:
                self._say(line)
            while perf_counter() < self._end:
                self._crowd.turn(0.1)
                progress((perf_counter() - self._start) / seconds)
        self._settle()
        return self._outcome()

    # Speaking

    def _say(self, line: Line) -> int:
        number = next(self._numbers)
        room = line.seat.room
        text = f"~{number}~ {FILLER}"
        frame = self._dialect.say % {"room": room, "text": text, "id": f"{self._run}-{number}"}
        said, total = self._said[room]
        self._said[room] = said + 1, total + number
        self._by[line] += 1
        line.awaits = number
        line.send(masked(frame.encode()))
        return number

    def _answer(self, line: Line, heard: Heard) -> None:
        """Who has heard their own says the next thing."""
        if heard.numbers:
            self._last = now = perf_counter()
            if line.awaits in heard.numbers and now < self._end:
                self._say(line)

    def _keep_pace(self, progress: Callable[[float], None]) -> None:
        pause = 1 / self._job.rate
        due = self._start
        speakers = cycle(self._speakers)
        while due < self._end:
            now = perf_counter()
            if now >= due:
                # Counted from when it was due: a load that is late hides no waiting.
                self._due[self._say(next(speakers))] = due
                due += pause
                progress((now - self._start) / (self._end - self._start))
            else:
                self._crowd.turn(max(due - now, NOT_BEFORE))

    def _note_rate(self, line: Line, heard: Heard) -> None:
        if heard.numbers:
            self._last = now = perf_counter()
            self._latencies.extend(now - self._due.get(number, now) for number in heard.numbers)

    # The end

    def _settle(self) -> None:
        """Wait until everybody has heard everything, as long as anything still comes."""
        began = perf_counter()
        while self._missing():
            # Before it is judged: while this process stood still, much may have come.
            self._crowd.turn(0.1)
            if perf_counter() - max(self._last, began) >= PATIENCE:
                break

    def _missing(self) -> bool:
        return any(
            line.count < self._said[line.seat.room][0] or self._acks_missing(line)
            for line in self._crowd.lines
        )

    def _acks_missing(self, line: Line) -> int:
        return self._by[line] - line.acks if self._dialect.acknowledges else 0

    def _outcome(self) -> Outcome:
        waits = sorted(self._latencies) or [0.0]
        return Outcome(
            seconds=self._last - self._start,
            said=sum(said for said, _ in self._said.values()),
            deliveries=sum(line.count for line in self._crowd.lines),
            latency_p50=1000 * waits[len(waits) // 2],
            latency_p99=1000 * waits[len(waits) * 99 // 100],
            astray=[*self._astray()][:SHOWN],
        )

    def _astray(self) -> list[str]:
        found = []
        for place, line in enumerate(self._crowd.lines):
            said, total = self._said[line.seat.room]
            if (line.count, line.total) != (said, total):
                found.append(
                    f"Line {place} in {line.seat.room} heard {line.count} of {said} messages"
                    f" (numbers: {line.total} of {total})."
                )
            if missing := self._acks_missing(line):
                found.append(f"Line {place} in {line.seat.room} misses {missing} acks.")
        return found
