"""Messages in one line, as lists show them."""

from __future__ import annotations

from django import template

from chat.models import Message
from chat.shapes import in_one_line

register = template.Library()


@register.filter
def one_line(message: Message) -> str:
    """The beginning of what was said, or the names of the files that were sent without a word.

    The message with its attachments loaded.
    """
    return in_one_line(message.text or ", ".join(file.name for file in message.attachments.all()))
