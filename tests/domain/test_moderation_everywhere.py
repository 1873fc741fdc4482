"""What staff do to a person everywhere, not in one room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest

from accounts.models import User
from chat.actions import people
from chat.errors import ErrorCode
from chat.models import (
    ModerationAct,
    ModerationEntry,
    Room,
)

from .moderating import WHY, Scene, after_commit_of, mute
from .telling import refusal, say

pytestmark = pytest.mark.django_db


# People, everywhere

ON_ACCOUNTS: dict[ModerationAct, Callable[..., None]] = {
    ModerationAct.SUSPEND: people.suspend_person,
    ModerationAct.REINSTATE: people.reinstate_person,
    ModerationAct.END_SESSIONS: people.end_sessions,
}


def facts_of(user: User) -> tuple[bool, int]:
    fresh = User.objects.get(pk=user.pk)
    return fresh.is_active, fresh.access_version


def prepare(act: ModerationAct, user: User) -> User:
    if act is ModerationAct.REINSTATE:
        User.objects.filter(pk=user.pk).update(is_active=False)
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("act", ON_ACCOUNTS)
@pytest.mark.parametrize("actor", ["staff", "superuser"])
def test_staff_act_on_people_everywhere_and_it_is_logged_once(
    act: ModerationAct, actor: str
) -> None:
    scene = Scene()
    user = prepare(act, scene.member)
    by = scene.person(actor)
    ON_ACCOUNTS[act](by=by, user=user, reason=WHY)
    [entry] = ModerationEntry.objects.all()
    assert (entry.act, entry.actor, entry.subject) == (act, by, user)
    assert (entry.reason, entry.room) == (WHY, None)
    ON_ACCOUNTS[act](by=by, user=user, reason=WHY)
    repeatable = act is ModerationAct.END_SESSIONS
    assert ModerationEntry.objects.count() == 1 + repeatable


@pytest.mark.parametrize("act", ON_ACCOUNTS)
@pytest.mark.parametrize(
    ("actor", "subject"),
    [
        ("owner", "member"),
        ("mere_staff", "member"),
        ("staff", "staff"),
        ("superuser", "superuser"),
        ("staff", "superuser"),
    ],
)
def test_nobody_else_acts_on_people_everywhere(
    act: ModerationAct, actor: str, subject: str
) -> None:
    scene = Scene()
    user = scene.person(subject)
    by = scene.person(actor)
    facts = facts_of(user)
    assert refusal(ON_ACCOUNTS[act], by=by, user=user, reason=WHY).code is ErrorCode.NOT_ALLOWED
    assert facts_of(user) == facts
    assert not ModerationEntry.objects.exists()


def test_a_suspension_ends_every_login_and_holds_until_reinstated(
    heard: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    scene = Scene()
    version = scene.member.access_version
    after_commit_of(
        django_capture_on_commit_callbacks,
        lambda: people.suspend_person(by=scene.staff, user=scene.member, reason=WHY),
    )
    assert facts_of(scene.member) == (False, version + 1)
    [told_of] = heard
    assert (told_of["user_id"], told_of["reason"]) == (scene.member.pk, "deactivated")
    assert (told_of["session_key"], told_of["token_digest"]) == (None, None)
    assert refusal(say, room=scene.room, sender=scene.member).code is ErrorCode.NOT_A_MEMBER
    people.reinstate_person(by=scene.staff, user=User.objects.get(pk=scene.member.pk), reason=WHY)
    say(scene.room, scene.member)


def test_utc_is_what_the_log_keeps(room: Room, alice: User, bob: User) -> None:
    mute(room, alice, bob, 60)
    assert ModerationEntry.objects.get().created_at.tzinfo == UTC
