"""What staff may see of rooms that are not public. Whoever may look at all leaves a trace.

Lists show no text of such rooms, with one exception: a list of the messages of one room is that
room's page, and to open it is to look.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from chat.actions.authority import READ_ANYWHERE, may_read
from chat.actions.moderation import note_look
from chat.models import Message, Room

from .acting import acting
from .columns import excerpt


def may_read_all(request: HttpRequest) -> bool:
    return acting(request).has_perm(READ_ANYWHERE)


def sees(request: HttpRequest, room: Room) -> bool:
    return may_read(room, acting(request))


def look(request: HttpRequest, room: Room, message: Message | None = None) -> None:
    """Log that this page is shown; once a view."""
    if request.method == "GET":
        note_look(room=room, by=acting(request), message=message)


def public_excerpt(message: Message) -> str:
    """The beginning of a message's text for a list; of other rooms than public ones, only that."""
    if not message.room.is_public:
        return _("(said in a private room)")
    return own_words(message)


def own_words(message: Message) -> str:
    if message.deleted_at is not None:
        return _("(deleted)")
    if message.act:
        return f"({message.get_act_display()}: {message.subject})"
    return excerpt(message.text)
