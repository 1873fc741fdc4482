"""A message filter that says no once: what the tests need a refusal from."""

from __future__ import annotations

from chat.errors import ChatError, ErrorCode
from chat.filters import FilterContext

_refused: set[str] = set()


def refuse_once(text: str, context: FilterContext) -> str:
    """Refuse a text that begins with "refuse" the first time it is sent."""
    if text.startswith("refuse") and text not in _refused:
        _refused.add(text)
        raise ChatError(ErrorCode.NOT_ALLOWED, "Not in these words.")
    return text
