"""An id for every request: in the log lines that it causes, in its answer, on the error page."""

import re
import secrets
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

HEADER = b"x-request-id"
# What may be taken over from a proxy or client: safe in a header, a log and a page.
ACCEPTABLE = re.compile(rb"[A-Za-z0-9._-]{8,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The id of the request that is being answered here; nothing elsewhere."""
    return _current.get()


class RequestIds:
    """ASGI application that runs `inner` with the id that came with the request, or a fresh one."""

    def __init__(self, inner: Callable[..., Awaitable[None]]) -> None:
        self._inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        number = _given(scope["headers"]) or secrets.token_hex(8).encode()
        _current.set(number.decode())  # in the context of this request's own task

        async def send_with_id(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (HEADER, number)]
                message = {**message, "headers": headers}
            await send(message)

        await self._inner(scope, receive, send_with_id)


def _given(headers: list[tuple[bytes, bytes]]) -> bytes | None:
    given = [value for name, value in headers if name == HEADER]
    return given[0] if len(given) == 1 and ACCEPTABLE.fullmatch(given[0]) else None
