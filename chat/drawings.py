"""The reactions that have a drawing of our own; any other emoji is shown as it is."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Drawing(NamedTuple):
    """`icon` is the name behind `i-r-` in templates/icons.svg."""

    icon: str
    name: str | Promise


DRAWINGS = {
    "🤝": Drawing("agreed", _("Agreed")),
    "👍": Drawing("yes", pgettext_lazy("reaction", "Yes")),
    "❤️": Drawing("heart", _("Love")),
    "😄": Drawing("laugh", _("Funny")),
    "👀": Drawing("eyes", _("Looking")),
    "✅": Drawing("done", _("Done")),
    "🎉": Drawing("cheer", _("Celebrate")),
}

# What else the page offers at once.
OTHERS = ("🙏", "🙂", "😂", "😮", "😢", "🤔", "👋", "👏", "💡", "☕", "🚀", "🐛", "🔥", "💯")
