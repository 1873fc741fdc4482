"""What a connection of Socket.IO does with what it is given: past the queue, or in order in it."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from engineio.packet import MESSAGE
from engineio.packet import Packet as Message

from chat.protocol.codec import Delivery, event_frame
from chat.protocol.outbound import Pong
from chat.socketio.dialects import CHAT
from chat.socketio.lines import Line, Outbox

PONGS = Delivery([event_frame(Pong())])


class Direct:
    """A WebSocket's way past all buffers."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.write = self.written.append
        self.unread = 0
        self.closing = False

    def buffered(self) -> int:
        return self.unread


class Connection:
    """Engine.IO's end of a line, changed over to a WebSocket."""

    def __init__(self) -> None:
        self.queue = Outbox()
        self.upgraded = True
        self.closed = False
        self.direct = Direct()

    def line(self) -> Line:
        carrier = SimpleNamespace(direct=self.direct, close=self.carrier_closes)
        return Line(cast("Any", self), cast("Any", carrier), set())

    async def carrier_closes(self, code: int) -> None:
        self.code = code

    async def close(self, *, wait: bool) -> None:
        self.closed = True


async def test_frames_go_straight_to_an_idle_websocket() -> None:
    connection = Connection()
    connection.line().deliver(PONGS, CHAT)
    assert connection.direct.written == [PONGS.form(CHAT.websocket)]
    assert connection.queue.empty()


async def test_frames_overtake_nothing_that_waits_or_is_under_way() -> None:
    connection = Connection()
    line = connection.line()
    connection.queue.put_nowait(Message(MESSAGE, "first"))
    line.deliver(PONGS, CHAT)
    assert not connection.direct.written
    taken = [await connection.queue.get() for _ in range(2)]
    assert [message and message.data for message in taken] == ["first", '2/chat,["pong",{}]']
    # Taken, but not yet sent.
    line.deliver(PONGS, CHAT)
    assert not connection.direct.written
    await connection.queue.get()
    for _ in range(3):
        connection.queue.task_done()
    line.deliver(PONGS, CHAT)
    assert connection.direct.written == [PONGS.form(CHAT.websocket)]


async def test_frames_wait_in_the_queue_until_the_client_has_changed_over() -> None:
    connection = Connection()
    connection.upgraded = False
    connection.line().deliver(PONGS, CHAT)
    assert not connection.direct.written
    assert connection.queue.size == len('2/chat,["pong",{}]')


async def test_who_takes_nothing_is_cut_and_what_waited_is_let_go(settings: Any) -> None:
    settings.CHAT_SEND_BUFFER = 50
    connection = Connection()
    connection.upgraded = False
    line = connection.line()
    for _ in range(5):
        line.deliver(PONGS, CHAT)
    assert line.closed
    assert connection.queue.empty()
    assert connection.queue.size == 0
    line.deliver(PONGS, CHAT)
    assert connection.queue.empty()


async def test_nobody_waits_for_a_reader_who_has_gone() -> None:
    connection = Connection()
    line = connection.line()
    connection.direct.unread = 1
    waiting = asyncio.create_task(line.drained())
    await asyncio.sleep(0)
    assert not waiting.done()
    connection.direct.closing = True
    await waiting


async def test_who_still_polls_cannot_change_over() -> None:
    line = Connection().line()
    websocket = cast("Any", SimpleNamespace(direct=Direct()))
    line.answering.add("GET")
    assert not line.change_over(websocket)
    line.answering.clear()
    assert line.change_over(websocket)
    assert line.carrier is websocket
