"""What waits for somebody: counted exactly, and read once for all devices."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.comments import delete_comment
from accounts.actions.follows import follow, unfollow
from accounts.actions.notifications import mark_all_read, mark_read, prune_notifications
from accounts.actions.posts import delete_post
from accounts.models import Comment, Notification, User
from accounts.queries.notifications import notifications_of, unread_count, unread_counts
from accounts.signals import notifications_changed
from tests.factories import make_user
from tests.together import together

from .publishing import comment, post, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def changed() -> Any:
    """The people whose count was said to have changed, act by act."""
    heard: list[tuple[int, ...]] = []

    def listen(*, user_ids: tuple[int, ...], **_: Any) -> None:
        heard.append(user_ids)

    notifications_changed.connect(listen)
    yield heard
    notifications_changed.disconnect(listen)


def test_every_act_that_changes_a_count_says_whose(
    alice: User, bob: User, committed: Any, changed: list[Any]
) -> None:
    with committed():
        follow(follower=bob, followed=alice)
        unfollow(follower=bob, followed=alice)
        stored = post(alice, "@bob")
        said = comment(stored, bob)
        delete_comment(comment_id=said.pk, by=bob)
        delete_post(post_id=stored.pk, by=alice)
    a, b = (alice.pk,), (bob.pk,)
    assert changed == [a, a, b, a, a, b]


def test_reading_says_so_once(alice: User, bob: User, committed: Any, changed: list[Any]) -> None:
    follow(follower=bob, followed=alice)
    row = Notification.objects.get()
    with committed():
        mark_read(recipient=alice, notification_id=row.pk)
        mark_read(recipient=alice, notification_id=row.pk)
        mark_all_read(recipient=alice, newest=row.pk)
    assert changed == [(alice.pk,)]
    assert unread_count(alice) == 0


def test_nobody_reads_for_others(alice: User, bob: User) -> None:
    follow(follower=bob, followed=alice)
    mark_read(recipient=bob, notification_id=Notification.objects.get().pk)
    mark_all_read(recipient=bob, newest=Notification.objects.get().pk)
    assert unread_count(alice) == 1


def test_marking_all_read_leaves_what_was_not_seen_yet(alice: User, bob: User, carol: User) -> None:
    follow(follower=bob, followed=alice)
    newest_seen = Notification.objects.get().pk
    follow(follower=carol, followed=alice)
    mark_all_read(recipient=alice, newest=newest_seen)
    assert told(alice) == [("follow", "carol")]


def test_counts_of_many_people_are_one_query(
    alice: User, bob: User, carol: User, django_assert_num_queries: Any
) -> None:
    for follower in (alice, carol):
        follow(follower=follower, followed=bob)
    follow(follower=bob, followed=alice)
    with django_assert_num_queries(1):
        counts = unread_counts([alice.pk, bob.pk, carol.pk])
    assert counts == {alice.pk: 1, bob.pk: 2, carol.pk: 0}


def test_the_newest_comes_first(alice: User, bob: User, carol: User) -> None:
    for follower in (bob, carol):
        follow(follower=follower, followed=alice)
    assert [row.actor for row in notifications_of(alice).items] == [carol, bob]


def test_what_was_told_long_ago_is_forgotten(
    alice: User, bob: User, carol: User, committed: Any, changed: list[Any], settings: Any
) -> None:
    for follower in (bob, carol):
        follow(follower=follower, followed=alice)
    settings.NOTIFICATIONS_KEPT = 90
    long_ago = timezone.now() - timedelta(days=91)
    Notification.objects.filter(actor=bob).update(created_at=long_ago)
    with committed():
        call_command("prune_notifications", verbosity=0, stdout=StringIO())
    assert told(alice) == [("follow", "carol")]
    assert changed == [(alice.pk,)]


@pytest.mark.django_db(transaction=True)
def test_the_count_stays_exact_while_people_follow_and_one_reads(alice: User) -> None:
    others = [make_user() for _ in range(8)]
    follow(follower=others[0], followed=alice)
    seen = Notification.objects.get().pk
    together(
        *[partial(follow, follower=other, followed=alice) for other in others[1:]],
        partial(mark_all_read, recipient=alice, newest=seen),
    )
    assert unread_count(alice) == len(told(alice)) == 7


@pytest.mark.postgres_only  # SQLite locks no rows
@pytest.mark.parametrize("way", ["read", "post deleted", "comment deleted", "pruned"])
def test_several_are_locked_in_the_order_of_their_keys(way: str, alice: User, bob: User) -> None:
    """So that no two who change the same ones wait for each other."""
    written = post(alice, "Hello @bob")
    said = comment(written, bob, "Hello @alice")
    newest = Notification.objects.latest("pk").pk
    acts: dict[str, Callable[[], object]] = {
        "read": partial(mark_all_read, recipient=alice, newest=newest),
        "post deleted": partial(delete_post, post_id=written.pk, by=alice),
        "comment deleted": partial(delete_comment, comment_id=said.pk, by=bob),
        "pruned": partial(prune_notifications, before=timezone.now()),
    }
    with CaptureQueriesContext(connection) as queries:
        acts[way]()
    kinds = [Notification, *([Comment] if "deleted" in way else [])]
    for table in (kind._meta.db_table for kind in kinds):
        about = [query["sql"] for query in queries if f'"{table}"' in query["sql"]]
        holding = [place for place, sql in enumerate(about) if is_holding(sql, table)]
        changing = [place for place, sql in enumerate(about) if sql.startswith(("UPD", "DEL"))]
        assert len(holding) == 1
        assert min(changing) > holding[0]


def is_holding(sql: str, table: str) -> bool:
    return "ORDER BY" in sql and sql.endswith(f'FOR UPDATE OF "{table}"')
