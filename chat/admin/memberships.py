"""Who belongs to which room, and what can be done to one person in one room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.lists import ReadingList, in_any
from accounts.admin.people import people_found
from chat.actions.moderation import (
    ban_member,
    mute_member,
    remove_member,
    set_role,
    transfer_ownership,
    unmute_member,
)
from chat.care_forms import SPANS
from chat.models import Membership, Role

from .acting import ActingList
from .acts import Act, Answers, CarryOut, ReasonForm, each
from .columns import link, when
from .filters import PickFilter

if TYPE_CHECKING:
    from accounts.models import User


class MuteForm(ReasonForm):
    """For how long, and why."""

    minutes = forms.TypedChoiceField(
        label=_("For"), choices=[*SPANS.items()], coerce=int, initial=24 * 60
    )
    field_order = ("minutes", "reason")


def until(said: Answers) -> Any:
    return timezone.now() + timedelta(minutes=said["minutes"])


def is_muted(row: Membership) -> bool:
    return row.muted_until is not None and row.muted_until > timezone.now()


def of_member(act: Callable[..., object], **more: object) -> CarryOut[Membership]:
    """Carry out an `act` of the chat on the person and in the room of each row."""
    return each(
        lambda by, row, said: act(
            room=row.room_id, by=by, user=row.user, reason=said["reason"], **more
        )
    )


def _mute(by: User, row: Membership, said: Answers) -> None:
    mute_member(room=row.room_id, by=by, user=row.user, until=until(said), reason=said["reason"])


MUTE = Act[Membership](
    name="mute",
    label=_("Mute for a time"),
    effect=_("They can read in that room, and not write."),
    carry_out=each(_mute),
    form=MuteForm,
    is_harsh=True,
)
UNMUTE = Act[Membership](
    name="unmute",
    label=_("Lift the mute"),
    effect=_("They can write again."),
    carry_out=of_member(unmute_member),
    fits=is_muted,
)
REMOVE = Act[Membership](
    name="remove",
    label=_("Remove from the room"),
    effect=_("They leave the room now, and may come back if the room lets them."),
    carry_out=of_member(remove_member),
    is_harsh=True,
)
BAN = Act[Membership](
    name="ban",
    label=_("Ban from the room"),
    effect=_("They leave the room now, and cannot come back until the ban is lifted."),
    carry_out=of_member(ban_member),
    is_harsh=True,
)
MAKE_MODERATOR = Act[Membership](
    name="make_moderator",
    label=_("Make a moderator"),
    effect=_("They can delete messages, mute, remove and ban in that room."),
    carry_out=of_member(set_role, role=Role.MODERATOR),
    fits=lambda row: row.role == Role.MEMBER,
)
MAKE_MEMBER = Act[Membership](
    name="make_member",
    label=_("Make a plain member"),
    effect=_("They have no powers in that room any more."),
    carry_out=of_member(set_role, role=Role.MEMBER),
    fits=lambda row: row.role == Role.MODERATOR,
)
MAKE_OWNER = Act[Membership](
    name="make_owner",
    label=_("Hand the room over"),
    effect=_("They own the room; who owned it until now is a moderator."),
    carry_out=of_member(transfer_ownership),
    fits=lambda row: row.role != Role.OWNER,
)


class MutedFilter(admin.SimpleListFilter):
    title = _("mute")
    parameter_name = "muted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("muted now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> Any:
        return queryset.filter(muted_until__gt=timezone.now()) if self.value() else queryset


@admin.register(Membership)
class MembershipAdmin(ActingList[Membership], ReadingList[Membership]):
    acts = (MUTE, UNMUTE, REMOVE, BAN, MAKE_MODERATOR, MAKE_MEMBER, MAKE_OWNER)
    list_display = ("person", "in_room", "role", "joined", "mute")
    list_filter = (("room", PickFilter), ("user", PickFilter), "role", MutedFilter)
    search_fields = ("user",)
    search_help_text = _("Finds people, by the beginning of a name or address where they are many.")
    ordering = ("-pk",)
    fields = ("user", "room", "role", "joined_at", "muted_until", "silenced", "read_sequence")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).prefetch_related("user", "room")

    def found_by(self, term: str) -> Q:
        return in_any(["user"], people_found(term))

    @admin.display(description=_("person"))
    def person(self, row: Membership) -> str:
        return row.user.username

    @admin.display(description=_("room"))
    def in_room(self, row: Membership) -> SafeString | str:
        return link(row.room)

    @admin.display(description=_("joined"))
    def joined(self, row: Membership) -> SafeString | str:
        return when(row.joined_at)

    @admin.display(description=_("muted until"))
    def mute(self, row: Membership) -> SafeString | str:
        return when(row.muted_until) if is_muted(row) else ""
