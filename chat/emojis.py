"""Which texts are an emoji. Unicode's list knows; a pattern would let half of it through."""

from __future__ import annotations

from functools import cache

import emoji

from .errors import ChatError, ErrorCode

# Asks for the coloured picture of a sign that also has a plain one.
PRESENTATION = "\ufe0f"


@cache
def _known() -> dict[str, str]:
    """Every emoji in the spelling that Unicode recommends, by its shortest one."""
    return {
        spelling.replace(PRESENTATION, ""): spelling
        for spelling, about in emoji.EMOJI_DATA.items()
        if about["status"] == emoji.STATUS["fully_qualified"]
    }


def read_emoji(text: str) -> str:
    """The one emoji that `text` is, always in the same spelling.

    Raises `ChatError` (`invalid_event`) for anything else.
    """
    known = _known().get(text.replace(PRESENTATION, ""))
    if known is None:
        raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "emoji"})
    return known
