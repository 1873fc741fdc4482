from .attachments import Attachment, AttachmentKind
from .links import InviteLink
from .live import LivePerson
from .memberships import Invitation, Membership, Role
from .mentions import Mention
from .messages import Message, MessageKind, SystemAct
from .moderation import Ban, ModerationAct, ModerationEntry, Report, Restraint
from .pairs import DirectPair
from .reactions import Reaction
from .rooms import Room, RoomHead, RoomKind
from .versions import MessageVersion
from .words import MessageWords

__all__ = [
    "Attachment",
    "AttachmentKind",
    "Ban",
    "DirectPair",
    "Invitation",
    "InviteLink",
    "LivePerson",
    "Membership",
    "Mention",
    "Message",
    "MessageKind",
    "MessageVersion",
    "MessageWords",
    "ModerationAct",
    "ModerationEntry",
    "Reaction",
    "Report",
    "Restraint",
    "Role",
    "Room",
    "RoomHead",
    "RoomKind",
    "SystemAct",
]
