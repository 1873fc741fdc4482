"""The one way in which chat says no: a named error with a stable code, translated once per door."""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """Every code a client can meet. Codes never change their meaning."""

    INVALID_EVENT = "invalid_event"
    UNKNOWN_EVENT = "unknown_event"
    NOT_A_MEMBER = "not_a_member"
    ROOM_NOT_FOUND = "room_not_found"
    ROOM_CLOSED = "room_closed"
    EMPTY_MESSAGE = "empty_message"
    MESSAGE_TOO_LONG = "message_too_long"
    NOT_ALLOWED = "not_allowed"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"
    FILE_TOO_LARGE = "file_too_large"
    UNSUPPORTED_FILE = "unsupported_file"
    UNAUTHENTICATED = "unauthenticated"
    UNAVAILABLE = "unavailable"


# What a client is told where the raiser has nothing more exact to say.
DEFAULT_MESSAGES = {
    ErrorCode.INVALID_EVENT: "This event cannot be read.",
    ErrorCode.UNKNOWN_EVENT: "There is no such event.",
    ErrorCode.NOT_A_MEMBER: "You are not in this room.",
    ErrorCode.ROOM_NOT_FOUND: "There is no such room.",
    ErrorCode.ROOM_CLOSED: "This room is closed. It can still be read.",
    ErrorCode.EMPTY_MESSAGE: "There is nothing in this message.",
    ErrorCode.MESSAGE_TOO_LONG: "This message is too long.",
    ErrorCode.NOT_ALLOWED: "You may not do this.",
    ErrorCode.CONFLICT: "This was already said with other words.",
    ErrorCode.RATE_LIMITED: "Too quick. Try again in a moment.",
    ErrorCode.FILE_TOO_LARGE: "This file is too large.",
    ErrorCode.UNSUPPORTED_FILE: "Files of this kind cannot be attached.",
    ErrorCode.UNAUTHENTICATED: "Log in first.",
    ErrorCode.UNAVAILABLE: "This did not work just now. Try again in a moment.",
}

# What the code means to whoever writes a client, and what to do then.
MEANINGS = {
    ErrorCode.INVALID_EVENT: "The frame, or the field that `details` names, cannot be read.",
    ErrorCode.UNKNOWN_EVENT: "This server takes no such event; `welcome` lists those it takes.",
    ErrorCode.NOT_A_MEMBER: "Not a member of this public room, or it is not open in this session.",
    ErrorCode.ROOM_NOT_FOUND: "No such room, or a hidden one to which one does not belong.",
    ErrorCode.ROOM_CLOSED: "The room takes no more changes; its history can be read.",
    ErrorCode.EMPTY_MESSAGE: "The text holds nothing but white space.",
    ErrorCode.MESSAGE_TOO_LONG: "The text has more characters than `details.limit`.",
    ErrorCode.NOT_ALLOWED: "One has not the right to this, or `details.limit` rooms are open.",
    ErrorCode.CONFLICT: (
        "The `client_id` was used for another text, the text was edited since `base_sequence`, "
        "or the message to edit is deleted. Nothing was changed; look before sending again."
    ),
    ErrorCode.RATE_LIMITED: "Nothing was done. Send it again after `retry_after` seconds.",
    ErrorCode.FILE_TOO_LARGE: (
        "Uploads only: the file has more bytes, or the picture more pixels, than `details.limit`."
    ),
    ErrorCode.UNSUPPORTED_FILE: (
        "Uploads only: files of this kind are not taken, or it is not what its name says."
    ),
    ErrorCode.UNAUTHENTICATED: "There is no login behind this connection, or it has ended.",
    ErrorCode.UNAVAILABLE: (
        "The server cannot answer now, and does not know whether the change was stored. "
        "Send it again with the same `client_id`, after `retry_after` seconds if that is given."
    ),
}


class ChatError(Exception):
    """A rule was broken, or the server cannot answer now.

    `details` names the `field` at fault or the `limit` that was passed; `retry_after` is in s.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str = "",
        *,
        details: dict[str, str | int] | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.code = code
        self.message = message or DEFAULT_MESSAGES[code]
        self.details = details
        self.retry_after = retry_after
        super().__init__(self.message)
