"""People: finding them, and how they stand to who asks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from accounts.errors import AccountsError, Refusal
from accounts.models import Follow, Picture, Post, User
from accounts.paging import NEWEST_FIRST, Page, page

from .counting import upto

PEOPLE_A_PAGE = 50
FOUND_AT_MOST = 100
NEAR = 5


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A person, and how they and who asks stand to each other."""

    person: User
    is_followed: bool
    follows_you: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person's page tells; numbers are counted up to `COUNTED_UP_TO`."""

    person: User
    is_followed: bool
    follows_you: bool
    followers: int
    following: int
    posts: int


def person_called(username: str) -> User:
    """The person of that name in any case. Raises `AccountsError` (`not_found`)."""
    try:
        return User.objects.get_by_natural_key(username)
    except User.DoesNotExist:
        raise AccountsError(Refusal.NOT_FOUND) from None


def person_by_id(user_id: int) -> User:
    """The active person with that id. Raises `AccountsError` (`not_found`)."""
    found = User.objects.filter(pk=user_id, is_active=True).first()
    if found is None:
        raise AccountsError(Refusal.NOT_FOUND)
    return found


def people_called(names: Collection[str]) -> list[User]:
    """Those of `names`, in any case, that are active people's."""
    if not names:
        return []
    named = User.objects.filter(is_active=True).alias(upper=Upper("username"))
    return list(named.filter(upper__in=[name.upper() for name in names]).order_by("username"))


def profile_of(person: User, *, reader: User) -> Profile:
    """What `reader` sees on the person's page."""
    ties = acquainted([person], reader=reader)[0]
    return Profile(
        person,
        is_followed=ties.is_followed,
        follows_you=ties.follows_you,
        followers=upto(Follow.objects.filter(followed=person)),
        following=upto(Follow.objects.filter(follower=person)),
        posts=upto(Post.objects.filter(author=person)),
    )


def acquainted(people: Sequence[User], *, reader: User) -> list[Acquaintance]:
    """`people` and how they stand to `reader`: two queries for all."""
    followed = set(
        Follow.objects.filter(follower=reader, followed__in=people).values_list(
            "followed_id", flat=True
        )
    )
    followers = set(
        Follow.objects.filter(followed=reader, follower__in=people).values_list(
            "follower_id", flat=True
        )
    )
    return [Acquaintance(who, who.pk in followed, who.pk in followers) for who in people]


def directory(*, reader: User, cursor: str | None = None) -> Page[Acquaintance]:
    """Everybody who is active, by name. Raises `BadCursor`."""
    people = User.objects.filter(is_active=True)
    found = page(people, cursor=cursor, size=PEOPLE_A_PAGE, order=("username",))
    return found.of(lambda rows: acquainted(rows, reader=reader))


def people_matching(words: str, *, reader: User) -> list[Acquaintance]:
    """Up to `FOUND_AT_MOST` active people one of whose names begins with `words`, by name."""
    beginning = " ".join(words.replace("\0", "").split())
    if not beginning:
        return []
    first, _, last = beginning.partition(" ")
    full_name = Q(first_name__istartswith=first, last_name__istartswith=last)
    choices = [
        Q(username__istartswith=beginning),
        Q(first_name__istartswith=beginning),
        Q(last_name__istartswith=beginning),
        *([full_name] if last else []),
    ]
    # One by one, since each is served by an index of its own; together none would be.
    keys = {key for choice in choices for key in _first(choice)}
    found = User.objects.filter(pk__in=keys).order_by("username")[:FOUND_AT_MOST]
    return acquainted(list(found), reader=reader)


def _first(condition: Q) -> QuerySet[User, int]:
    active = User.objects.filter(condition, is_active=True).order_by()
    return active.values_list("pk", flat=True)[:FOUND_AT_MOST]


def followers_of(person: User, *, reader: User, cursor: str | None = None) -> Page[Acquaintance]:
    """Who follows the person, the newest first. Raises `BadCursor`."""
    rows = Follow.objects.filter(followed=person, follower__is_active=True)
    found = page(rows.select_related("follower"), cursor=cursor, size=PEOPLE_A_PAGE)
    return found.of(lambda rows: acquainted([row.follower for row in rows], reader=reader))


def followed_by(person: User, *, reader: User, cursor: str | None = None) -> Page[Acquaintance]:
    """Whom the person follows, the newest first. Raises `BadCursor`."""
    rows = Follow.objects.filter(follower=person, followed__is_active=True)
    found = page(rows.select_related("followed"), cursor=cursor, size=PEOPLE_A_PAGE)
    return found.of(lambda rows: acquainted([row.followed for row in rows], reader=reader))


def people_near(reader: User) -> list[Acquaintance]:
    """A few people beside the feed: who follows `reader` and is not followed yet, then whom
    `reader` follows; of both the newest.
    """
    followers = Follow.objects.filter(followed=reader, follower__is_active=True)
    followed = Follow.objects.filter(follower=reader, followed__is_active=True)
    newest_followers = followers.select_related("follower").order_by(*NEWEST_FIRST)[:NEAR]
    newest_followed = followed.select_related("followed").order_by(*NEWEST_FIRST)[:NEAR]
    people = [row.follower for row in newest_followers] + [row.followed for row in newest_followed]
    near = acquainted(list(dict.fromkeys(people)), reader=reader)
    return sorted(near, key=lambda row: row.is_followed)[:NEAR]


def picture_of(*, username: str, name: str) -> Picture | None:
    """The person's picture, if it is the one that is called `name`."""
    return Picture.objects.filter(user__username=username, user__picture=name).first()


def avatar_of(username: str) -> str:
    """The address of the small picture that who is called so has now; nobody's is the drawn one."""
    person = User.objects.only("username", "picture").filter(username=username).first()
    return (person or User(username=username)).avatar_url
