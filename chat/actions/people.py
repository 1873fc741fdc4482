"""What staff do to a person everywhere, not in one room. Each act is logged with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.actions import mails
from accounts.actions.access import deactivate, end_all_access, reactivate
from accounts.actions.addresses import resend_confirmation
from accounts.actions.roles import give_role
from accounts.errors import AccountsError
from accounts.signals import EndReason
from chat.errors import ChatError, ErrorCode
from chat.models import ModerationAct

from .authority import MODERATE_ANYWHERE
from .moderation import log

if TYPE_CHECKING:
    from accounts.models import Mail, User


@transaction.atomic
def suspend_person(*, by: User, user: User, reason: str) -> None:
    """Shut somebody out: every login ends within seconds, none begins until reinstated."""
    _require_staff(by, over=user)
    if user.is_active:
        deactivate(user=user)
        log(ModerationAct.SUSPEND, actor=by, subject=user, reason=reason)


@transaction.atomic
def reinstate_person(*, by: User, user: User, reason: str) -> None:
    """Let a suspended person log in again."""
    _require_staff(by, over=user)
    if not user.is_active:
        reactivate(user=user)
        log(ModerationAct.REINSTATE, actor=by, subject=user, reason=reason)


@transaction.atomic
def end_sessions(*, by: User, user: User, reason: str) -> None:
    """Log somebody out everywhere; they may log in again."""
    _require_staff(by, over=user)
    end_all_access(user=user, reason=EndReason.LOGGED_OUT_EVERYWHERE)
    log(ModerationAct.END_SESSIONS, actor=by, subject=user, reason=reason)


@transaction.atomic
def set_role(*, by: User, user: User, role: str | None, reason: str) -> None:
    """Let somebody have a role, or none beyond everybody's: for superusers alone, since whoever
    gives roles could give themselves any."""
    _require_staff(by, over=user)
    if not by.is_superuser:
        raise ChatError(ErrorCode.NOT_ALLOWED)
    give_role(user=user, role=role)
    log(ModerationAct.GIVE_ROLE, actor=by, subject=user, reason=reason, detail=role or "")


@transaction.atomic
def send_confirmation_again(*, by: User, user: User, reason: str) -> None:
    """Send somebody the link to confirm their address once more, in a request."""
    _require_staff(by, over=user)
    try:
        resend_confirmation(user=user)
    except AccountsError:  # there is nothing to confirm
        raise ChatError(ErrorCode.NOT_ALLOWED) from None
    log(ModerationAct.RESEND_LINK, actor=by, subject=user, reason=reason)


@transaction.atomic
def send_mail_again(*, by: User, mail: Mail, reason: str) -> None:
    """Try a mail anew that was given up."""
    if not (by.is_active and by.has_perm(MODERATE_ANYWHERE)):
        raise ChatError(ErrorCode.NOT_ALLOWED)
    try:
        mails.send_again(mail=mail)
    except AccountsError:
        raise ChatError(ErrorCode.INVALID_EVENT) from None
    log(ModerationAct.SEND_MAIL, actor=by, reason=reason, detail=str(mail))


def _require_staff(by: User, *, over: User) -> None:
    """Staff may act on everybody but themselves and, unless they are one, a superuser."""
    may = by.is_active and by.has_perm(MODERATE_ANYWHERE)
    if not may or by.pk == over.pk or (over.is_superuser and not by.is_superuser):
        raise ChatError(ErrorCode.NOT_ALLOWED)
