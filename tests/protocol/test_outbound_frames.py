"""What clients hear: every event is a frame of its type, and an answer carries its ref."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import DEFAULT_MESSAGES, ChatError, ErrorCode
from chat.protocol import contents, outbound
from chat.protocol.codec import (
    ack_frame,
    encode,
    error_frame,
    event_frame,
    frame,
)
from chat.protocol.contents import MessageBody
from chat.protocol.inbound import INBOUND
from chat.protocol.outbound import MESSAGE_EVENTS, OUTBOUND
from chat.protocol.replies import REPLIES, Nothing
from tests.frames import read_frame

times = st.datetimes(timezones=st.just(UTC))
texts = st.text(max_size=30)
numbers = st.integers(0, 2**63 - 1)
people = st.builds(contents.Person, id=numbers, username=texts, name=texts, avatar=texts)
kinds = st.sampled_from(["public", "private", "direct"])
states = st.builds(
    contents.RoomState,
    room_id=st.text(min_size=1, max_size=64),
    name=texts,
    topic=texts,
    kind=kinds,
    closed=st.booleans(),
    slow_mode=numbers,
    floor=numbers,
)
quotes = st.builds(
    contents.Quote,
    message_id=st.integers(1, 2**63 - 1),
    sequence=numbers,
    username=texts,
    name=texts,
    text=texts,
    deleted=st.booleans(),
)
reactions = st.builds(
    contents.Reactions,
    emoji=st.sampled_from("🎉👍"),
    count=numbers,
    usernames=st.lists(texts, max_size=3),
)
bodies = st.builds(
    MessageBody,
    room_id=st.text(min_size=1, max_size=64),
    message_id=st.integers(1, 2**63 - 1),
    sequence=numbers,
    changed_sequence=numbers,
    text_sequence=numbers,
    username=texts,
    sender=people,
    message=texts,
    kind=st.sampled_from(["text", "system"]),
    timestamp=times,
    edited=st.booleans(),
    deleted=st.booleans(),
    client_id=st.none() | texts,
    reply_to=st.none() | st.integers(1, 2**63 - 1),
    act=st.none() | texts,
    subject=st.none() | people,
    quote=st.none() | quotes,
    reactions=st.lists(reactions, max_size=2),
    pinned=st.booleans(),
    pinned_by=st.none() | texts,
)


@given(bodies, st.sampled_from(MESSAGE_EVENTS))
def test_a_message_is_read_back_as_it_was(body: MessageBody, event: type[Any]) -> None:
    told = read_frame(frame(event.event, encode(body)))
    assert told.keys() == {"event", "data"}
    assert told["event"] == event.event
    assert msgspec.convert(told["data"], MessageBody) == body


@given(states, st.lists(bodies, max_size=3), st.booleans())
def test_history_is_read_back_as_it_was(
    state: contents.RoomState, messages: list[MessageBody], reset: bool
) -> None:
    history = outbound.RoomHistory(
        room_id="tea",
        room=state,
        messages=[msgspec.Raw(encode(body)) for body in messages],
        sequence=9,
        epoch="e",
        has_more=False,
        more=False,
        reset=reset,
        active_users=None,
        active_count=None,
    )
    told = read_frame(event_frame(history))["data"]
    assert told["reset"] is reset
    assert told["active_users"] is None
    assert msgspec.convert(told["room"], contents.RoomState) == state
    assert msgspec.convert(told["messages"], list[MessageBody]) == messages


NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
STATE = contents.RoomState(
    room_id="tea", name="Tea", topic="", kind="public", closed=False, slow_mode=0, floor=1
)
SUMMARY = contents.RoomSummary(
    room_id="tea",
    name="Bob",
    kind="direct",
    epoch="0123456789abcdef",
    head=3,
    read_sequence=3,
    unread=0,
    mentions=0,
    role="member",
    silenced=False,
    with_=contents.Person(id=2, username="bob", name="Bob", avatar="/people/bob/avatar.svg"),
)
EXAMPLES = [
    outbound.RoomChanged(changed_sequence=3, room=STATE),
    outbound.RoomClosed(changed_sequence=3, room=STATE),
    outbound.HistoryPruned(changed_sequence=3, room=STATE),
    outbound.UserTyping(room_id="tea", username="bob", typing=False),
    outbound.RoomActivity(room_id="tea", head=3, unread=0, mentions=0, name="Tea"),
    outbound.MessageRead(room_id="tea", username="bob", read_sequence=3, unread=0, mentions=0),
    outbound.MembershipBegan(room=SUMMARY),
    outbound.MembershipChanged(room_id="tea", role="owner", silenced=True, muted_until=NOW),
    outbound.MembershipEnded(room_id="tea", reason="left"),
    outbound.SessionEnded(reason="logged_out"),
    outbound.ServerTick(count=1, timestamp=NOW),
]


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.event)
def test_an_event_is_a_frame_with_its_name_and_all_its_fields(event: Any) -> None:
    told = read_frame(event_frame(event))
    assert told["event"] == event.event
    assert msgspec.convert(told["data"], OUTBOUND[told["event"]]) == event
    assert told["data"].keys() == set(event.__struct_fields__)


def test_times_are_iso_8601_in_utc() -> None:
    tick = read_frame(event_frame(EXAMPLES[-1]))  # the last is the tick
    assert tick["data"]["timestamp"] == "2026-11-22T10:30:00Z"


@pytest.mark.parametrize("ref", ["1", "", '"quoted"\\', "é😀", "</script>"])
def test_an_answer_carries_the_ref_it_answers(ref: str) -> None:
    assert read_frame(ack_frame(Nothing(), ref)) == {
        "event": "ack",
        "data": {},
        "ref": ref,
    }
    assert read_frame(error_frame(ChatError(ErrorCode.CONFLICT), ref))["ref"] == ref


def test_an_error_without_a_ref_carries_none() -> None:
    assert "ref" not in read_frame(error_frame(ChatError(ErrorCode.CONFLICT)))


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_has_a_code_and_words(code: ErrorCode) -> None:
    told = read_frame(error_frame(ChatError(code)))["data"]
    assert told == {"code": code.value, "message": DEFAULT_MESSAGES[code]}


def test_an_error_names_its_field_its_limit_and_when_to_come_again() -> None:
    error = ChatError(
        ErrorCode.RATE_LIMITED, "Slowly.", details={"field": "a", "limit": 5}, retry_after=0.25
    )
    assert read_frame(error_frame(error))["data"] == {
        "code": "rate_limited",
        "message": "Slowly.",
        "details": {"field": "a", "limit": 5},
        "retry_after": 0.25,
    }


def test_every_event_in_has_a_reply_and_every_event_out_a_name() -> None:
    assert REPLIES.keys() == INBOUND.keys()
    assert all(kind.event == name for name, kind in OUTBOUND.items())


def test_every_frame_is_one_line_of_json_text() -> None:
    payload = event_frame(outbound.MembershipEnded(room_id="a\nb", reason="\u2028"))
    assert b"\n" not in payload
    assert json.loads(payload)["data"] == {"room_id": "a\nb", "reason": "\u2028"}
