"""A service that looks at e-mail addresses, as an outside one would: real HTTP, and its moods."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class AddressService:
    """Finds valid what does not begin with "bad". `asked` holds the query of each question.

    While `held` is set nobody gets an answer; with `body` everybody gets that instead.
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []
        self.most_at_once = 0
        self.status = 200
        self.body: bytes | None = None
        self._waiting = 0
        self._lock = threading.Lock()
        self._go_on = threading.Event()
        self._go_on.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/check"

    def hold(self) -> None:
        self._go_on.clear()

    def go_on(self) -> None:
        self._go_on.set()

    def close(self) -> None:
        self.go_on()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query: dict[str, list[str]]) -> tuple[int, bytes]:
        with self._lock:
            self.asked.append(query)
            self._waiting += 1
            self.most_at_once = max(self.most_at_once, self._waiting)
        self._go_on.wait(30)
        with self._lock:
            self._waiting -= 1
        valid = not query["email"][0].startswith("bad")
        body = json.dumps({"format_valid": valid}).encode() if self.body is None else self.body
        return self.status, body

    def _handler(service: AddressService) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = service.answer(parse_qs(urlsplit(self.path).query))
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                """Say nothing."""

        return Handler


@contextlib.contextmanager
def address_service() -> Iterator[AddressService]:
    service = AddressService()
    try:
        yield service
    finally:
        service.close()
