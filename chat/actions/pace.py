"""How often somebody may do what costs everybody, or what others cannot help hearing of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.limits import MINUTE, until_next, within_limit
from chat.errors import ChatError, ErrorCode

if TYPE_CHECKING:
    from accounts.models import User


def require_pace(what: str, by: User, *, a_minute: int) -> None:
    """Count one more time that `by` does `what`, done or refused. Without Redis all pass.

    Raises `ChatError` (`rate_limited`).
    """
    if not within_limit(what=what, who=by.pk, a_minute=a_minute):
        raise ChatError(ErrorCode.RATE_LIMITED, retry_after=until_next(MINUTE))
