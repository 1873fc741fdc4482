"""The hook through which a text passes before it is stored: `CHAT_MESSAGE_FILTERS`.

The setting lists dotted paths of callables, sync or async, that take `(text, context)` and return
the text to store, changed or not. To refuse it they raise `ChatError`, best with `NOT_ALLOWED`
and a sentence for the writer. They run outside any transaction, in the order of the setting.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction

from asgiref.sync import async_to_sync
from django.conf import settings
from django.utils.module_loading import import_string

from .threads import in_thread


@dataclass(frozen=True, slots=True)
class FilterContext:
    """Who says it, and in which room (keys)."""

    sender: int
    room: int


Filter = Callable[[str, FilterContext], str | Awaitable[str]]


def message_filters() -> list[Filter]:
    return [import_string(path) for path in settings.CHAT_MESSAGE_FILTERS]


async def filtered(text: str, context: FilterContext) -> str:
    """Return what shall be stored for `text`. Raises what the filters raise."""
    for check in message_filters():
        if iscoroutinefunction(check):
            text = await check(text, context)
        else:
            text = await in_thread(check, text, context)  # type: ignore[arg-type]
    return text


def filtered_sync(text: str, context: FilterContext) -> str:
    """The same for plain synchronous code.

    Each runs in the caller's own thread: one that waits for another thread of the pool it is in
    could wait for ever.
    """
    for check in message_filters():
        if iscoroutinefunction(check):
            text = async_to_sync(check)(text, context)
        else:
            text = check(text, context)  # type: ignore[assignment]
    return text
