"""`python -m comparison.references.broadcast`: the same frames to everybody, and nothing else.

No login, no room but the address, no database, no order: what `websockets.broadcast` costs is
what it costs to write a frame to each socket, one by one.
"""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from contextlib import suppress

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosedError

# As long as Parley's frame of a message, and as hard to write.
FRAME = (
    '{{"event":"new_message","data":{{"room_id":"hall","message_id":1234567,"sequence":12345,'
    '"changed_sequence":12345,"text_sequence":12345,"username":"person-123","sender":{{"id":123,'
    '"username":"person-123","name":"person-123","avatar":"/people/person-123/picture/small/"}},'
    '"message":"{}","kind":"text","timestamp":"2026-01-01T12:00:00.000000Z","edited":false,'
    '"deleted":false,"client_id":"b-12345","reply_to":null,"reactions":[],"pinned":false}}}}'
)

rooms: dict[str, set[ServerConnection]] = defaultdict(set)


async def talk(socket: ServerConnection) -> None:
    assert socket.request  # noqa: S101 - it has been accepted
    room = rooms[socket.request.path]
    room.add(socket)
    # Whoever goes without a word is gone too.
    with suppress(ConnectionClosedError):
        async for text in socket:
            broadcast(room, FRAME.format(text))
    room.discard(socket)


async def main() -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    async with serve(talk, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        host, port = next(iter(server.sockets)).getsockname()[:2]
        print(f"Listening at {host}:{port}", flush=True)
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
