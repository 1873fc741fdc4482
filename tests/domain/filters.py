"""Filters for tests of the hook."""

import asyncio

from chat.errors import ChatError, ErrorCode
from chat.filters import FilterContext

seen: list[tuple[str, FilterContext]] = []


def shout(text: str, context: FilterContext) -> str:
    return text.upper()


async def whisper(text: str, context: FilterContext) -> str:
    await asyncio.sleep(0)
    return f"({text})"


def note(text: str, context: FilterContext) -> str:
    seen.append((text, context))
    return text


def refuse_rude_words(text: str, context: FilterContext) -> str:
    if "rude" in text:
        raise ChatError(ErrorCode.NOT_ALLOWED, "Say it kindly.")
    return text


def empty(text: str, context: FilterContext) -> str:
    return " "


def lengthen(text: str, context: FilterContext) -> str:
    return text * 5000


def spoil(text: str, context: FilterContext) -> str:
    return f"{text}\ud800"
