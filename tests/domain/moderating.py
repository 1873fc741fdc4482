"""Who moderates whom: every act, somebody of every sort, and time that passes at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.utils import timezone as clock

from accounts.models import User
from chat.actions import moderation
from chat.errors import ChatError
from chat.models import (
    Ban,
    Invitation,
    Membership,
    Message,
    ModerationAct,
    ModerationEntry,
    Report,
    Role,
    Room,
    RoomHead,
    RoomKind,
)
from tests.factories import make_room, make_user

from .telling import refusal

WHY = "spam, three times"
Act = Callable[[int, User, User], object]


def tomorrow() -> datetime:
    return clock.now() + timedelta(days=1)


# Every act on a person: the room (its key), who acts, on whom.
ON_PEOPLE: dict[ModerationAct, Act] = {
    ModerationAct.REMOVE: lambda room, by, user: moderation.remove_member(
        room=room, by=by, user=user, reason=WHY
    ),
    ModerationAct.BAN: lambda room, by, user: moderation.ban_member(
        room=room, by=by, user=user, reason=WHY
    ),
    ModerationAct.MUTE: lambda room, by, user: moderation.mute_member(
        room=room, by=by, user=user, until=tomorrow(), reason=WHY
    ),
    ModerationAct.UNMUTE: lambda room, by, user: moderation.unmute_member(
        room=room, by=by, user=user, reason=WHY
    ),
    ModerationAct.SET_ROLE: lambda room, by, user: moderation.set_role(
        room=room, by=by, user=user, role=Role.MODERATOR, reason=WHY
    ),
    ModerationAct.TRANSFER: lambda room, by, user: moderation.transfer_ownership(
        room=room, by=by, user=user, reason=WHY
    ),
    ModerationAct.UNBAN: lambda room, by, user: moderation.unban_member(
        room=room, by=by, user=user, reason=WHY
    ),
}
# And on the room itself.
ON_ROOMS: dict[ModerationAct, Act] = {
    ModerationAct.SLOW_MODE: lambda room, by, user: moderation.set_slow_mode(
        room=room, by=by, seconds=30, reason=WHY
    ),
    ModerationAct.CLOSE: lambda room, by, user: moderation.close_room(room=room, by=by, reason=WHY),
    ModerationAct.REOPEN: lambda room, by, user: moderation.reopen_room(
        room=room, by=by, reason=WHY
    ),
}
EVERY = ON_PEOPLE | ON_ROOMS
OWNERS_ONLY = {
    ModerationAct.SET_ROLE,
    ModerationAct.TRANSFER,
    ModerationAct.CLOSE,
    ModerationAct.REOPEN,
}
# What the room's members hear of: these take a number.
NUMBERED = {
    ModerationAct.REMOVE,
    ModerationAct.BAN,
    ModerationAct.SLOW_MODE,
    ModerationAct.CLOSE,
    ModerationAct.REOPEN,
}
each_act = pytest.mark.parametrize("act", EVERY)
each_kind = pytest.mark.parametrize("kind", [RoomKind.PUBLIC, RoomKind.PRIVATE])


def appoint(room: Room, user: User) -> User:
    Membership.objects.filter(room=room, user=user).update(role=Role.MODERATOR)
    return user


def entrust(user: User) -> User:
    """Let `user` moderate all rooms."""
    user.user_permissions.add(Permission.objects.get(codename="moderate_rooms"))
    return User.objects.get(pk=user.pk)


class Scene:
    """A room with somebody of every sort, inside and outside."""

    def __init__(self, kind: RoomKind = RoomKind.PUBLIC) -> None:
        members = [make_user() for _ in range(5)]
        self.owner, self.moderator, self.moderator2, self.member, self.member2 = members
        self.room = make_room(*members, kind=kind)
        appoint(self.room, self.moderator)
        appoint(self.room, self.moderator2)
        self.stranger = make_user()
        self.neighbour = make_user()  # owns another room
        make_room(self.neighbour, self.owner, self.member, name="Elsewhere")
        self.staff = entrust(make_user(is_staff=True))
        self.mere_staff = make_user(is_staff=True)
        self.superuser = make_user(is_staff=True, is_superuser=True)

    def person(self, name: str) -> User:
        user = getattr(self, name)
        assert isinstance(user, User)
        return user

    def ready_for(self, act: ModerationAct, subject: User) -> None:
        """Make `act` a change."""
        if act is ModerationAct.UNMUTE:
            members = Membership.objects.filter(room=self.room, user=subject)
            members.update(muted_until=tomorrow())
        elif act is ModerationAct.UNBAN:
            Membership.objects.filter(room=self.room, user=subject).delete()
            Ban.objects.create(room=self.room, user=subject)
        elif act is ModerationAct.REOPEN:
            Room.objects.filter(pk=self.room.pk).update(closed_at=clock.now())


def everything() -> list[list[Any]]:
    """All that acts can change."""
    kinds: list[type[Model]] = [Room, RoomHead, Membership, Ban, Invitation, Message, Report]
    kinds.append(ModerationEntry)
    return [list(kind._default_manager.order_by("pk").values()) for kind in kinds]


def refused(act: ModerationAct, room: Room, by: User, on: User) -> ChatError:
    """Why `act` is refused; it has changed nothing."""
    before = everything()
    error = refusal(lambda: EVERY[act](room.pk, by, on))
    assert everything() == before
    return error


def mute(room: Room, by: User, user: User, seconds: float) -> None:
    until = clock.now() + timedelta(seconds=seconds)
    moderation.mute_member(room=room.pk, by=by, user=user, until=until, reason=WHY)


def after_commit_of(capture: Any, act: Callable[[], object]) -> None:
    with capture(execute=True):
        act()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let seconds pass at once."""
    start = clock.now()

    def pass_by(seconds: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=seconds))

    pass_by(0)
    return pass_by
