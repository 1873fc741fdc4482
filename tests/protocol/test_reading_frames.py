"""What clients send: every event is read, everything else is refused with a clear code."""

import json
from typing import Any

import pytest
from msgspec import structs

from chat.errors import ChatError, ErrorCode
from chat.protocol.codec import read_envelope, read_event
from chat.protocol.inbound import INBOUND

from .samples import NEEDED, SAMPLES, frame_of, read, refusal

FIELDS = [(event, field) for event, data in SAMPLES.items() for field in data]


@pytest.mark.parametrize("event", SAMPLES)
def test_every_event_is_read_with_all_its_fields(event: str) -> None:
    read_back = read(frame_of(event, SAMPLES[event]))
    assert type(read_back) is INBOUND[event]
    assert structs.asdict(read_back) == SAMPLES[event]


@pytest.mark.parametrize("event", SAMPLES)
def test_every_event_is_read_with_only_what_it_needs(event: str) -> None:
    data = {name: SAMPLES[event][name] for name in NEEDED[event]}
    rest = set(structs.asdict(read(frame_of(event, data))).items()) - set(data.items())
    assert {value for _, value in rest} <= {None}


def test_there_is_a_sample_of_every_event() -> None:
    assert SAMPLES.keys() == INBOUND.keys() == NEEDED.keys()


@pytest.mark.parametrize("event", SAMPLES)
def test_unknown_fields_are_ignored(event: str) -> None:
    data = {**SAMPLES[event], "sender": "bob", "is_staff": True, "__class__": "x", "type": "y"}
    assert structs.asdict(read(frame_of(event, data, sender="bob"))) == SAMPLES[event]


@pytest.mark.parametrize(
    ("event", "field"), [(e, f) for e, needed in NEEDED.items() for f in needed]
)
def test_a_missing_field_is_refused(event: str, field: str) -> None:
    data = {name: value for name, value in SAMPLES[event].items() if name != field}
    error = refusal(frame_of(event, data))
    assert error.code is ErrorCode.INVALID_EVENT
    assert field in error.message


@pytest.mark.parametrize("bad", [[], {}, [1], {"a": 1}], ids=repr)
@pytest.mark.parametrize(("event", "field"), FIELDS)
def test_a_nested_value_is_refused(event: str, field: str, bad: Any) -> None:
    if field == "attachments" and isinstance(bad, list):
        bad = [bad]  # it is a list of ids, and of nothing else
    error = refusal(frame_of(event, {**SAMPLES[event], field: bad}))
    assert error.code is ErrorCode.INVALID_EVENT


@pytest.mark.parametrize(("event", "field"), FIELDS)
def test_a_value_of_another_type_is_refused_and_its_field_named(event: str, field: str) -> None:
    good = SAMPLES[event][field]
    for bad in ("text", 5, 1.5, True, "NaN"):
        if type(bad) is not type(good):
            error = refusal(frame_of(event, {**SAMPLES[event], field: bad}))
            assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": field})


def test_a_nested_value_in_an_unknown_field_is_refused_too() -> None:
    assert refusal(frame_of("ping", {"x": [[[]]]})).code is ErrorCode.INVALID_EVENT


@pytest.mark.parametrize("name", ["message", "anything"])
def test_nul_is_refused_and_its_field_named(name: str) -> None:
    error = refusal(frame_of("send_message", {**SAMPLES["send_message"], name: "a\0b"}))
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": name})


@pytest.mark.parametrize(
    ("event", "field", "bad"),
    [
        ("join_room", "room_id", ""),
        ("join_room", "room_id", "x" * 65),
        ("join_room", "after", -1),
        ("join_room", "after", 2**63),
        ("join_room", "epoch", "x" * 17),
        ("authenticate", "token", ""),
        ("authenticate", "token", "x" * 513),
        ("send_message", "client_id", ""),
        ("send_message", "client_id", "x" * 65),
        ("send_message", "client_id", "a b"),
        ("send_message", "client_id", "é"),
        ("send_message", "client_id", "line\n"),
        ("send_message", "reply_to", 0),
        ("edit_message", "message_id", 2**63),
        ("edit_message", "base_sequence", -1),
        ("delete_message", "message_id", -(2**70)),
        ("mark_read", "sequence", 10**30),
        ("fetch_history", "limit", 0),
        ("fetch_history", "limit", 201),
        ("fetch_history", "before", -1),
    ],
)
def test_a_value_out_of_bounds_is_refused_and_its_field_named(
    event: str, field: str, bad: Any
) -> None:
    error = refusal(frame_of(event, {**SAMPLES[event], field: bad}))
    assert (error.code, error.details) == (ErrorCode.INVALID_EVENT, {"field": field})


@pytest.mark.parametrize("name", ["", "Ping", "ping ", "__init__", "new_message", "ack", "p\0ng"])
def test_an_event_that_is_none_is_refused_as_unknown(name: str) -> None:
    assert refusal(frame_of(name, {})).code is ErrorCode.UNKNOWN_EVENT


@pytest.mark.parametrize(
    "frame",
    [
        "",
        " ",
        "null",
        "5",
        '"ping"',
        "[]",
        "{}",
        "{",
        '{"event":"ping"',
        '{"event":"ping"}}',
        '{"event":"ping"} {"event":"ping"}',
        "{'event':'ping'}",
        '{"event":5}',
        '{"event":null}',
        '{"event":["ping"]}',
        '{"data":{}}',
        '{"event":"ping","data":null}',
        '{"event":"ping","data":[]}',
        '{"event":"ping","data":"{}"}',
        '{"event":"ping","data":}',
        '{"event":"ping","ref":5}',
        '{"event":"ping","ref":{}}',
        '{"event":"ping","ref":"%s"}' % ("x" * 65),
        '{"event":"%s"}' % ("x" * 65),
        '{"event":"ping","data":{"a":NaN}}',
        '{"event":"ping","data":{"a":-Infinity}}',
        '{"event":"ping","data":{"a":1e999}}',
        '{"event":"ping","data":{"a":%s}}' % ("9" * 30_000),
        '{"event":"ping","data":{"a":%s}}' % ("1" + "0" * 5_000 + ".0"),
        '{"event":"mark_read","data":{"room_id":"a","sequence":1.0}}',
        '{"event":"ping","data":{"a":"\\ud800"}}',
        '{"event":"ping","data":{"\\udfff":1}}',
        '{"event":"\\ud83d"}',
        '{"event":"ping","ref":"\\udc00\\ud800"}',
        '{"event":"ping","data":{"a":"\ud800"}}',
        '\ufeff{"event":"ping"}',
        '{"event":"p\ning"}',
        '{"event":"ping","data":{"a":"\\x41"}}',
        "[" * 60_000,
        '{"event":' * 6_000,
        '{"event":"ping","data":' + "[" * 60_000,
        '{"event":"ping","data":{"a":' + "[" * 30_000 + "]" * 30_000 + "}}",
        '{"event":"ping","data":{"a":' * 2_000 + "1" + "}}" * 2_000,
    ],
    ids=lambda frame: ascii(frame[:60]),
)
def test_a_frame_that_is_none_is_refused(frame: str) -> None:
    error = refusal(frame)
    assert error.code is ErrorCode.INVALID_EVENT
    assert 0 < len(error.message) <= 200


@pytest.mark.parametrize(
    "frame", [b"\xff\xfe", b"\x00", b'{"event":"\xff"}', b'{"event":"ping"}\0']
)
def test_bytes_that_are_no_text_are_refused(frame: bytes) -> None:
    assert refusal(frame).code is ErrorCode.INVALID_EVENT


def test_what_was_sent_is_not_repeated_in_the_error() -> None:
    for frame in (
        frame_of("authenticate", {"token": ["parley_secret"]}),
        frame_of("authenticate", {"token": "parley_secret" * 100}),
        '{"event":"authenticate","data":{"token":"parley_secret',
    ):
        error = refusal(frame)
        assert "secret" not in error.message + json.dumps(error.details)


def test_a_surrogate_pair_is_a_character() -> None:
    event = read('{"event":"send_message","data":{"room_id":"a","message":"\\ud83d\\ude00"}}')
    assert structs.asdict(event)["message"] == "😀"


def test_ref_is_read_though_the_event_cannot_be() -> None:
    envelope = read_envelope('{"event":"nonsense","data":{"a":[]},"ref":"r"}')
    assert envelope.ref == "r"
    with pytest.raises(ChatError):
        read_event(envelope)


def test_data_may_be_left_out() -> None:
    assert type(read('{"event":"ping"}')) is INBOUND["ping"]
