"""The two documents, whole."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable

from . import tables
from .schema import schema
from .transcript import STEPS

WIDTH = 100


def transcript() -> str:
    """The worked example: what happens, and the frame."""
    return "\n\n".join(
        f"{step.note}\n\n```\n{_wrapped(step.frame, arrow='→' if step.sent else '←')}\n```"
        for step in STEPS
    )


def _wrapped(frame: bytes, *, arrow: str) -> str:
    text = json.dumps(json.loads(frame), ensure_ascii=False)
    return textwrap.fill(f"{arrow} {text}", WIDTH, subsequent_indent="  ", break_long_words=False)


# What stands in docs/protocol.md between `<!-- generated: name -->` and `<!-- end -->`.
PARTS: dict[str, Callable[[], str]] = {
    "inbound": tables.inbound_events,
    "outbound": tables.outbound_events,
    "shapes": tables.shapes,
    "errors": tables.error_codes,
    "closes": tables.close_codes,
    "transcript": transcript,
}
_part = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def protocol_page(present: str) -> str:
    """Return docs/protocol.md with its generated parts as the types tell them now.

    Raises ValueError if a part has no place in it, or more than one.
    """
    places = [found[2] for found in _part.finditer(present)]
    if sorted(places) != sorted(PARTS):
        raise ValueError(f"It must have one place for each of {', '.join(PARTS)}.")
    return _part.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n\n{found[3]}", present)


def schema_page() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
