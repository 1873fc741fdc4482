"""A worked example of the protocol, made of the types themselves so that it cannot go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from chat.errors import ChatError, ErrorCode

from ..codec import ack_frame, encode, error_frame, event_frame, frame
from ..contents import Limits, MessageBody, Person, Quote, Reactions, RoomState, RoomSummary
from ..inbound import INBOUND, InboundEvent, JoinRoom, React, SendMessage
from ..outbound import (
    MessageEdited,
    NewMessage,
    OutboundEvent,
    ReactionChanged,
    RoomHistory,
    UserJoined,
    Welcome,
)
from ..replies import Joined, Stored

ROOM = "releases"
EPOCH = "5f0c2b7d9e6a4381"


@dataclass(frozen=True, slots=True)
class Step:
    """A frame from the client (`sent`) or to it; `note` says what happens there."""

    note: str
    frame: bytes
    sent: bool = False


def person(id_: int, username: str) -> Person:
    return Person(id=id_, username=username, name=username, avatar=f"/people/{username}/avatar.svg")


ALICE, BOB = person(1, "alice"), person(2, "bob")


def at(minute: int, second: int) -> datetime:
    return datetime(2026, 11, 20, 9, minute, second, tzinfo=UTC)


def asked(event: InboundEvent, *, ref: str) -> bytes:
    given = {key: value for key, value in msgspec.to_builtins(event).items() if value is not None}
    return frame(event.event, encode(given), ref)


def about(event: type[OutboundEvent], body: MessageBody) -> bytes:
    return frame(event.event, encode(body))


def message(place: int, sender: Person, text: str, *, said_at: datetime) -> MessageBody:
    return MessageBody(
        room_id=ROOM,
        message_id=9000 + place,
        sequence=place,
        changed_sequence=place,
        text_sequence=place,
        username=sender.username,
        sender=sender,
        message=text,
        kind="text",
        timestamp=said_at,
        edited=False,
        deleted=False,
    )


def quote(original: MessageBody) -> Quote:
    return Quote(
        message_id=original.message_id,
        sequence=original.sequence,
        username=original.username,
        name=original.sender.name,
        avatar=original.sender.avatar,
        text=original.message,
        deleted=False,
    )


def history(*messages: MessageBody, sequence: int, here: list[str]) -> bytes:
    return event_frame(
        RoomHistory(
            room_id=ROOM,
            room=RoomState(
                room_id=ROOM,
                name="releases",
                topic="What ships, and when.",
                kind="public",
                closed=False,
                slow_mode=0,
                floor=1,
            ),
            messages=list(messages),
            sequence=sequence,
            epoch=EPOCH,
            has_more=True,
            more=False,
            reset=False,
            active_users=here,
            active_count=len(here),
        )
    )


WELCOME = Welcome(
    protocol=1,
    session_id="c0ffee0123456789",
    user=ALICE,
    capabilities=list(INBOUND),
    limits=Limits(text=4000, frame=65536, open_rooms=50, history=50),
    rooms=[
        RoomSummary(
            room_id=ROOM,
            name="releases",
            kind="public",
            epoch=EPOCH,
            head=41,
            read_sequence=40,
            unread=1,
            mentions=0,
            role="member",
            silenced=False,
        )
    ],
    notifications=2,
    present=[],
    server_time=at(30, 0),
)
ARRIVED = UserJoined(
    room_id=ROOM,
    username="alice",
    message="alice joined",
    active_users=["bob", "alice"],
    active_count=2,
    timestamp=at(30, 0),
)
QUESTION = message(41, BOB, "Is the changlog merged?", said_at=at(29, 40))
MENDED = replace(
    QUESTION,
    message="Is the changelog merged?",
    edited=True,
    changed_sequence=43,
    text_sequence=43,
)
ANSWER = replace(
    message(42, ALICE, "Changelog is merged.", said_at=at(30, 5)),
    client_id="a1",
    reply_to=QUESTION.message_id,
    quote=quote(QUESTION),
)
QUOTING_ANEW = replace(ANSWER, quote=quote(MENDED), changed_sequence=44)
LIKED = replace(
    MENDED,
    reactions=[Reactions(emoji="👍", count=1, usernames=["alice"])],
    changed_sequence=45,
)
STORED = Stored(
    message_id=ANSWER.message_id,
    sequence=42,
    changed_sequence=42,
    timestamp=ANSWER.timestamp,
    client_id="a1",
)
REACTED = Stored(
    message_id=LIKED.message_id,
    sequence=LIKED.sequence,
    changed_sequence=LIKED.changed_sequence,
    timestamp=LIKED.timestamp,
)
THANKS = message(46, BOB, "Thank you.", said_at=at(31, 30))
BLANK = ChatError(ErrorCode.EMPTY_MESSAGE, details={"field": "message"})

STEPS = (
    Step("alice has connected and is logged in.", event_frame(WELCOME)),
    Step("She opens a room.", asked(JoinRoom(room_id=ROOM), ref="1"), sent=True),
    Step(
        "The newest messages come, here one; she stands at 41.",
        history(QUESTION, sequence=41, here=["bob"]),
    ),
    Step("Everybody there hears that she is here now, she too.", event_frame(ARRIVED)),
    Step("The join is done.", ack_frame(Joined(room_id=ROOM, sequence=41), "1")),
    Step(
        "She answers.",
        asked(
            SendMessage(
                room_id=ROOM, message=ANSWER.message, client_id="a1", reply_to=ANSWER.reply_to
            ),
            ref="2",
        ),
        sent=True,
    ),
    Step(
        "All sessions in the room hear it, hers too; she stands at 42.",
        about(NewMessage, ANSWER),
    ),
    Step("It is stored. (The ack may also come first.)", ack_frame(STORED, "2")),
    Step(
        "She says nothing, at length.",
        asked(SendMessage(room_id=ROOM, message="   ", client_id="a2"), ref="3"),
        sent=True,
    ),
    Step("That is refused, and nothing else happens.", error_frame(BLANK, "3")),
    Step(
        "bob mends his question: the whole message comes, with the number of this change. "
        "She stands at 43.",
        about(MessageEdited, MENDED),
    ),
    Step(
        "Her answer shows what it answers, so it has changed too. She stands at 44.",
        about(MessageEdited, QUOTING_ANEW),
    ),
    Step(
        "She reacts to the question.",
        asked(
            React(room_id=ROOM, message_id=LIKED.message_id, emoji="👍", on=True),
            ref="4",
        ),
        sent=True,
    ),
    Step(
        "Again the whole message comes, to everybody. She stands at 45.",
        about(ReactionChanged, LIKED),
    ),
    Step("It is stored.", ack_frame(REACTED, "4")),
    Step(
        "Her connection breaks, and bob says something more. On a new connection, after its "
        "`welcome`, she resumes from where she stood.",
        asked(JoinRoom(room_id=ROOM, after=45, epoch=EPOCH), ref="1"),
        sent=True,
    ),
    Step(
        "What changed since comes, and nothing else; she stands at 46.",
        history(THANKS, sequence=46, here=["bob", "alice"]),
    ),
    Step("Nothing was missed.", ack_frame(Joined(room_id=ROOM, sequence=46), "1")),
)
