"""A server that says everything to everybody, but one message only to who said it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

WITHHELD = "~1~"  # the first, which is said however slow the machine is


@contextmanager
def leaky_server() -> Iterator[str]:
    """Give its address."""
    everybody: list[ServerConnection] = []

    def come(socket: ServerConnection, request: object, response: object) -> None:
        everybody.append(socket)

    def talk(socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for text in socket:
                for listener in everybody:
                    if listener is socket or WITHHELD not in str(text):
                        listener.send(text)

    with serve(talk, "127.0.0.1", 0, process_response=come) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield _address(server)
        server.shutdown()


def _address(server: Server) -> str:
    host, port = server.socket.getsockname()[:2]
    return f"{host}:{port}"
