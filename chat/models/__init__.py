from .memberships import Invitation, Membership, Role
from .messages import Message, MessageKind, SystemAct
from .rooms import Room, RoomHead, RoomKind

__all__ = [
    "Invitation",
    "Membership",
    "Message",
    "MessageKind",
    "Role",
    "Room",
    "RoomHead",
    "RoomKind",
    "SystemAct",
]
