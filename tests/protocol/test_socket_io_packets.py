"""Socket.IO's packets: read with suspicion, made once for everybody."""

import pytest
from msgspec import Raw

from chat.errors import ChatError
from chat.protocol.codec import Delivery, event_frame, frame
from chat.protocol.outbound import Pong
from chat.protocol.socketio import Kind, Packet, read_call, read_packet
from chat.socketio.dialects import CHAT, OLDER


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        ("0", Packet(Kind.CONNECT, "/", None, "")),
        ('0{"token":"x"}', Packet(Kind.CONNECT, "/", None, '{"token":"x"}')),
        ("0/chat,", Packet(Kind.CONNECT, "/chat", None, "")),
        ("0/chat?a=b,{}", Packet(Kind.CONNECT, "/chat", None, "{}")),
        ("1/chat", Packet(Kind.DISCONNECT, "/chat", None, "")),
        ('2["ping"]', Packet(Kind.EVENT, "/", None, '["ping"]')),
        ('212["ping"]', Packet(Kind.EVENT, "/", "12", '["ping"]')),
        ('2/chat,12["a",{"b":"/c,"}]', Packet(Kind.EVENT, "/chat", "12", '["a",{"b":"/c,"}]')),
        ('51-/chat,3["a",{}]', Packet(Kind.BINARY_EVENT, "/chat", "3", '["a",{}]')),
        ("2\n", Packet(Kind.EVENT, "/", None, "\n")),
    ],
)
def test_packets_are_read_as_the_specification_has_them(text: str, packet: Packet) -> None:
    assert read_packet(text) == packet


@pytest.mark.parametrize("text", ["", "7", "x", "٣", " 2"])
def test_what_is_no_packet_is_none(text: str) -> None:
    assert read_packet(text) is None


BAD_CALLS = ["", "{}", "[]", "[1]", "[null]", '["a"', '["a",]', "[" * 60_000, '["a","\ud800"]']


@pytest.mark.parametrize("body", BAD_CALLS, ids=range(len(BAD_CALLS)))
def test_what_is_no_call_is_refused(body: str) -> None:
    with pytest.raises(ChatError):
        read_call(Packet(Kind.EVENT, "/chat", None, body))


def test_a_call_without_data_has_none() -> None:
    assert read_call(Packet(Kind.EVENT, "/", None, '["ping"]')) == ("ping", Raw(b"{}"))


def test_frames_become_events_and_answers_become_callbacks() -> None:
    assert CHAT.text(event_frame(Pong())) == '2/chat,["pong",{}]'
    assert CHAT.text(frame("ack", b'{"a":1}', "7")) == '3/chat,7[{"a":1}]'
    assert CHAT.text(frame("error", b'{"code":"x"}', "7")) == '3/chat,7[{"error":{"code":"x"}}]'
    assert CHAT.text(frame("error", b'{"code":"x"}')) == '2/chat,["error",{"code":"x"}]'
    assert OLDER.text(frame("welcome", b"{}")) == '2["my_response",{"data":"Connected","count":0}]'


def test_a_delivery_takes_a_form_once_for_everybody() -> None:
    delivery = Delivery([event_frame(Pong()), event_frame(Pong())])
    written = delivery.form(CHAT.websocket)
    assert written == b"\x81\x13" + b'42/chat,["pong",{}]' + b"\x81\x13" + b'42/chat,["pong",{}]'
    assert delivery.form(CHAT.websocket) is written
    assert delivery.form(OLDER.websocket) != written
