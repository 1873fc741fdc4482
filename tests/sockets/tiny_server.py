"""A server process for test_server.py: our Server around an application of a few lines.

Prints its address, and what its parts are told. Each path of the application is one behaviour.
"""

import asyncio
import json
import os
import signal
import sys
from typing import Any
from urllib.parse import parse_qs

from daphne import server as daphne_server
from django.conf import settings

settings.configure(
    CHAT_FRAME_LIMIT=65536,
    HTTP_BODY_LIMIT=int(os.environ.get("BODY_LIMIT", "1000000")),
    CHAT_DRAIN_SECONDS=float(os.environ.get("DRAIN_SECONDS", "600")),
    CHAT_PING_INTERVAL=float(os.environ.get("PING_INTERVAL", "600")),
    CHAT_PING_TIMEOUT=float(os.environ.get("PING_TIMEOUT", "20")),
    TRUSTED_PROXIES=0,
)

from project.listening import CannotServe  # noqa: E402
from project.server import Server  # noqa: E402
from project.sockets import Socket  # noqa: E402

FRAME = b"\x82\x7e\xff\xff" + bytes(65535)
woken = asyncio.Event()
asleep: list[str] = []
transports: list[Any] = []


class PrintingParts:
    async def start(self) -> None:
        # Also when no connection is taken any more.
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, woken.set)
        say("parts started")

    async def stop_accepting(self) -> None:
        say("parts stop accepting")

    async def stop(self) -> None:
        say("parts stopped")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await (http if scope["type"] == "http" else websocket)(scope, receive, send)


async def websocket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    path = scope["path"]
    if path == "/undecided":
        await receive()
        return
    await send({"type": "websocket.accept"})
    transports.append(scope["extensions"]["parley.transport"])
    if path == "/asleep":
        await woken.wait()
    while (message := await receive())["type"] == "websocket.receive":
        await BEHAVIOURS[path](transports[-1], send, message.get("text") or "")


async def echo(transport: Any, send: Any, text: str) -> None:
    await send({"type": "websocket.send", "text": text})


async def both_ways(transport: Any, send: Any, text: str) -> None:
    """Answer with numbers, written directly and sent through ASGI by turns."""
    for number in range(int(text)):
        payload = str(number)
        if number % 2:
            await send({"type": "websocket.send", "text": payload})
        else:
            transport.write(bytes([0x81, len(payload)]) + payload.encode())


async def pour(transport: Any, send: Any, text: str) -> None:
    for _ in range(int(text)):
        transport.write(FRAME)


async def close(transport: Any, send: Any, text: str) -> None:
    await send({"type": "websocket.close", "code": int(text)})


BEHAVIOURS = {"/echo": echo, "/asleep": echo, "/both": both_ways, "/pour": pour, "/close": close}


async def http(scope: dict[str, Any], receive: Any, send: Any) -> None:
    path = scope["path"]
    query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
    if path == "/sleep":
        asleep.append(path)
        await woken.wait()
    elif path == "/close":
        transports[-1].close(int(query["code"]))
    elif path == "/half":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("in the middle of a response")
    elif path == "/body":
        await tell_body(receive, send)
        return
    body = json.dumps(state()).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def tell_body(receive: Any, send: Any) -> None:
    """Answer how long the body was and in how many pieces it came, each bounded."""
    pieces, more = [], True
    while more:
        message = await receive()
        more = message["more_body"]
        pieces.append(message["body"])
    told = {"length": sum(map(len, pieces)), "pieces": len(pieces), "sum": sum(b"".join(pieces))}
    body = json.dumps(told).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def state() -> dict[str, Any]:
    sockets = [protocol for protocol in server.connections if isinstance(protocol, Socket)]
    return {
        "sockets": len(sockets),
        "unread": max((socket.application_queue.qsize() for socket in sockets), default=0),
        "buffered": max((transport.buffered() for transport in transports), default=0),
        "asleep": len(asleep),
        "closing": [transport.closing for transport in transports],
        "connections": len(server.connections),
        "tally": server.tally.connections,
    }


if __name__ == "__main__":
    asyncio.set_event_loop(daphne_server.twisted_loop)
    server = Server(
        application,
        [f"tcp:port={os.environ.get('PORT', '0')}:interface=127.0.0.1"],
        parts=PrintingParts(),
        ready=say,
    )
    try:
        server.run()
    except CannotServe as error:
        say(str(error))
        sys.exit(1)
    say("done")
    if server.abandoned:
        os._exit(1)
