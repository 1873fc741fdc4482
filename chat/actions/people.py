"""What staff do to a person everywhere, not in one room. Each act is logged with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.actions.access import deactivate, end_all_access, reactivate
from accounts.signals import EndReason
from chat.errors import ChatError, ErrorCode
from chat.models import ModerationAct

from .authority import MODERATE_ANYWHERE
from .moderation import log

if TYPE_CHECKING:
    from accounts.models import User


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


def _require_staff(by: User, *, over: User) -> None:
    """Staff may act on everybody but themselves and, unless they are one, a superuser."""
    may = by.is_active and by.has_perm(MODERATE_ANYWHERE)
    if not may or by.pk == over.pk or (over.is_superuser and not by.is_superuser):
        raise ChatError(ErrorCode.NOT_ALLOWED)
