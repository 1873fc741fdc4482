"""Posts and comments as a particular reader sees them."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from accounts.actions.rights import may_read
from accounts.models import Comment, Post, User

register = template.Library()


@register.filter
def read_by(writing: Post | Comment, reader: User) -> SafeString:
    """The text, in which mentions of the reader stand out.

    Only the renderer makes this class: what people type is escaped, or comes without classes.
    """
    here = f'<a class="mention" href="/people/{reader.username}/"'
    return mark_safe(writing.rendered.replace(here, here.replace("mention", "mention is-you", 1)))  # noqa: S308 - safe HTML with a fixed word put in


@register.filter
def may_be_read_by(writing: Post | Comment, reader: User) -> bool:
    return may_read(reader, writing)
