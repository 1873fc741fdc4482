"""Lists of the API that cost the same, however long they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.actions.comments import write_comment
from accounts.actions.follows import follow
from accounts.actions.posts import write_post
from accounts.actions.profile import describe
from accounts.actions.tokens import create_token
from accounts.models import User
from chat.actions.memberships import join_room
from chat.actions.messages import send_message
from chat.actions.moderation import ban_member
from chat.models import Room
from tests.api.conftest import Caller
from tests.api.scene import TRIES, Scene, Who
from tests.api.test_schema import case_of, forgotten
from tests.factories import make_room, make_user

pytestmark = pytest.mark.django_db

# The most statements that an operation may take, savepoints included. To know whose a token is
# takes one of them; what they may do, up to three.
COSTS = {
    1: "root",
    2: (
        "tokens_list sessions_list posts_list posts_retrieve comments_retrieve "
        "notifications_list notifications_count"
    ),
    3: "users_list users_posts comments_list rooms_retrieve",
    4: "tokens_revoke feed_list rooms_list",
    5: "tokens_create tokens_destroy rooms_join members_retrieve files_retrieve",
    6: "me_retrieve notifications_read members_list",
    7: "users_unfollow search",
    8: (
        "tokens_rotate users_followers users_following messages_list messages_retrieve changes_list"
    ),
    12: (
        "sessions_end_others sessions_end users_retrieve users_picture_destroy "
        "posts_create posts_partial_update posts_hide comments_destroy comments_hide "
        "rooms_create rooms_direct rooms_read bans_list files_create files_destroy"
    ),
    16: (
        "users_partial_update users_picture users_follow me_partial_update "
        "posts_destroy comments_create rooms_leave rooms_reopen members_create"
    ),
    20: "rooms_partial_update rooms_close bans_destroy messages_create",
    24: "users_create users_update",
    28: "members_partial_update messages_partial_update messages_react",
    32: "members_destroy messages_pin",
    36: "messages_destroy users_destroy",
}


def more_followers(alice: User, _room: Room) -> str:
    follow(follower=make_user(), followed=alice)
    return f"users/{alice.pk}/followers/"


def more_followed(alice: User, _room: Room) -> str:
    follow(follower=alice, followed=make_user())
    return f"users/{alice.pk}/following/"


def more_notifications(alice: User, _room: Room) -> str:
    follow(follower=make_user(), followed=alice)
    return "notifications/"


def more_comments(alice: User, _room: Room) -> str:
    post = alice.posts.first() or write_post(author=alice, text="Tea")
    write_comment(post_id=post.pk, author=make_user(), text="Yes")
    return f"posts/{post.pk}/comments/"


def more_bans(alice: User, room: Room) -> str:
    somebody = make_user()
    join_room(room=room.pk, user=somebody)
    ban_member(room=room.pk, by=alice, user=somebody, reason="")
    return f"rooms/{room.slug}/bans/"


def more_tokens(alice: User, _room: Room) -> str:
    create_token(user=alice)
    return "tokens/"


def more_logins(alice: User, _room: Room) -> str:
    browser = Client()
    browser.force_login(alice)
    browser.get("/")
    return "sessions/"


def more_in_the_feed(alice: User, _room: Room) -> str:
    follow(follower=alice, followed=(author := make_user()))
    write_post(author=author, text="Tea")
    return "feed/"


def more_posts_of_somebody(alice: User, _room: Room) -> str:
    write_post(author=alice, text="Tea")
    return f"users/{alice.pk}/posts/"


def more_messages_found(alice: User, _room: Room) -> str:
    room = make_room(make_user(), alice)
    send_message(room=room.pk, sender=alice, text="Green tea")
    return "search/?q=green"


def more_posts_found(_alice: User, _room: Room) -> str:
    write_post(author=make_user(), text="White tea")
    return "search/?q=white&kind=posts"


def more_comments_found(_alice: User, _room: Room) -> str:
    post = write_post(author=make_user(), text="Tea?")
    write_comment(post_id=post.pk, author=make_user(), text="Black tea")
    return "search/?q=black&kind=posts"


def more_people_found(_alice: User, _room: Room) -> str:
    describe(user=make_user(), about_me="Tea, mostly red")
    return "search/?q=red&kind=people"


@pytest.mark.parametrize(
    ("more", "most"),
    [
        (more_followers, 8),
        (more_followed, 8),
        (more_notifications, 7),
        (more_comments, 7),
        (more_bans, 11),  # who may moderate everywhere is asked anew
        (more_tokens, 7),
        (more_logins, 2),
        (more_in_the_feed, 4),
        (more_posts_of_somebody, 3),
        (more_messages_found, 4),
        (more_posts_found, 7),  # three for what one may: hidden posts are for moderators
        (more_comments_found, 7),
        (more_people_found, 5),
    ],
)
def test_a_list_costs_the_same_whatever_its_length(
    calls: Caller, alice: User, room: Room, more: Callable[[User, Room], str], most: int
) -> None:
    client = calls(alice)
    address = f"/api/{more(alice, room)}"
    client.get(address)  # notes that alice was seen, which is done once a minute
    costs, lengths = [], []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            lengths.append(len(client.get(address).json()["items"]))
        costs.append(len(asked))
        for _ in range(3):
            more(alice, room)
    assert lengths[1] == lengths[0] + 3
    assert costs[0] == costs[1] <= most


def test_no_operation_asks_the_database_more_than_it_needs(scene: Scene) -> None:
    headers = scene.headers(Who.OWNER)
    APIClient().get("/api/users/me/", headers=headers)  # notes that they were seen
    most = {name: number for number, names in COSTS.items() for name in names.split()}
    dear = {}
    for one in TRIES:
        with forgotten(), CaptureQueriesContext(connection) as asked:
            case_of(one, Who.OWNER, scene).call(headers=headers)
        if len(asked) > most[one.operation]:
            dear[str(one)] = len(asked), most[one.operation]
    assert dear == {}
