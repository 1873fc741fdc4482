from .live import LivePerson
from .memberships import Invitation, Membership, Role
from .messages import Message, MessageKind, SystemAct
from .moderation import Ban, ModerationAct, ModerationEntry, Report
from .rooms import Room, RoomHead, RoomKind

__all__ = [
    "Ban",
    "Invitation",
    "LivePerson",
    "Membership",
    "Message",
    "MessageKind",
    "ModerationAct",
    "ModerationEntry",
    "Report",
    "Role",
    "Room",
    "RoomHead",
    "RoomKind",
    "SystemAct",
]
