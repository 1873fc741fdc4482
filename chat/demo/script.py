"""The text format of the demo's conversations (`rooms/*.txt`).

    @ 2 days ago
    09:05 alice #plan: Something that is said, and can be named later.
        A line that is indented goes on with it.
    09:07 bob >plan: An answer to it.
    09:08 alice edits #plan: What it says from then on.
    09:10 bob deletes #oops
    09:10 carol reacts #plan: 🎉
    09:11 alice pins #plan
    09:11 carol joins
    09:12 alice has read
    @ now
    -12 bob: Said twelve minutes ago.

The lines stand in the order in which things happened. Times are in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum


class Verb(StrEnum):
    SAYS = "says"
    EDITS = "edits"
    DELETES = "deletes"
    REACTS = "reacts"
    PINS = "pins"
    JOINS = "joins"
    READS = "has read"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `label` names the message that it is about."""

    at: datetime
    who: str
    verb: Verb
    label: str | None
    answers: str | None
    text: str


_line = re.compile(
    r"(?P<time>\d\d:\d\d|-\d+) (?P<who>\w+)"
    r"( (?P<verb>edits|deletes|reacts|pins|joins|has read))?"
    r"( #(?P<label>\w+))?( >(?P<answers>\w+))?"
    r"(: (?P<text>.+))?",
    re.DOTALL,
)
_day = re.compile(r"@ (?:(?P<ago>\d+) days? ago|now)")


def read_script(text: str, *, now: datetime) -> Iterator[Line]:
    """Yield what `text` tells, its times counted back from `now`. Raises ValueError."""
    midnight = datetime.combine(now, time(), now.tzinfo)
    for entry in _entries(text):
        if day := _day.fullmatch(entry):
            midnight = datetime.combine(
                now - timedelta(days=int(day["ago"] or 0)), time(), now.tzinfo
            )
        elif found := _line.fullmatch(entry):
            yield Line(
                at=_moment(found["time"], midnight=midnight, now=now),
                who=found["who"],
                verb=Verb(found["verb"] or Verb.SAYS),
                label=found["label"],
                answers=found["answers"],
                text=found["text"] or "",
            )
        else:
            raise ValueError(f"The demo's script does not understand: {entry}")


def _entries(text: str) -> list[str]:
    entries: list[str] = []
    for line in text.splitlines():
        if line.startswith("    "):
            entries[-1] += f"\n{line.removeprefix('    ')}"
        elif line:
            entries.append(line)
    return entries


def _moment(written: str, *, midnight: datetime, now: datetime) -> datetime:
    if written.startswith("-"):
        return now + timedelta(minutes=int(written))
    hour, minute = written.split(":")
    return midnight + timedelta(hours=int(hour), minutes=int(minute))
