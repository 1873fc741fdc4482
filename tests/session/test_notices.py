"""Notifications and posts on live sessions: exact numbers on all devices, whatever is lost."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from accounts.actions.comments import write_comment
from accounts.actions.follows import follow, unfollow
from accounts.actions.hiding import hide
from accounts.actions.notifications import mark_all_read
from accounts.actions.posts import delete_post, edit_post, write_post
from accounts.models import Notification, Post, User
from accounts.queries.notifications import unread_count
from chat import reads
from chat.threads import in_thread
from tests.domain.publishing import make_moderator
from tests.factories import make_user
from tests.harness.correspondent import PATIENCE

from .house import House, until

pytestmark = pytest.mark.django_db(transaction=True)


async def test_the_welcome_says_how_much_waits(house: House, alice: User, bob: User) -> None:
    await in_thread(partial(follow, follower=bob, followed=alice))
    talker = await house.visit(alice)
    assert talker.heard("welcome")[0]["notifications"] == 1


async def test_all_of_a_persons_sessions_hear_the_number_and_nobody_else(
    house: House, alice: User, bob: User
) -> None:
    first, second, other = [await house.visit(user) for user in (alice, alice, bob)]
    await in_thread(partial(follow, follower=bob, followed=alice))
    for talker in (first, second):
        assert await talker.hears("notifications") == [{"unread": 1}]
    newest = await in_thread(lambda: Notification.objects.get().pk)
    await in_thread(partial(mark_all_read, recipient=alice, newest=newest))
    for talker in (first, second):
        assert (await talker.hears("notifications", 2))[-1] == {"unread": 0}
    assert other.heard("notifications") == []


async def test_the_last_number_heard_is_true_however_much_happens_at_once(
    house: House, alice: User
) -> None:
    talker = await house.visit(alice)
    others = await in_thread(lambda: [make_user() for _ in range(12)])
    acts = [partial(follow, follower=other, followed=alice) for other in others]
    await asyncio.gather(*[in_thread(act) for act in acts])
    await asyncio.gather(
        *[in_thread(partial(unfollow, follower=other, followed=alice)) for other in others[::2]]
    )
    await until(lambda: talker.heard("notifications")[-1:] == [{"unread": 6}])
    assert await in_thread(partial(unread_count, alice)) == 6


async def test_what_happens_while_one_is_greeted_is_not_missed(
    house: House, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted for the welcome, then somebody follows, then the welcome goes out."""
    from chat import welcoming

    def counts_too_early(user: User) -> int:
        counted = unread_count(user)
        follow(follower=bob, followed=alice)
        return counted

    monkeypatch.setattr(welcoming, "unread_count", counts_too_early)
    # What is announced reaches the hub at once, before the thread that greets comes back.
    talker = await house.visit(alice)
    await until(lambda: talker.frames[-1]["event"] == "notifications")
    assert talker.frames[-1]["data"] == {"unread": 1}
    assert talker.heard("welcome")[0]["notifications"] == 0


async def test_the_periodic_check_finds_what_was_not_heard(
    deaf_house: House, alice: User, bob: User
) -> None:
    talker = await deaf_house.visit(alice)
    await in_thread(partial(follow, follower=bob, followed=alice))
    assert talker.heard("notifications") == []
    await deaf_house.hub.checks.access()
    assert await talker.hears("notifications") == [{"unread": 1}]
    await deaf_house.hub.checks.access()
    await deaf_house.hub.checks.access()
    assert talker.heard("notifications") == [{"unread": 1}], "told only what was not told"


async def test_a_count_that_fails_is_made_good_by_the_check(
    house: House, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker = await house.visit(alice)
    count, failed = reads.unread_notifications, asyncio.Event()

    async def fails(users: Any) -> dict[int, int]:
        failed.set()
        raise OSError

    monkeypatch.setattr(reads, "unread_notifications", fails)
    await in_thread(partial(follow, follower=bob, followed=alice))
    await asyncio.wait_for(failed.wait(), PATIENCE)
    monkeypatch.setattr(reads, "unread_notifications", count)
    await house.hub.checks.access()
    assert await talker.hears("notifications") == [{"unread": 1}]


async def test_everybody_hears_of_posts_and_of_what_becomes_of_them(
    house: House, alice: User, bob: User
) -> None:
    talker, moderator = await house.visit(bob), await in_thread(make_moderator)
    post: Post = await in_thread(partial(write_post, author=alice, text="Hi"))
    comment = await in_thread(partial(write_comment, post_id=post.pk, author=bob, text="Ho"))
    await in_thread(partial(edit_post, post_id=post.pk, by=alice, text="Hello"))
    await in_thread(partial(hide, comment, by=moderator, reason="rude"))
    await in_thread(partial(delete_post, post_id=post.pk, by=alice))
    assert await talker.hears("feed_changed") == [{"post_id": post.pk, "username": "alice"}]
    assert await talker.hears("post_changed", 4) == [
        {"post_id": post.pk, "comment_id": comment.pk},
        {"post_id": post.pk},
        {"post_id": post.pk, "comment_id": comment.pk},
        {"post_id": post.pk, "gone": True},
    ]
