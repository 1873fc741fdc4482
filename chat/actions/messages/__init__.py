"""Say, change, take back, react, pin: a verb a file."""

from .deleting import delete_message, delete_messages
from .drafts import Draft, Sent, draft_message
from .editing import edit_message
from .pinning import pin_message
from .reacting import react
from .sending import send_message, send_messages, stored_before

__all__ = [
    "Draft",
    "Sent",
    "delete_message",
    "delete_messages",
    "draft_message",
    "edit_message",
    "pin_message",
    "react",
    "send_message",
    "send_messages",
    "stored_before",
]
