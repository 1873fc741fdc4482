"""The demo's data: believable, and as sound as if people had written it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.db.models import F
from django.utils import timezone

from accounts import markdown
from accounts.models import Comment, Follow, Notification, NotificationKind, Post, User
from accounts.queries.addresses import must_confirm_email
from accounts.queries.notifications import notifications_of, unread_count
from accounts.queries.posts import comments_on, explore, feed
from chat import queries
from chat.demo import crowd, team
from chat.demo.crowd import Size, room_sizes, shares
from chat.demo.script import Verb, read_script
from chat.models import (
    DirectPair,
    Membership,
    Message,
    MessageKind,
    Reaction,
    Room,
    RoomKind,
    SystemAct,
)

pytestmark = pytest.mark.django_db


def faults_of(room: Room) -> Iterator[str]:
    """What is wrong with the room's rows, in words: nothing, if actions could have made them."""
    head = room.head
    head.refresh_from_db()
    rows = list(Message.objects.filter(room=room).order_by("sequence"))
    yield from number_faults(rows, last=head.last_sequence)
    for earlier, row in zip([None, *rows], rows, strict=False):
        yield from message_faults(row, earlier=earlier)
        yield from change_faults(row)
    yield from membership_faults(room, rows, last=head.last_sequence)


def number_faults(rows: list[Message], *, last: int) -> Iterator[str]:
    changes = [row.changed_sequence for row in rows]
    if len(set(changes)) < len(changes):
        yield "two messages carry the number of one change"
    taken = {row.sequence for row in rows} | set(changes)
    if not taken or max(taken) != last:
        yield f"the numbers do not end at the head {last}"
    # What was reacted to changes again and again; nothing else takes a number that does not stay.
    reactions = Reaction.objects.filter(message__in=rows).count()
    if len(set(range(1, last + 1)) - taken) > reactions:
        yield "the numbers have gaps"


def message_faults(row: Message, *, earlier: Message | None) -> Iterator[str]:
    if not row.sequence <= row.text_changed_sequence <= row.changed_sequence:
        yield f"{row} changed before it was there"
    if row.kind == MessageKind.TEXT and not (row.text or row.deleted_at):
        yield f"{row} says nothing"
    if row.reply_to is not None and (
        row.reply_to.room_id != row.room_id or row.reply_to.sequence >= row.sequence
    ):
        yield f"{row} answers what nobody had said"
    if earlier is not None and row.created_at < earlier.created_at:
        yield f"{row} is older than the message before it"
    if row.created_at > timezone.now():
        yield f"{row} comes from the future"


def change_faults(row: Message) -> Iterator[str]:
    if (row.edited_at is not None) != (row.text_changed_sequence > row.sequence):
        yield f"{row} is half edited"
    if row.deleted_at is None and row.versions.exists() != (row.edited_at is not None):
        yield f"{row} has lost its earlier text"
    if (row.pinned_at is None) != (row.pinned_by is None):
        yield f"{row} is half pinned"
    if row.deleted_at is not None and (row.text or row.deleted_by is None):
        yield f"{row} is half deleted"


def membership_faults(room: Room, rows: list[Message], *, last: int) -> Iterator[str]:
    joins = {row.subject_id: row.sequence for row in rows if row.act == SystemAct.JOINED}
    # A direct room is both people's from the beginning; another one is its owner's.
    pair = DirectPair.objects.filter(room=room).first()
    first = {pair.first_id, pair.second_id} if pair else {room.created_by_id}
    began = {**dict.fromkeys(first, 0), **joins}
    members = {member.user_id: member for member in Membership.objects.filter(room=room)}
    if {user: member.joined_sequence for user, member in members.items()} != began:
        yield "the members are not those who joined"
    for user, member in members.items():
        if not member.joined_sequence <= member.read_sequence <= last:
            yield f"{member} has read what is not there"
        if queries.waiting_by_member(room=room.pk, users=[user])[user].unread != recount(
            rows, member
        ):
            yield f"what is unread for {member} does not agree with a recount"
    for row in rows:
        if row.sender_id not in began or row.sequence < began[row.sender_id]:
            yield f"{row} is by somebody who was not a member"


def recount(rows: list[Message], member: Membership) -> int:
    waiting = [
        row
        for row in rows
        if row.kind == MessageKind.TEXT
        and row.deleted_at is None
        and row.sequence > member.read_sequence
        and row.sender_id != member.user_id
    ]
    return min(len(waiting), queries.UNREAD_CAP)


def nothing(what: str, count: int) -> None:
    """No progress bar."""


# --- the team ---


@pytest.fixture
def rooms() -> dict[str, Room]:
    return {room.name: room for room in team.load()}


def test_the_teams_rooms_are_sound(rooms: dict[str, Room]) -> None:
    assert [fault for room in rooms.values() for fault in faults_of(room)] == []


def test_everybody_can_log_in_with_the_password_that_is_printed(rooms: dict[str, Room]) -> None:
    for name in (*team.PEOPLE, team.ADMIN):
        user = authenticate(None, username=name, password=team.PASSWORD)
        assert isinstance(user, User)
        assert not must_confirm_email(user=user)
        assert EmailAddress.objects.get(user=user, primary=True).verified


def test_only_the_admin_has_powers(rooms: dict[str, Room]) -> None:
    assert [user.username for user in User.objects.filter(is_superuser=True)] == [team.ADMIN]
    assert [user.username for user in User.objects.filter(is_staff=True)] == [team.ADMIN]


def test_four_rooms_are_shared_and_one_of_them_is_private(rooms: dict[str, Room]) -> None:
    assert {name: room.kind for name, room in rooms.items()} == {
        "general": RoomKind.PUBLIC,
        "releases": RoomKind.PUBLIC,
        "design": RoomKind.PUBLIC,
        "founders": RoomKind.PRIVATE,
        "alice, carol": RoomKind.DIRECT,
    }
    members = Membership.objects.filter(room=rooms["founders"])
    assert sorted(member.user.username for member in members) == ["alice", "bob"]


def test_two_hundred_messages_lead_to_the_release(rooms: dict[str, Room]) -> None:
    said = Message.objects.filter(room=rooms["releases"], kind=MessageKind.TEXT)
    assert said.count() == 200
    assert said.filter(edited_at__isnull=False).count() == 1
    assert said.filter(deleted_at__isnull=False).count() == 1
    assert said.filter(reply_to__isnull=False).count() > 10
    assert len(queries.pinned_messages(room=rooms["releases"].pk, floor=1)) == 1
    assert Reaction.objects.filter(message__in=said).count() > 10
    assert len({message.created_at.date() for message in said}) >= 5
    assert {message.sender.username for message in said} == {"alice", "bob", "carol"}


def test_something_waits_for_alice_but_not_everything(rooms: dict[str, Room]) -> None:
    alice = User.objects.get(username="alice")
    waiting = {member.room.name: member.unread for member in queries.memberships_with_unread(alice)}
    assert waiting == {"design": 2, "founders": 0, "general": 2, "releases": 5, "carol": 2}


def test_the_last_words_are_fresh(rooms: dict[str, Room]) -> None:
    newest = Message.objects.filter(room=rooms["releases"]).latest("sequence")
    assert timezone.now() - newest.created_at < timedelta(hours=1)


def test_the_team_follows_each_other_and_posts(rooms: dict[str, Room]) -> None:
    alice = User.objects.get(username="alice")
    assert [post.author.username for post in feed(alice).items] == ["bob", "alice", "bob", "bob"]
    assert {post.author.username for post in explore().items} == {"alice", "bob", "carol"}
    newest = explore().items[0]
    assert (newest.author.username, newest.comment_count) == ("carol", 1)
    assert timezone.now() - newest.created_at < timedelta(hours=1)
    for post in Post.objects.all():
        assert post.html == markdown.render(post.body, post.mentions)
        moments = [comment.created_at for comment in comments_on(post).items]
        assert [post.created_at, *moments] == sorted([post.created_at, *moments])
        assert all(moment < timezone.now() for moment in moments)


def test_nobody_did_anything_before_they_joined(rooms: dict[str, Room]) -> None:
    joined = max(person.date_joined for person in User.objects.all())
    begun = [
        *Follow.objects.values_list("created_at", flat=True),
        *Post.objects.values_list("created_at", flat=True),
        *Message.objects.values_list("created_at", flat=True),
    ]
    assert joined < min(begun)


def test_some_of_what_the_team_was_told_is_unread(rooms: dict[str, Room]) -> None:
    alice = User.objects.get(username="alice")
    told = notifications_of(alice).items
    assert {row.kind for row in told} == set(NotificationKind)
    assert 0 < unread_count(alice) < len(told)
    assert not Notification.objects.filter(recipient=F("actor")).exists()


# --- the script ---


def test_a_script_tells_who_did_what_and_when() -> None:
    now = timezone.now()
    text = (
        "@ 2 days ago\n09:05 alice #one: Hello\n    there\n"
        "@ now\n-3 bob >one: Hi\n-3 bob reacts #one: 🎉\n-2 bob has read\n"
    )
    hello, answer, reaction, read = read_script(text, now=now)
    assert (hello.who, hello.text, hello.label) == ("alice", "Hello\nthere", "one")
    assert hello.at.date() == (now - timedelta(days=2)).date()
    assert (answer.answers, answer.at) == ("one", now - timedelta(minutes=3))
    assert (reaction.verb, reaction.label, reaction.text) == (Verb.REACTS, "one", "🎉")
    assert read.verb is Verb.READS


def test_a_script_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="alice whispers"):
        list(read_script("09:05 alice whispers", now=timezone.now()))


# --- the crowd ---


def test_a_crowds_rooms_are_sound() -> None:
    crowd.fill(Size(users=30, rooms=6, messages=900), progress=nothing)
    rooms = Room.objects.all()
    assert [fault for room in rooms for fault in faults_of(room)] == []
    assert rooms.filter(kind=RoomKind.PRIVATE).exists()


def test_a_crowd_is_as_large_as_was_asked() -> None:
    counted = {"people": 0, "rooms": 0, "messages": 0}

    def count(what: str, number: int) -> None:
        counted[what] += number

    crowd.fill(Size(users=7, rooms=3, messages=50), progress=count)
    assert counted == {"people": 7, "rooms": 3, "messages": 50}
    assert User.objects.count() == 7
    assert Room.objects.count() == 3
    assert Message.objects.filter(kind=MessageKind.TEXT).count() == 50


def test_a_crowd_posts_comments_and_follows() -> None:
    counted: list[tuple[str, int]] = []
    size = Size(users=6, rooms=1, messages=0, posts=40)
    crowd.fill(size, progress=lambda what, count: counted.append((what, count)))
    assert ("posts", 40) in counted
    assert (Post.objects.count(), Comment.objects.exists()) == (40, True)
    assert Follow.objects.count() >= 6 * 4
    assert all(post.rendered for post in Post.objects.all())
    assert not Comment.objects.filter(created_at__lt=F("post__created_at")).exists()


def test_a_second_crowd_comes_on_top() -> None:
    for _ in range(2):
        crowd.fill(Size(users=5, rooms=2, messages=10), progress=nothing)
    assert (User.objects.count(), Room.objects.count()) == (10, 4)
    assert [fault for room in Room.objects.all() for fault in faults_of(room)] == []


def test_the_first_room_is_the_largest_and_nothing_is_lost_in_dividing() -> None:
    for total, parts in ((1_000_000, 1_000), (7, 3), (2, 5), (0, 4)):
        divided = shares(total, parts)
        assert sum(divided) == total
        assert len(divided) == parts
        assert max(divided) == divided[0]
    members = room_sizes(Size(users=100, rooms=40, messages=0))
    assert members == sorted(members, reverse=True)
    assert members[-1] >= 2
