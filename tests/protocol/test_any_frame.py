"""Whatever a client sends, reading it ends with an event or a `ChatError`, never otherwise."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chat.errors import ChatError, ErrorCode
from chat.protocol.codec import error_frame, read_envelope, read_event
from chat.protocol.inbound import INBOUND

from .samples import SAMPLES

any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | any_text
    | st.sampled_from(["a\0b", "\ud800", "x" * 5000, 2**63, 10**400, -1, 0, ""])
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(any_text, inner))
names = st.sampled_from(sorted({name for data in SAMPLES.values() for name in data})) | any_text
events = st.sampled_from(sorted(INBOUND)) | any_text


@st.composite
def nearly_good(draw: st.DrawFn) -> dict[str, Any]:
    """A good frame with some of its values put wrong."""
    event = draw(st.sampled_from(sorted(SAMPLES)))
    data = {**SAMPLES[event], **draw(st.dictionaries(names, values, max_size=2))}
    envelope = draw(st.dictionaries(st.sampled_from(["event", "data", "ref"]), values, max_size=1))
    return {"event": event, "data": data, "ref": "r", **envelope}


frames = (
    st.fixed_dictionaries({}, optional={"event": events, "data": values, "ref": values})
    | nearly_good()
).map(json.dumps)


def take(frame: str | bytes) -> None:
    """Read a frame as a session does; whatever is refused can be said to the client."""
    try:
        envelope = read_envelope(frame)
        event = read_event(envelope)
    except ChatError as error:
        refused = json.loads(error_frame(error))["data"]["code"]
    else:
        refused = None
        assert type(event) is INBOUND[envelope.event]
    assert refused in (None, ErrorCode.INVALID_EVENT, ErrorCode.UNKNOWN_EVENT)


@given(frames)
def test_any_json_is_read_or_refused(frame: str) -> None:
    take(frame)


@given(st.text() | any_text)
def test_any_text_is_read_or_refused(frame: str) -> None:
    take(frame)


@given(st.binary())
def test_any_bytes_are_read_or_refused(frame: bytes) -> None:
    take(frame)


@given(frames, st.data())
def test_any_damaged_frame_is_read_or_refused(frame: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(frame)))
    end = data.draw(st.integers(start, len(frame)))
    take(frame[:start] + data.draw(st.text(max_size=3)) + frame[end:])


@given(nearly_good())
def test_what_was_read_can_be_stored_by_postgresql(frame: dict[str, Any]) -> None:
    """No text holds NUL or a lone surrogate, and no number is larger than a bigint."""
    try:
        event = read_event(read_envelope(json.dumps(frame)))
    except ChatError:
        return
    for field in event.__struct_fields__:
        value = getattr(event, field)
        if isinstance(value, str):
            assert "\0" not in value
            value.encode()
        elif isinstance(value, int):
            assert 0 <= value < 2**63
