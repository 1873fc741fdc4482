"""What can be done to the chosen rows of a list: each with a reason, through the chat's actions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import OperationalError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from chat.errors import ChatError, ErrorCode
from chat.models.moderation import REASON_LIMIT

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from accounts.models import User

Row = TypeVar("Row", bound=Model)
Answers = dict[str, Any]
# What came of one row: done, or why not.
Outcome = tuple[Row, ChatError | None]
CarryOut = Callable[["User", Sequence[Row], Answers], Iterator[Outcome[Row]]]


class ReasonForm(forms.Form):
    """What every act asks: why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LIMIT,
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Goes into the moderation log, where other moderators read it."),
    )


@dataclass(frozen=True)
class Act(Generic[Row]):
    """One thing that can be done to rows. `label` is a verb, `effect` says what then happens.

    `carry_out` does it, with what the form asked, and tells row by row what came of it.
    `fits` says for which row it is offered on the row's own page.
    """

    name: str
    label: StrPromise
    effect: StrPromise
    carry_out: CarryOut[Row]
    form: type[ReasonForm] = ReasonForm
    fits: Callable[[Row], bool] = lambda row: True
    is_harsh: bool = False


def each(
    do: Callable[[User, Row, Answers], object], *, once_per: Callable[[Row], Hashable] | None = None
) -> CarryOut[Row]:
    """Do it to one row after the other; where several rows stand for one thing, only once."""

    def carry_out(by: User, rows: Sequence[Row], answers: Answers) -> Iterator[Outcome[Row]]:
        done: set[Hashable] = set()
        for row in rows:
            key = once_per(row) if once_per else row.pk
            if key not in done:
                done.add(key)
                yield row, refusal(partial(do, by, row, answers))

    return carry_out


def refusal(do: Callable[[], object]) -> ChatError | None:
    """Do it; return why not, if it was refused or the database is too busy."""
    try:
        do()
    except ChatError as error:
        return error
    except OperationalError:
        return ChatError(ErrorCode.UNAVAILABLE)
    return None


_WORDS = {
    ErrorCode.NOT_A_MEMBER: _("they do not belong to the room"),
    ErrorCode.ROOM_NOT_FOUND: _("the room is gone, or you have no power in it"),
    ErrorCode.ROOM_CLOSED: _("the room is closed"),
    ErrorCode.NOT_ALLOWED: _("this is not possible here, or beyond your power"),
    ErrorCode.INVALID_EVENT: _("it is not there any more"),
    ErrorCode.UNAVAILABLE: _("the database is too busy; try again"),
}


def explain(error: ChatError) -> str:
    """Say it of somebody else; `chat.refusals` speaks to the one who was refused."""
    return str(_WORDS.get(error.code, error.message))
