"""A place in which every operation of the API has something to act upon, and five who try."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from PIL import Image

from accounts.actions.comments import write_comment
from accounts.actions.follows import follow
from accounts.actions.posts import write_post
from accounts.actions.tokens import create_token
from accounts.models import Login, User
from accounts.roles import MODERATOR
from chat.actions.attachments import attach_file
from chat.actions.memberships import join_room
from chat.actions.messages import send_message
from chat.actions.moderation import ban_member
from chat.models import Room, RoomKind
from tests.factories import make_room, make_user


class Who(StrEnum):
    """Who calls."""

    ANONYMOUS = "anonymous"
    USER = "user"
    MODERATOR = "moderator"  # by a role, which counts in every room
    OWNER = "owner"  # of the room
    ADMINISTRATOR = "administrator"


@dataclass
class Scene:
    """A private room of five members, and what they and others have written."""

    room: Room
    public: Room
    people: dict[Who, User]
    tokens: dict[Who, str]
    shared: dict[str, int | str]
    owned: dict[Who, dict[str, int | str]] = field(default_factory=dict)

    def headers(self, who: Who) -> dict[str, str]:
        token = self.tokens.get(who)
        return {"Authorization": f"Bearer {token}"} if token else {}

    def thing(self, name: str, who: Who) -> int | str:
        """The id of something: the caller's own where there is such a thing, else somebody's."""
        return self.owned.get(who, self.owned[Who.USER]).get(name) or self.shared[name]


def make_scene() -> Scene:
    names = {who: make_user(who.value) for who in Who if who is not Who.ANONYMOUS}
    User.objects.filter(pk=names[Who.ADMINISTRATOR].pk).update(is_superuser=True, is_staff=True)
    people: dict[Who, User] = {who: User.objects.get(pk=user.pk) for who, user in names.items()}
    owner, others = people[Who.OWNER], make_user("others")
    banned = make_user("banned")
    make_user("deputy", is_superuser=True)  # so that the other one may close their account
    members = [people[Who.USER], people[Who.MODERATOR], people[Who.ADMINISTRATOR], others]
    room = make_room(owner, *members, banned, kind=RoomKind.PRIVATE)
    people[Who.MODERATOR].groups.add(Group.objects.get(name=MODERATOR))
    ban_member(room=room.pk, by=owner, user=banned, reason="")
    public = make_room(others, people[Who.USER], name="Public")
    post = write_post(author=others, text="Somebody else's")
    shared: dict[str, int | str] = {
        "room": room.slug,
        "epoch": room.head.epoch,
        "public": public.slug,
        "others": others.pk,
        "banned": banned.pk,
        "stranger": make_user("stranger").username,
        "others_post": post.pk,
        "others_comment": write_comment(post_id=post.pk, author=others, text="Also").pk,
        "others_message": send_message(room=room.pk, sender=others, text="Tea").pk,
    }
    scene = Scene(room=room, public=public, people=people, tokens={}, shared=shared)
    for who, user in people.items():
        _give(scene, who, user, others)
    return scene


def _give(scene: Scene, who: Who, user: User, others: User) -> None:
    """What each has of their own."""
    room = scene.room
    row, _ = create_token(user=user)
    _, scene.tokens[who] = create_token(user=user)
    join_room(room=scene.public.pk, user=user)
    browser = Client()
    browser.force_login(user)
    browser.get("/")
    follow(follower=others, followed=user)
    post = write_post(author=user, text="Mine")
    source = BytesIO(b"tea\n")
    file = attach_file(room=room.pk, by=user, name="list.txt", source=source, size=4)
    scene.owned[who] = {
        "me": user.pk,
        "session": Login.objects.get(user=user).pk,
        "spare_token": row.token_key,
        "post": post.pk,
        "comment": write_comment(post_id=post.pk, author=user, text="Mine too").pk,
        "message": send_message(room=room.pk, sender=user, text="Hello").pk,
        "file": file.pk,
    }


def picture() -> bytes:
    saved = BytesIO()
    Image.new("RGB", (30, 20), "green").save(saved, "PNG")
    return saved.getvalue()


@dataclass(frozen=True)
class Try:
    """A call, and for whom it works; to the others it is not allowed."""

    operation: str
    works_for: frozenset[Who]
    path: dict[str, str] = field(default_factory=dict)  # parameter → what of the scene
    body: dict[str, Any] | None = None
    query: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return "-".join([self.operation, *self.path.values()])


ANYBODY = frozenset(Who)
PEOPLE = ANYBODY - {Who.ANONYMOUS}
MODERATORS = PEOPLE - {Who.USER}
HIDERS = frozenset({Who.MODERATOR, Who.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Who.ADMINISTRATOR})

ROOM = {"room_id": "room"}
MESSAGE = ROOM | {"message_id": "message"}
OTHERS_MESSAGE = ROOM | {"message_id": "others_message"}
MEMBER = ROOM | {"user_id": "others"}
ME = {"user_id": "me"}
OTHERS = {"user_id": "others"}
PROFILE = {"first_name": "Ada", "last_name": "Lovelace", "about_me": "Engines."}

TRIES = [
    Try("root", ANYBODY),
    Try("tokens_list", PEOPLE),
    Try("tokens_create", ANYBODY, body={"username": "known", "password": "a long way to tea"}),
    Try("tokens_revoke", PEOPLE),
    Try("tokens_rotate", PEOPLE),
    Try("tokens_destroy", PEOPLE, {"key": "spare_token"}),
    Try("sessions_list", PEOPLE),
    Try("sessions_end_others", PEOPLE),
    Try("sessions_end", PEOPLE, {"session_id": "session"}),
    Try("users_list", PEOPLE, query={"username": "ow", "limit": 2}),
    Try("users_create", ANYBODY, body={"username": "new", "email": "new@example.org"}),
    Try("users_retrieve", PEOPLE, OTHERS),
    Try("users_update", PEOPLE, ME, PROFILE),
    Try("users_update", ADMINISTRATORS, OTHERS, PROFILE),
    Try("users_partial_update", PEOPLE, ME, {"about_me": "Tea."}),
    Try("users_partial_update", ADMINISTRATORS, OTHERS, {"about_me": "Tea."}),
    Try("users_destroy", PEOPLE, ME),
    Try("users_destroy", ADMINISTRATORS, OTHERS),
    Try("users_picture", PEOPLE, ME, {"picture": picture()}),
    Try("users_picture", ADMINISTRATORS, OTHERS, {"picture": picture()}),
    Try("users_picture_destroy", PEOPLE, ME),
    Try("users_picture_destroy", ADMINISTRATORS, OTHERS),
    Try("users_follow", PEOPLE, OTHERS),
    Try("users_unfollow", PEOPLE, OTHERS),
    Try("users_followers", PEOPLE, ME),
    Try("users_following", PEOPLE, OTHERS),
    Try("users_posts", PEOPLE, OTHERS),
    Try("me_retrieve", PEOPLE),
    Try("me_partial_update", PEOPLE, body={"about_me": "Tea."}),
    Try("posts_list", PEOPLE),
    Try("posts_create", PEOPLE, body={"body": "*Tea*", "client_id": "one"}),
    Try("posts_retrieve", PEOPLE, {"post_id": "others_post"}),
    Try("posts_partial_update", PEOPLE, {"post_id": "post"}, {"body": "Coffee"}),
    Try("posts_partial_update", frozenset(), {"post_id": "others_post"}, {"body": "Coffee"}),
    Try("posts_destroy", PEOPLE, {"post_id": "post"}),
    Try("posts_destroy", frozenset(), {"post_id": "others_post"}),
    Try("posts_hide", HIDERS, {"post_id": "others_post"}, {"hidden": True, "reason": "rude"}),
    Try("feed_list", PEOPLE),
    Try("comments_list", PEOPLE, {"post_id": "others_post"}),
    Try("comments_create", PEOPLE, {"post_id": "others_post"}, {"body": "Yes"}),
    Try("comments_retrieve", PEOPLE, {"comment_id": "others_comment"}),
    Try("comments_destroy", PEOPLE, {"comment_id": "comment"}),
    Try("comments_destroy", frozenset(), {"comment_id": "others_comment"}),
    Try("comments_hide", HIDERS, {"comment_id": "others_comment"}, {"hidden": True}),
    Try("notifications_list", PEOPLE),
    Try("notifications_count", PEOPLE),
    Try("notifications_read", PEOPLE, body={"upto": 1}),
    Try("search", PEOPLE, query={"q": "tea", "room_id": "{room}"}),
    Try("rooms_list", PEOPLE, query={"mine": True}),
    Try("rooms_create", PEOPLE, body={"name": "Tea break", "kind": "private"}),
    Try("rooms_direct", PEOPLE, body={"username": "others"}),
    Try("rooms_retrieve", PEOPLE, ROOM),
    Try("rooms_partial_update", MODERATORS, ROOM, {"topic": "Tea"}),
    Try("rooms_partial_update", MODERATORS, ROOM, {"slow_mode": 5}),
    Try("rooms_join", PEOPLE, {"room_id": "public"}),
    Try("rooms_leave", PEOPLE, ROOM),
    Try("rooms_close", MODERATORS, ROOM, {"reason": "done"}),
    Try("rooms_reopen", MODERATORS, ROOM, {}),
    Try("rooms_read", PEOPLE, ROOM, {"sequence": 1}),
    Try("members_list", PEOPLE, ROOM, query={"role": "member"}),
    Try("members_create", PEOPLE, ROOM, {"username": "stranger"}),
    Try("members_retrieve", PEOPLE, MEMBER),
    Try("members_partial_update", MODERATORS, MEMBER, {"role": "moderator"}),
    Try("members_partial_update", MODERATORS, MEMBER, {"muted_until": "2100-01-01T00:00:00Z"}),
    Try("members_destroy", MODERATORS, MEMBER, query={"ban": True, "reason": "rude"}),
    Try("bans_list", MODERATORS, ROOM),
    Try("bans_destroy", MODERATORS, ROOM | {"user_id": "banned"}),
    Try("messages_list", PEOPLE, ROOM, query={"before": 5, "limit": 2}),
    Try("messages_create", PEOPLE, ROOM, {"message": "Hello", "client_id": "one"}),
    Try("messages_retrieve", PEOPLE, OTHERS_MESSAGE),
    Try("messages_partial_update", PEOPLE, MESSAGE, {"message": "Coffee"}),
    Try("messages_partial_update", frozenset(), OTHERS_MESSAGE, {"message": "Coffee"}),
    Try("messages_destroy", PEOPLE, MESSAGE),
    Try("messages_destroy", MODERATORS, OTHERS_MESSAGE, query={"reason": "rude"}),
    Try("messages_react", PEOPLE, OTHERS_MESSAGE, {"emoji": "👍", "on": True}),
    Try("messages_pin", MODERATORS, OTHERS_MESSAGE, {"on": True}),
    Try("changes_list", PEOPLE, ROOM, query={"after": 2, "epoch": "{epoch}"}),
    Try("files_create", PEOPLE, ROOM, {"file": picture()}),
    Try("files_retrieve", PEOPLE, ROOM | {"attachment_id": "file"}),
    Try("files_destroy", PEOPLE, ROOM | {"attachment_id": "file"}),
]
