"""Following people, and who is told of it."""

import pytest

from accounts.actions.access import deactivate
from accounts.actions.follows import follow, unfollow
from accounts.actions.notifications import mark_read
from accounts.errors import Refusal
from accounts.models import Follow, Notification, User
from accounts.queries.people import followed_by, followers_of, profile_of
from tests.factories import make_user
from tests.together import together

from .publishing import refused, told

pytestmark = pytest.mark.django_db


def test_who_is_followed_hears_of_it_once(alice: User, bob: User) -> None:
    for _ in range(2):
        follow(follower=alice, followed=bob)
    assert Follow.objects.count() == 1
    assert told(bob) == [("follow", "alice")]
    assert told(alice) == []


def test_nobody_follows_themselves(alice: User) -> None:
    assert refused(follow, follower=alice, followed=alice) == Refusal.ONESELF
    assert not Follow.objects.exists()


def test_who_is_suspended_follows_nobody(alice: User, bob: User) -> None:
    deactivate(user=alice)
    assert refused(follow, follower=alice, followed=bob) == Refusal.NOT_ALLOWED


def test_a_page_tells_how_two_people_stand_to_each_other(alice: User, bob: User) -> None:
    follow(follower=alice, followed=bob)
    seen_by_alice, seen_by_bob = profile_of(bob, reader=alice), profile_of(alice, reader=bob)
    assert (seen_by_alice.is_followed, seen_by_alice.follows_you) == (True, False)
    assert (seen_by_bob.is_followed, seen_by_bob.follows_you) == (False, True)
    assert (seen_by_alice.followers, seen_by_alice.following) == (1, 0)
    assert (seen_by_bob.followers, seen_by_bob.following) == (0, 1)


def test_unfollowing_takes_back_what_was_not_read_yet(alice: User, bob: User, carol: User) -> None:
    for follower in (alice, carol):
        follow(follower=follower, followed=bob)
    read = Notification.objects.get(actor=carol)
    mark_read(recipient=bob, notification_id=read.pk)
    for follower in (alice, carol):
        unfollow(follower=follower, followed=bob)
        unfollow(follower=follower, followed=bob)
    assert not Follow.objects.exists()
    assert list(Notification.objects.filter(recipient=bob)) == [read]


def test_followers_are_listed_the_newest_first_without_the_suspended(
    alice: User, bob: User, carol: User
) -> None:
    suspended = make_user("sue")
    for follower in (bob, suspended, carol):
        follow(follower=follower, followed=alice)
    deactivate(user=suspended)
    follow(follower=alice, followed=bob)
    found = followers_of(alice, reader=alice).items
    assert [(row.person, row.is_followed, row.follows_you) for row in found] == [
        (carol, False, True),
        (bob, True, True),
    ]
    assert [row.person for row in followed_by(alice, reader=carol).items] == [bob]


@pytest.mark.django_db(transaction=True)
def test_following_ten_times_at_once_is_following_once(alice: User, bob: User) -> None:
    together(*[lambda: follow(follower=alice, followed=bob) for _ in range(10)])
    assert Follow.objects.count() == 1
    assert told(bob) == [("follow", "alice")]


@pytest.mark.django_db(transaction=True)
def test_following_and_unfollowing_at_once_leaves_no_half(alice: User, bob: User) -> None:
    together(
        *[lambda: follow(follower=alice, followed=bob) for _ in range(4)],
        *[lambda: unfollow(follower=alice, followed=bob) for _ in range(4)],
    )
    assert Notification.objects.count() == Follow.objects.count() <= 1
