"""How messages stand on a page: by day, in groups, with what is new marked and runs told in a line.

The script of the page groups alike what comes later (`static/js/grouping.js`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import SystemAct
from .protocol.contents import MessageBody
from .texts import as_html

if TYPE_CHECKING:
    from accounts.models import User

GROUP_TIME = timedelta(minutes=5)
# So many comings and goings in a row are told in one line.
RUN = 5


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: how far that person has read, and how many messages wait."""

    user: User
    read: int
    unread: int


@dataclass(frozen=True, slots=True)
class Line:
    """A message as `reader` (a username) sees it in the timeline.

    `continued`: under the head of the one above. `news`: how many are new from here on, told
    above the first of them.
    """

    message: MessageBody
    reader: str
    continued: bool
    news: int = 0

    @property
    def own(self) -> bool:
        return self.message.username == self.reader

    @property
    def for_reader(self) -> bool:
        return self.reader in self.message.mentions and not self.own

    @property
    def html(self) -> SafeString:
        """The text with its links, code, lists and mentions."""
        text = as_html(self.message.message, mentions=self.message.mentions, reader=self.reader)
        return mark_safe(text)  # noqa: S308 - everything people wrote is escaped there

    @property
    def comes_or_goes(self) -> bool:
        return self.message.act in (SystemAct.JOINED, SystemAct.LEFT)

    @property
    def words(self) -> str:
        """What a system message says."""
        sender = self.message.sender.name
        name = self.message.subject.name if self.message.subject else sender
        match self.message.act:
            case SystemAct.JOINED:
                return _("%(name)s joined") % {"name": name}
            case SystemAct.LEFT:
                return _("%(name)s left") % {"name": name}
            case SystemAct.REMOVED:
                return _("%(name)s was removed by %(by)s") % {"name": name, "by": sender}
        return _("%(by)s changed this room") % {"by": sender}


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of a day: one, or the comings and goings that are told together in `words`."""

    lines: list[Line]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    lines: list[Line]

    @property
    def parts(self) -> Iterator[Part]:
        for comes_or_goes, found in groupby(self.lines, lambda line: line.comes_or_goes):
            lines = list(found)
            if comes_or_goes and len(lines) >= RUN:
                yield Part(lines, run_words(lines))
            else:
                yield from (Part([line]) for line in lines)


def run_words(lines: Sequence[Line]) -> str:
    """What a run of comings and goings says in one line."""
    count = len(lines)
    joined = sum(line.message.act == SystemAct.JOINED for line in lines)
    if joined == count:
        words = ngettext("%(count)s person joined", "%(count)s people joined", count)
    elif joined == 0:
        words = ngettext("%(count)s person left", "%(count)s people left", count)
    else:
        words = _("People joined and left %(count)s times")
    return words % {"count": count}


def days(messages: Sequence[MessageBody], *, reader: Reader) -> Iterator[Day]:
    """The messages by day, in the current time zone, as `reader` sees them."""
    newer = (
        message.sequence
        for message in messages
        if message.sequence > reader.read
        and message.kind == "text"
        and message.sender.id != reader.user.pk
    )
    first_new = next(newer, None) if reader.unread else None
    for day, found in groupby(messages, lambda message: timezone.localdate(message.timestamp)):
        today = list(found)
        heads = [False, *(continues(above, message) for above, message in pairwise(today))]
        lines = [
            Line(
                message,
                reader=reader.user.username,
                continued=continued,
                news=reader.unread if message.sequence == first_new else 0,
            )
            for message, continued in zip(today, heads, strict=True)
        ]
        yield Day(day, lines)


def continues(above: MessageBody, message: MessageBody) -> bool:
    """Whether a message of the same day goes on under the head of the one above."""
    return (
        above.kind == message.kind == "text"
        and above.sender.id == message.sender.id
        and message.timestamp - above.timestamp < GROUP_TIME
    )
