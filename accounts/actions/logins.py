"""The browsers that people are logged in with: noting them, and ending them one by one."""

from django.db import transaction
from django.utils import timezone

from accounts.actions.access import end_session
from accounts.actions.visits import SEEN_AGAIN_AFTER
from accounts.identity import live_sessions
from accounts.models import Login, User
from accounts.models.logins import USER_AGENT_LIMIT
from accounts.queries.logins import logins_of


def note_login(*, user: User, session_key: str, address: str | None, user_agent: str) -> None:
    """Note that `user` is using this session, from `address`, with a browser that calls itself
    `user_agent`. A row is written at most once a minute, however many processes see it.
    """
    now = timezone.now()
    seen = {
        "user": user,
        "access_version": user.access_version,
        "address": address,
        "user_agent": user_agent.replace("\0", "")[:USER_AGENT_LIMIT],
        "last_used": now,
    }
    known = Login.objects.filter(session_key=session_key)
    stale = known.filter(last_used__lt=now - SEEN_AGAIN_AFTER)
    if not stale.update(**seen) and not known.exists():
        fresh = Login(session_key=session_key, created_at=now, **seen)
        Login.objects.bulk_create([fresh], ignore_conflicts=True)  # another process was quicker
        forget_ended_logins(user=user)


def forget_ended_logins(*, user: User) -> None:
    """Remove what is left of sessions of `user` that expired, or that nobody said had ended."""
    standing = live_sessions().values("session_key")
    Login.objects.filter(user=user).exclude(session_key__in=standing).delete()


@transaction.atomic
def end_login(*, user: User, login_id: int) -> bool:
    """End one of the sessions of `user`; say whether it was one that still stood."""
    login = logins_of(user=user).filter(pk=login_id).first()
    if login is None:
        return False
    end_session(user=user, session_key=login.session_key)
    return True


@transaction.atomic
def end_other_logins(*, user: User, session_key: str | None) -> int:
    """End every session of `user` but this one, and say how many those were."""
    others = list(logins_of(user=user).exclude(session_key=session_key or ""))
    for login in others:
        end_session(user=user, session_key=login.session_key)
    return len(others)
