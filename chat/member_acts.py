"""What a room's moderators can do to somebody, from the page of that person in the room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .actions import moderation
from .actions.authority import Power
from .care_forms import MuteForm, ReasonForm
from .models import Membership, Role, Room

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from accounts.models import User

    Do = Callable[[Room, User, User, Any], object]


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands in a room, and the power of who looks at them."""

    power: Power
    theirs: Power
    membership: Membership | None
    is_banned: bool

    @property
    def is_over(self) -> bool:
        return self.power >= Power.MODERATOR and self.power > self.theirs

    @property
    def is_owner(self) -> bool:
        return self.power >= Power.OWNER

    @property
    def role(self) -> str:
        return self.membership.role if self.membership else ""

    @property
    def is_muted(self) -> bool:
        until = self.membership.muted_until if self.membership else None
        return until is not None and until > timezone.now()


@dataclass(frozen=True, slots=True)
class MemberAct:
    """`label` is the verb on the button, `effect` what happens then, `done` what is said after.

    `fits` says when it is offered; whether it is allowed, the action decides.
    """

    name: str
    label: StrPromise
    effect: StrPromise
    done: StrPromise
    do: Do
    fits: Callable[[Standing], bool]
    form: type[ReasonForm] = ReasonForm
    is_harsh: bool = False
    is_final: bool = False


def _mute(room: Room, by: User, user: User, form: MuteForm) -> None:
    until = timezone.now() + form.span
    reason = form.cleaned_data["reason"]
    moderation.mute_member(room=room.pk, by=by, user=user, until=until, reason=reason)


def _with_reason(act: Callable[..., object], **more: object) -> Do:
    def do(room: Room, by: User, user: User, form: ReasonForm) -> None:
        act(room=room.pk, by=by, user=user, reason=form.cleaned_data["reason"], **more)

    return do


ACTS = (
    MemberAct(
        "mute",
        _("Mute"),
        _("They read on, and write again when the time is over."),
        _("%(name)s only reads for now."),
        _mute,
        lambda they: they.is_over and they.membership is not None,
        form=MuteForm,
    ),
    MemberAct(
        "unmute",
        _("Let write again"),
        _("They can write again at once."),
        _("%(name)s can write again."),
        _with_reason(moderation.unmute_member),
        lambda they: they.is_over and they.is_muted,
    ),
    MemberAct(
        "promote",
        _("Make moderator"),
        _("They can remove, mute and ban members, and see what is reported."),
        _("%(name)s is a moderator now."),
        _with_reason(moderation.set_role, role=Role.MODERATOR),
        lambda they: they.is_owner and they.is_over and they.role == Role.MEMBER,
    ),
    MemberAct(
        "demote",
        _("Make member"),
        _("They lose what moderators can do, and stay in the room."),
        _("%(name)s is a member like the others now."),
        _with_reason(moderation.set_role, role=Role.MEMBER),
        lambda they: they.is_owner and they.is_over and they.role == Role.MODERATOR,
    ),
    MemberAct(
        "remove",
        _("Remove"),
        _("They leave the room at once. They can come back if the room lets them in."),
        _("%(name)s is not in this room any more."),
        _with_reason(moderation.remove_member),
        lambda they: they.is_over and they.membership is not None,
        is_harsh=True,
    ),
    MemberAct(
        "ban",
        _("Ban"),
        _("They leave the room at once, and cannot come back until the ban is lifted."),
        _("%(name)s is banned from this room."),
        _with_reason(moderation.ban_member),
        lambda they: they.is_over and not they.is_banned,
        is_harsh=True,
    ),
    MemberAct(
        "unban",
        _("Lift the ban"),
        _("They can come back like anybody else."),
        _("%(name)s can come back."),
        _with_reason(moderation.unban_member),
        lambda they: they.is_banned,
    ),
    MemberAct(
        "transfer",
        _("Hand the room over"),
        _("They own the room from then on, and only they can hand it back. You stay a moderator."),
        _("%(name)s owns this room now."),
        _with_reason(moderation.transfer_ownership),
        lambda they: they.is_owner and they.role in (Role.MEMBER, Role.MODERATOR),
        is_final=True,
    ),
)
BY_NAME = {act.name: act for act in ACTS}


def offered(they: Standing) -> Iterator[MemberAct]:
    """The acts that make sense, in the order of the page."""
    return (act for act in ACTS if act.fits(they))
