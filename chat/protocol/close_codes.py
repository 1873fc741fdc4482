"""Why a socket is closed, as the number that WebSocket carries for it."""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class CloseCode(IntEnum):
    """Every code that this chat closes with; `meaning` says what a client does then."""

    meaning: str

    def __new__(cls, number: int, meaning: str) -> Self:
        code = int.__new__(cls, number)
        code._value_ = number
        code.meaning = meaning
        return code

    # Sent by the server below us, which reads no further after such a frame.
    FRAME_TOO_LARGE = 1009, "A frame was longer than `limits.frame` bytes. Send shorter ones."
    RESTARTING = 1012, "The server goes down for a moment. Connect again after a random wait."
    MALFORMED = 4400, "Too many frames could not be read. Mend the client, then connect again."
    NOT_LOGGED_IN = 4401, "No login, or it has ended. Log in, then connect again."
    NO_LONGER_ALLOWED = 4403, "The account was shut out. Do not connect again."
    TOO_SLOW = 4408, "Too much lay unread. Connect again and resume; nothing is lost."
    FLOODING = 4429, "Too many events, or too many sockets of one person. Wait longer than usual."
