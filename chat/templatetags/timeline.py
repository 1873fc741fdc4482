"""What the templates of a room's timeline ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from chat.drawings import DRAWINGS, OTHERS, Drawing
from chat.texts import as_html

if TYPE_CHECKING:
    from collections.abc import ItemsView

register = template.Library()

# The box that a picture is shown in; static/js/message_parts.js has the same.
WIDEST, HIGHEST = 360, 320


@register.filter
def as_text(text: str) -> SafeString:
    """Links, code and lists of a text that people wrote; mentions stay words."""
    return mark_safe(as_html(text))  # noqa: S308 - what people wrote is escaped there


@register.filter
def drawing(emoji: str) -> Drawing | None:
    """Our own drawing of an emoji, if there is one."""
    return DRAWINGS.get(emoji)


@register.simple_tag
def drawings() -> ItemsView[str, Drawing]:
    return DRAWINGS.items()


@register.simple_tag
def other_emojis() -> tuple[str, ...]:
    return OTHERS


@register.filter
def fitted(picture: Any) -> list[tuple[str, int]]:
    """The size to show a picture in, told before it is loaded so that nothing moves."""
    if not picture.width or not picture.height:
        return []
    scale = min(1, WIDEST / picture.width, HIGHEST / picture.height)
    return [
        ("width", max(1, round(picture.width * scale))),
        ("height", max(1, round(picture.height * scale))),
    ]
