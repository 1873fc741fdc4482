"""What moderators do to people and rooms. Each act leaves an entry, with its reason, in the log."""

from .log import log, note_look
from .members import (
    ban_member,
    mute_member,
    remove_member,
    set_role,
    transfer_ownership,
    unban_member,
    unmute_member,
)
from .rooms import SLOW_MODE_LIMIT, close_room, reopen_room, set_slow_mode

__all__ = [
    "SLOW_MODE_LIMIT",
    "ban_member",
    "close_room",
    "log",
    "mute_member",
    "note_look",
    "remove_member",
    "reopen_room",
    "set_role",
    "set_slow_mode",
    "transfer_ownership",
    "unban_member",
    "unmute_member",
]
