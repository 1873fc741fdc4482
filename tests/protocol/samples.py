"""One good frame of every event that a client may send, and readers for tests."""

import json
from typing import Any

from chat.errors import ChatError
from chat.protocol.codec import read_envelope, read_event
from chat.protocol.inbound import InboundEvent

# The data of each event, with every field set.
SAMPLES: dict[str, dict[str, Any]] = {
    "authenticate": {"token": "parley_abc"},
    "join_room": {"room_id": "tea", "after": 7, "epoch": "0123456789abcdef"},
    "leave_room": {"room_id": "tea"},
    "send_message": {
        "room_id": "tea",
        "message": "Hi",
        "client_id": "c-1",
        "reply_to": 3,
        "attachments": [7, 5],
    },
    "edit_message": {"room_id": "tea", "message_id": 3, "message": "Ho", "base_sequence": 0},
    "delete_message": {"room_id": "tea", "message_id": 3},
    "react": {"room_id": "tea", "message_id": 3, "emoji": "🎉", "on": True},
    "pin": {"room_id": "tea", "message_id": 3, "on": False},
    "typing": {"room_id": "tea", "typing": True},
    "mark_read": {"room_id": "tea", "sequence": 0},
    "mark_unread": {"room_id": "tea", "sequence": 0},
    "fetch_history": {"room_id": "tea", "before": 9, "limit": 200},
    "ping": {},
}
# The fields that an event cannot do without.
NEEDED: dict[str, set[str]] = {
    "authenticate": {"token"},
    "join_room": {"room_id"},
    "leave_room": {"room_id"},
    "send_message": {"room_id", "message"},
    "edit_message": {"room_id", "message_id", "message"},
    "delete_message": {"room_id", "message_id"},
    "react": {"room_id", "message_id", "emoji", "on"},
    "pin": {"room_id", "message_id", "on"},
    "typing": {"room_id", "typing"},
    "mark_read": {"room_id", "sequence"},
    "mark_unread": {"room_id", "sequence"},
    "fetch_history": {"room_id", "before"},
    "ping": set(),
}


def frame_of(event: str, data: Any, **envelope: Any) -> str:
    return json.dumps({"event": event, "data": data, **envelope})


def read(frame: str | bytes) -> InboundEvent:
    return read_event(read_envelope(frame))


def refusal(frame: str | bytes) -> ChatError:
    """Why `frame` is refused."""
    try:
        event = read(frame)
    except ChatError as error:
        return error
    raise AssertionError(f"{event} was not refused")
