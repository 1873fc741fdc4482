"""A line between browser and server that can be cut, and that can swallow what the server says."""

from __future__ import annotations

import contextlib
import socket
from threading import Thread


class Connection:
    """One browser's connection and its other half at the server."""

    def __init__(self, browser: socket.socket, server: socket.socket) -> None:
        self.browser = browser
        self.server = server
        self.is_websocket = False
        self.swallows = False

    def start(self) -> None:
        for pump in (self._from_browser, self._from_server):
            Thread(target=pump, daemon=True).start()

    def close(self) -> None:
        for end in (self.browser, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _from_browser(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.browser.recv(65536):
                self.is_websocket |= b"upgrade: websocket" in data.lower()
                self.server.sendall(data)
        self.close()

    def _from_server(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.server.recv(65536):
                if not self.swallows:
                    self.browser.sendall(data)
        self.close()


class Wire:
    """Listens at `address` and passes everything on to the server at `port`, while it is whole."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._whole = True
        self._connections: list[Connection] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Lose every connection, and take no new one until mended."""
        self._whole = False
        for connection in self._connections:
            connection.close()

    def mend(self) -> None:
        self._whole = True

    def swallow_answers(self) -> None:
        """Let no more of what the server says arrive on the WebSockets that are open now."""
        for connection in self._connections:
            connection.swallows = connection.is_websocket

    def close(self) -> None:
        self.cut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # which ends the thread that accepts
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                connection = Connection(
                    browser, socket.create_connection(("127.0.0.1", self._port))
                )
                # First, so that a cut at this moment finds it.
                self._connections.append(connection)
                if self._whole:
                    connection.start()
                else:
                    connection.close()
