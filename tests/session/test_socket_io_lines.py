"""What a connection of Socket.IO does with what it is given: past the queue, or in order in it."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from engineio.packet import MESSAGE
from engineio.packet import Packet as Message

from chat.protocol.close_codes import CloseCode
from chat.protocol.codec import Delivery, event_frame
from chat.protocol.outbound import Pong
from chat.socketio.conversations import Conversations, EngineServer
from chat.socketio.dialects import CHAT
from chat.socketio.door import SocketIODoor
from chat.socketio.lines import Line, Outbox, Seat
from tests.harness.correspondent import PATIENCE

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


def seated(line: Line) -> Seat:
    seat = Seat(line, CHAT)
    line.take(seat)
    seat.open()
    return seat


async def test_what_an_ended_session_still_says_is_for_nobody() -> None:
    connection = Connection()
    seat = seated(connection.line())
    seat.close(CloseCode.NOT_LOGGED_IN)
    goodbye = connection.queue.get_nowait()
    assert goodbye is not None
    assert goodbye.data == "1/chat,"
    connection.queue.task_done()
    seat.deliver(PONGS)
    assert connection.queue.empty()
    assert not connection.direct.written


async def test_an_earlier_session_does_not_end_the_one_that_came_after_it() -> None:
    connection = Connection()
    line = connection.line()
    earlier = seated(line)
    line.drop(earlier)
    later = seated(line)
    earlier.close(CloseCode.FLOODING)
    assert line.seats == {"/chat": later}
    assert connection.queue.empty()


async def test_attempts_to_log_in_that_fail_win_no_time(settings: Any) -> None:
    settings.CHAT_AUTHENTICATE_TIMEOUT = 0.05
    line = Connection().line()
    async with asyncio.timeout(PATIENCE):
        while not line.closed:
            seat = Seat(line, CHAT)
            line.take(seat)
            line.drop(seat)
            await asyncio.sleep(0)


class LettingIn:
    """Somebody is let into a namespace, and `meanwhile` happens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.connection = Connection()
        self.line = self.connection.line()
        self.stopped = False
        self._server = EngineServer(async_mode="asgi")
        Conversations(self._server).lines["sid"] = self.line
        monkeypatch.setattr("chat.socketio.conversations._begin", self._begin)

    async def meanwhile(self) -> None: ...

    async def _begin(self, seat: Seat, found: object) -> Any:
        await self.meanwhile()
        session = seat.session = cast("Any", SimpleNamespace(id="1", stop=self._stop))
        return session

    def _stop(self) -> None:
        self.stopped = True

    async def receive(self, packet: str) -> None:
        await self._server.handlers["message"]("sid", packet)


async def test_who_leaves_while_being_let_in_leaves_no_session_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letting_in = LettingIn(monkeypatch)
    # By the WebSocket, while the request that connects is not answered.
    monkeypatch.setattr(letting_in, "meanwhile", lambda: letting_in.receive("1/chat,"))
    await letting_in.receive("0/chat,")
    assert letting_in.stopped
    assert not letting_in.line.seats
    assert letting_in.connection.queue.empty()


async def test_a_login_that_is_broken_off_leaves_no_seat_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letting_in = LettingIn(monkeypatch)

    async def break_off() -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(letting_in, "meanwhile", break_off)
    with pytest.raises(asyncio.CancelledError):
        await letting_in.receive("0/chat,")
    assert not letting_in.line.seats


async def request(
    door: SocketIODoor, method: str, sid: str, *events: dict[str, Any]
) -> tuple[int, bytes]:
    """Status and body of the answer, where the request comes as `events`."""
    query = "EIO=4&transport=polling" + (f"&sid={sid}" if sid else "")
    scope = {"type": "http", "method": method, "path": "/socket.io/", "headers": []}
    coming = list(events)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await door({**scope, "query_string": query.encode()}, receive, send)
    return sent[0]["status"], sent[1]["body"]


async def test_nothing_is_done_for_a_request_that_broke_off() -> None:
    door = SocketIODoor()
    _, opened = await request(door, "GET", "", {"type": "http.request"})
    sid = json.loads(opened[1:])["sid"]
    goodbye = {"type": "http.request", "body": b"1", "more_body": True}
    status, _ = await request(door, "POST", sid, goodbye, {"type": "http.disconnect"})
    assert status == 400
    pong = {"type": "http.request", "body": b"3"}
    assert await request(door, "POST", sid, pong) == (200, b"OK")
