from .attachments import Attachment, AttachmentKind
from .live import LivePerson
from .memberships import Invitation, Membership, Role
from .messages import Message, MessageKind, SystemAct
from .moderation import Ban, ModerationAct, ModerationEntry, Report
from .reactions import Reaction
from .rooms import Room, RoomHead, RoomKind
from .versions import MessageVersion
from .words import MessageWords

__all__ = [
    "Attachment",
    "AttachmentKind",
    "Ban",
    "Invitation",
    "LivePerson",
    "Membership",
    "Message",
    "MessageKind",
    "MessageVersion",
    "MessageWords",
    "ModerationAct",
    "ModerationEntry",
    "Reaction",
    "Report",
    "Role",
    "Room",
    "RoomHead",
    "RoomKind",
    "SystemAct",
]
