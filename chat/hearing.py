"""What a hub does with each thing it hears, from its own process or over the bus."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings

from .bus_items import (
    AccessEnded,
    Arrived,
    Beat,
    BusItem,
    Change,
    Departed,
    Everybody,
    Head,
    MembershipBegan,
    MembershipChanged,
    NotificationsChanged,
    PersonNotice,
    ProfileChanged,
    Receipt,
    RoomNotice,
)
from .live_room import LiveRoom, read_system_message

if TYPE_CHECKING:
    from accounts.identity import Identity

    from .hub import Hub, HubSession

logger = logging.getLogger(__name__)


class Hearing:
    """Gives for one hub what happened to whom it concerns: rooms, sessions, the hub's parts."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._what_to_do = {
            Change: self._change,
            Head: self._head,
            Beat: self._beat,
            RoomNotice: self._room_notice,
            PersonNotice: self._person_notice,
            Everybody: self._everybody,
            AccessEnded: self._access_ended,
            Arrived: self._moved,
            Departed: self._moved,
            ProfileChanged: self._profile_changed,
            MembershipBegan: self._membership_began,
            MembershipChanged: self._membership_changed,
            Receipt: self._receipt,
            NotificationsChanged: self._notifications_changed,
        }

    def hear(self, items: Iterable[BusItem]) -> None:
        """Take in a batch in its order, then let the rooms that changed write to their sessions."""
        touched: set[LiveRoom] = set()
        for item in items:
            try:
                self._what_to_do[type(item)](item)  # type: ignore[operator]
            except Exception:
                # One that cannot be taken in keeps back none of the others.
                logger.exception("A %s could not be taken in", type(item).__name__)
            if type(item) is Change and (room := self._hub.rooms.get(item.room)):
                touched.add(room)
        for room in touched:
            room.audience.settle()

    # Rooms

    def _change(self, change: Change) -> None:
        self._hub.activity.moved(change.room, change.number)
        if change.removed:
            self._hub.checks.note_end(change.room, change.removed)
            self._note_end(change)
        if room := self._hub.rooms.get(change.room):
            room.hear(change)

    def _note_end(self, change: Change) -> None:
        """Let sessions know of a membership that ended where they have it not open."""
        about = read_system_message(change.body)
        for session in list(self._hub.sessions_of(change.removed)):
            if about.room_id not in session.rooms:
                session.end_membership(change.room, about.room_id, reason=about.act)

    def _head(self, head: Head) -> None:
        self._hub.activity.moved(head.room, head.number)
        if room := self._hub.rooms.get(head.room):
            room.hint(head, delay=0.0 if self._hub.bus.deaf else settings.CHAT_REPAIR_DELAY)

    def _beat(self, beat: Beat) -> None:
        for head in beat.heads:
            self._head(head)

    def _room_notice(self, notice: RoomNotice) -> None:
        if room := self._hub.rooms.get(notice.room):
            room.audience.notice(notice.frame, skip=notice.skip)

    def _receipt(self, receipt: Receipt) -> None:
        if room := self._hub.rooms.get(receipt.room):
            room.hear_receipt(receipt)

    def _moved(self, news: Arrived | Departed) -> None:
        self._hub.presence.hear(news)

    # People

    def _membership_began(self, began: MembershipBegan) -> None:
        self._begin_membership(began, self._hub.sessions_of(began.user))

    def find_membership(self, began: MembershipBegan) -> None:
        """Tell those of the person's sessions that did not hear of it."""
        for session in self._hub.sessions_of(began.user):
            session.unless_member(began.room, partial(self._begin_membership, began, [session]))

    def _begin_membership(self, began: MembershipBegan, sessions: Collection[HubSession]) -> None:
        for session in sessions:
            session.become_member({began.room: began.room_id}, companion=began.companion)
        self._hub.deliver(sessions, began.frame)

    def _membership_changed(self, changed: MembershipChanged) -> None:
        for session in self._hub.sessions_of(changed.user):
            session.muted_until[changed.room] = changed.muted_until
        self._hub.tell_person(changed.user, changed.frame)

    def _notifications_changed(self, changed: NotificationsChanged) -> None:
        if self._hub.sessions_of(changed.user):
            self._hub.notices.changed(changed.user)

    def _person_notice(self, notice: PersonNotice) -> None:
        self._hub.activity.overtaken(notice.user)
        self._hub.tell_person(notice.user, notice.frame, skip=notice.skip)

    def _profile_changed(self, changed: ProfileChanged) -> None:
        self._hub.renaming.changed(changed.user)

    def _access_ended(self, ended: AccessEnded) -> None:
        for session in list(self._hub.sessions_of(ended.user)):
            if _is_ended(session.identity, ended):
                session.end(reason=ended.reason)

    def _everybody(self, notice: Everybody) -> None:
        self._hub.deliver(self._hub.sessions, notice.frame)


def _is_ended(identity: Identity, ended: AccessEnded) -> bool:
    if ended.session_key:
        return identity.session_key == ended.session_key
    if ended.token_digest:
        return identity.token_digest == ended.token_digest
    # Who has logged in since then is not meant, however late this is heard.
    return not ended.version or identity.access_version < ended.version
