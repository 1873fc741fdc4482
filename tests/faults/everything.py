"""All that people and moderators can do at once, drawn by lot: each act is one action."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.actions import comments, follows, hiding, notifications, posts, profile, registration
from accounts.actions.indexing import COMMENTS, PEOPLE, POSTS
from accounts.models import Comment, Post, User
from chat.actions import (
    direct,
    memberships,
    messages,
    moderation,
    people,
    receipts,
    reports,
    retention,
    rooms,
)
from chat.actions.indexing import MESSAGES
from chat.models import Message, MessageKind, Role, Room

RECENT = 40


@dataclass
class Lot:
    """Draws who does what to what. `staff` may do everything everywhere."""

    random: random.Random
    staff: User
    people: list[User]
    rooms: list[Room]

    def one(self) -> User:
        return self.random.choice(self.people)

    def last(self) -> User:
        """Somebody who comes and goes. The first always stays: an empty room has no owner."""
        return self.random.choice(self.people[1:])

    def room(self) -> int:
        return self.random.choice(self.rooms).pk

    def likely(self) -> bool:
        return self.random.random() < 0.7

    def place(self) -> int:
        return self.random.randrange(300)

    def said(self, room: int, most: int = 1) -> list[int]:
        texts = Message.objects.filter(room=room, kind=MessageKind.TEXT).order_by("-pk")
        found = list(texts.values_list("pk", flat=True)[:RECENT])
        return self.random.sample(found, min(most, len(found))) or [0]

    def written(self, kind: type[Model]) -> int:
        keys: list[int] = list(kind._default_manager.values_list("pk", flat=True))
        return self.random.choice(keys or [0])

    def words(self) -> str:
        return f"{self.random.random()} @{self.one().username} @{self.one().username}"


def say(lot: Lot) -> None:
    drafts = []
    for _ in range(lot.random.randint(1, 12)):
        room = lot.room()
        answered = lot.said(room)[0] if lot.likely() else None
        drafts.append(
            messages.draft_message(
                room=room,
                sender=lot.one().pk,
                text=lot.words(),
                client_id=f"{lot.random.random()}",
                reply_to=answered or None,
            )
        )
    for sent in messages.send_messages(drafts):
        assert not (isinstance(sent, Exception) and sent.code == "unavailable")


def staff(lot: Lot) -> User:
    return lot.staff


def on_a_message(act: Callable[..., object], **options: Any) -> Callable[[Lot], None]:
    def do(lot: Lot) -> None:
        room = lot.room()
        drawn = {name: draw(lot) for name, draw in options.items()}
        act(room=room, message_id=lot.said(room)[0], **drawn)

    return do


def in_a_room(act: Callable[..., object], **options: Any) -> Callable[[Lot], object]:
    return lambda lot: act(room=lot.room(), **{name: draw(lot) for name, draw in options.items()})


def moderate(act: Callable[..., object], **options: Any) -> Callable[[Lot], object]:
    return in_a_room(act, by=staff, reason=lambda _: "because", **options)


def delete_some(lot: Lot) -> None:
    room = lot.room()
    some = lot.said(room, most=9)
    messages.delete_messages(room=room, by=lot.staff, message_ids=some, reason="because")


def index_anew(lot: Lot) -> None:
    for kind in (MESSAGES, POSTS, COMMENTS, PEOPLE):
        list(kind.put_in(anew=True))


def suspend(lot: Lot) -> None:
    for act in (people.suspend_person, people.reinstate_person):
        act(by=lot.staff, user=lot.people[-1], reason="because")


def make_a_room(lot: Lot) -> None:
    again = f"{lot.random.randrange(3)}"
    rooms.create_room(owner=lot.one(), name=f"Room {again}", client_id=again)


def close_an_account(lot: Lot) -> None:
    """Of somebody who came a moment ago, and may own the room by now."""
    room, somebody = lot.room(), User.objects.create_user(f"brief-{lot.random.getrandbits(48):x}")
    memberships.join_room(room=room, user=somebody)
    if lot.likely():
        moderation.transfer_ownership(room=room, by=lot.staff, user=somebody, reason="because")
    registration.close_account(user=somebody)


def prune(lot: Lot) -> None:
    retention.prune_messages(room=lot.room())
    notifications.prune_notifications(before=timezone.now() - timedelta(seconds=2))


ACTS: dict[str, Callable[[Lot], object]] = {
    "say": say,
    "edit": on_a_message(messages.edit_message, user=Lot.one, text=Lot.words),
    "take back": on_a_message(messages.delete_message, user=Lot.one),
    "delete some": delete_some,
    "react": on_a_message(messages.react, user=Lot.one, emoji=lambda _: "👍", on=Lot.likely),
    "pin": on_a_message(messages.pin_message, user=staff, on=Lot.likely),
    "read": in_a_room(receipts.mark_read, user=Lot.one, sequence=Lot.place),
    "unread": in_a_room(receipts.mark_unread, user=Lot.one, sequence=Lot.place),
    "join": in_a_room(memberships.join_room, user=Lot.last),
    "leave": in_a_room(memberships.end_membership, user=Lot.last),
    "remove": moderate(moderation.remove_member, user=Lot.last),
    "ban": moderate(moderation.ban_member, user=Lot.last),
    "let back": moderate(moderation.unban_member, user=Lot.last),
    "mute": moderate(
        moderation.mute_member,
        user=Lot.one,
        until=lambda _: timezone.now() + timedelta(milliseconds=200),
    ),
    "appoint": moderate(
        moderation.set_role,
        user=Lot.one,
        role=lambda lot: lot.random.choice([Role.MEMBER, Role.MODERATOR]),
    ),
    "hand on": moderate(moderation.transfer_ownership, user=Lot.one),
    "close": moderate(moderation.close_room),
    "reopen": moderate(moderation.reopen_room),
    "report": on_a_message(reports.report_message, by=Lot.one, reason=lambda _: "because"),
    "settle": on_a_message(
        reports.settle_reports, by=staff, resolution=lambda _: "done", delete=Lot.likely
    ),
    "prune": prune,
    "index anew": index_anew,
    "write to": lambda lot: direct.start_direct_room(by=lot.one(), user=lot.one()),
    "suspend": suspend,
    "make a room": make_a_room,
    "close an account": close_an_account,
    "post": lambda lot: posts.write_post(author=lot.one(), text=lot.words()),
    "edit a post": lambda lot: posts.edit_post(
        post_id=lot.written(Post), by=lot.one(), text=lot.words()
    ),
    "delete a post": lambda lot: posts.delete_post(post_id=lot.written(Post), by=lot.one()),
    "comment": lambda lot: comments.write_comment(
        post_id=lot.written(Post), author=lot.one(), text=lot.words()
    ),
    "delete a comment": lambda lot: comments.delete_comment(
        comment_id=lot.written(Comment), by=lot.one()
    ),
    "hide": lambda lot: hiding.hide(
        lot.random.choice(Post.objects.all() or [Post()]), by=lot.staff, reason="because"
    ),
    "read what others did": lambda lot: notifications.mark_all_read(
        recipient=lot.one(), newest=2**60
    ),
    "follow": lambda lot: follows.follow(follower=lot.one(), followed=lot.one()),
    "unfollow": lambda lot: follows.unfollow(follower=lot.one(), followed=lot.one()),
    "rename": lambda lot: profile.rename(user=lot.one(), first_name=f"{lot.random.random()}"[:9]),
}
