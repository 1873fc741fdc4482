"""What the demo's team published: who follows whom, posts, comments, and what they were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from accounts.actions.profile import describe
from accounts.actions.texts import read_text
from accounts.models import (
    Comment,
    CommentWords,
    Follow,
    Notification,
    NotificationKind,
    Post,
    PostWords,
    User,
)

LONGEST = 10_000
# Who follows whom, and how many days ago that began.
FOLLOWS = (
    ("alice", "bob", 40),
    ("bob", "alice", 38),
    ("carol", "alice", 12),
    ("carol", "bob", 12),
    ("bob", "carol", 6),
)
ABOUT = {
    "alice": "Makes Parley with bob. Collects words for buttons.",
    "bob": "Keeps the sockets honest. Measures twice, posts once.",
    "carol": "Draws what alice and bob build. Tea before ten.",
}
# What somebody has read was told longer ago than this.
READ_AFTER = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post, how long ago it was written, and its comments: who, how much later, what."""

    author: str
    ago: timedelta
    text: str
    comments: tuple[tuple[str, timedelta, str], ...] = ()


MINUTES, HOURS, DAYS = (timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))

POSTS = (
    DemoPost(
        "bob",
        9 * DAYS,
        "Read receipts are a promise too. Ours is made when the line was on your screen, not when "
        "the tab was.",
    ),
    DemoPost(
        "bob",
        4 * DAYS,
        "If your reconnect has no jitter, your outage has an echo.",
        (
            ("alice", 20 * MINUTES, "Can I have that on a cup?"),
            ("carol", 50 * MINUTES, "I will draw the cup."),
            ("bob", 65 * MINUTES, "@carol with *full jitter*, please. Half is only half a cup."),
        ),
    ),
    DemoPost(
        "alice",
        3 * DAYS,
        "Small thing, large joy: **two tabs are one presence**. Closing one no longer makes me "
        "leave.",
        (("bob", 2 * HOURS, "Took three tries. Worth four."),),
    ),
    DemoPost(
        "carol",
        26 * HOURS,
        "What I learned drawing states:\n\n"
        "1. A colour alone says nothing. A *shape* says it to everybody.\n"
        "2. What is on its way is dashed, what is stored is solid. People understand that without "
        "being told.\n"
        "3. Nothing may jump. Late things wait for their place.\n\n"
        "> Say what is true.\n\n"
        "@alice this should be the first page of the design notes.",
        (("alice", 30 * MINUTES, "It is now. Thank you."),),
    ),
    DemoPost(
        "bob",
        2 * HOURS,
        "How often is a message stored that was sent ten times over a bad line?\n\n"
        "```\n"
        "$ pytest tests/faults -q\n"
        "acknowledged  1,000\n"
        "stored        1,000\n"
        "```\n\n"
        "Once. The line may be bad, the count is not.",
        (
            ("carol", 8 * MINUTES, "I believe it when the tea is ready. It is ready."),
            ("alice", 15 * MINUTES, "Can this go into the release notes, @bob?"),
        ),
    ),
    DemoPost(
        "carol",
        25 * MINUTES,
        "The new pictures for the release are in *design*. Look at them on a phone, @alice and "
        "@bob, and in the dark.",
        (("bob", 12 * MINUTES, "That is the whole feature in one picture."),),
    ),
)


def publish(people: dict[str, User]) -> None:
    """Store all of it as rows, at their times; within a transaction of the caller."""
    now = timezone.now()
    for name, words in ABOUT.items():
        describe(user=people[name], about_me=words)
    for follower, followed, days in FOLLOWS:
        _follow(people[follower], people[followed], now - days * DAYS)
    for plan in POSTS:
        _post(plan, people, now)


def _follow(follower: User, followed: User, at: datetime) -> None:
    row = Follow.objects.create(follower=follower, followed=followed)
    Follow.objects.filter(pk=row.pk).update(created_at=at)
    _tell([followed], NotificationKind.FOLLOW, at, actor=follower)


def _post(plan: DemoPost, people: dict[str, User], now: datetime) -> None:
    at = now - plan.ago
    text = read_text(plan.text, limit=LONGEST)
    post = Post(author=people[plan.author], created_at=at)
    text.put_on(post)
    post.save()
    PostWords.objects.add([post])
    _tell(text.mentioned, NotificationKind.MENTION, at, actor=post.author, post=post)
    for name, later, words in plan.comments:
        _comment(post, people[name], words, at + later)


def _comment(post: Post, author: User, words: str, at: datetime) -> None:
    text = read_text(words, limit=LONGEST)
    comment = Comment(post=post, author=author, created_at=at)
    text.put_on(comment)
    comment.save()
    CommentWords.objects.add([comment])
    tell = partial(_tell, actor=author, post=post, comment=comment)
    tell([post.author], NotificationKind.COMMENT, at)
    others = [person for person in text.mentioned if person != post.author]
    tell(others, NotificationKind.MENTION, at)


def _tell(
    people: list[User],
    kind: NotificationKind,
    at: datetime,
    *,
    actor: User,
    post: Post | None = None,
    comment: Comment | None = None,
) -> None:
    """What they were told; the older part of it they have read."""
    read_at = at + HOURS if timezone.now() - at > READ_AFTER else None
    for person in people:
        if person != actor:
            row = Notification.objects.create(
                recipient=person, kind=kind, actor=actor, post=post, comment=comment
            )
            Notification.objects.filter(pk=row.pk).update(created_at=at, read_at=read_at)
