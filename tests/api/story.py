"""The calls from which the examples of the API's document are made: of every operation one that
works, and the refusal that its callers meet most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.api.scene import picture

PASSWORD = "a long way to tea"
KNOWN = {"username": "alice", "password": PASSWORD}
DORA = {"username": "dora", "email": "dora@example.org"}
PROFILE = {"first_name": "Alice", "last_name": "Ash", "about_me": "Tea, mostly."}
WORDS = {"message": "Green, or black?", "client_id": "9f1c"}
CAKE = {"name": "Cake", "topic": "Which, and when", "client_id": "51de"}
POST = {"body": "Who brings *cake*, @bob?", "client_id": "77b0"}

TEA = "rooms/tea/"
MEMBERS = f"{TEA}members/"
MESSAGE = f"{TEA}messages/{{messages_create}}/"
POSTED = "posts/{posts_create}/"
COMMENT = "comments/{comments_create}/"


@dataclass(frozen=True)
class Call:
    """`who` does `method` to `address` with `body`. In addresses and bodies `{name}` stands for the
    id of something: of what the operation of that name made, or of what was there."""

    operation: str
    who: str
    method: str
    address: str
    body: Any = None
    field: str = ""  # of a form that sends a file


STORY = [
    Call("root", "nobody", "get", ""),
    Call("root", "nobody", "post", ""),
    Call("tokens_create", "nobody", "post", "tokens/", KNOWN),
    Call("tokens_create", "nobody", "post", "tokens/", KNOWN | {"password": "guess"}),
    Call("tokens_list", "alice", "get", "tokens/"),
    Call("tokens_list", "nobody", "get", "tokens/"),
    Call("tokens_rotate", "rotating", "post", "tokens/rotate/"),
    Call("tokens_rotate", "rotating", "post", "tokens/rotate/"),
    Call("tokens_revoke", "revoking", "delete", "tokens/"),
    Call("tokens_revoke", "revoking", "delete", "tokens/"),
    Call("tokens_destroy", "alice", "delete", "tokens/{token}/"),
    Call("tokens_destroy", "alice", "delete", "tokens/{token}/"),
    Call("sessions_list", "alice", "get", "sessions/"),
    Call("sessions_list", "nobody", "get", "sessions/"),
    Call("sessions_end", "alice", "delete", "sessions/{session}/"),
    Call("sessions_end", "alice", "delete", "sessions/{session}/"),
    Call("sessions_end_others", "alice", "delete", "sessions/"),
    Call("sessions_end_others", "nobody", "delete", "sessions/"),
    # People
    Call("users_create", "nobody", "post", "users/", DORA),
    Call("users_create", "nobody", "post", "users/", DORA),
    Call("users_list", "alice", "get", "users/?limit=2"),
    Call("users_list", "nobody", "get", "users/"),
    Call("users_retrieve", "alice", "get", "users/{bob}/"),
    Call("users_retrieve", "alice", "get", "users/0/"),
    Call("users_update", "alice", "put", "users/{alice}/", PROFILE),
    Call("users_update", "bob", "put", "users/{alice}/", PROFILE),
    Call("users_partial_update", "alice", "patch", "users/{alice}/", {"about_me": "Tea."}),
    Call("users_partial_update", "bob", "patch", "users/{alice}/", {"about_me": "Tea."}),
    Call("me_retrieve", "alice", "get", "users/me/"),
    Call("me_retrieve", "nobody", "get", "users/me/"),
    Call("me_partial_update", "alice", "patch", "users/me/", {"first_name": "Alice"}),
    Call("me_partial_update", "alice", "patch", "users/me/", {"first_name": None}),
    Call("users_picture", "bob", "put", "users/{bob}/avatar/", picture, field="picture"),
    Call("users_picture", "bob", "put", "users/{bob}/avatar/", field="picture"),
    Call("users_picture_destroy", "bob", "delete", "users/{bob}/avatar/"),
    Call("users_picture_destroy", "bob", "delete", "users/{alice}/avatar/"),
    Call("users_follow", "alice", "put", "users/{bob}/follow/"),
    Call("users_follow", "alice", "put", "users/{alice}/follow/"),
    Call("users_followers", "alice", "get", "users/{bob}/followers/"),
    Call("users_followers", "alice", "get", "users/0/followers/"),
    Call("users_following", "alice", "get", "users/{alice}/following/"),
    Call("users_following", "alice", "get", "users/0/following/"),
    Call("users_unfollow", "alice", "delete", "users/{bob}/follow/"),
    Call("users_unfollow", "alice", "delete", "users/0/follow/"),
    # Posts
    Call("posts_create", "alice", "post", "posts/", POST),
    Call("posts_create", "alice", "post", "posts/", POST | {"body": "Who brings tea?"}),
    Call("posts_list", "alice", "get", "posts/"),
    Call("posts_list", "alice", "get", "posts/?cursor=1"),
    Call("users_posts", "bob", "get", "users/{alice}/posts/"),
    Call("users_posts", "bob", "get", "users/0/posts/"),
    Call("feed_list", "alice", "get", "feed/"),
    Call("feed_list", "alice", "get", "feed/?cursor=1"),
    Call("posts_retrieve", "bob", "get", POSTED),
    Call("posts_retrieve", "bob", "get", "posts/0/"),
    Call("posts_partial_update", "alice", "patch", POSTED, {"body": "I bring cake."}),
    Call("posts_partial_update", "bob", "patch", POSTED, {"body": "I bring cake."}),
    Call("comments_create", "bob", "post", f"{POSTED}comments/", {"body": "Thank you."}),
    Call("comments_create", "bob", "post", f"{POSTED}comments/", {"body": " "}),
    Call("comments_list", "alice", "get", f"{POSTED}comments/"),
    Call("comments_list", "alice", "get", "posts/0/comments/"),
    Call("comments_retrieve", "alice", "get", COMMENT),
    Call("comments_retrieve", "alice", "get", "comments/0/"),
    Call("notifications_list", "alice", "get", "notifications/"),
    Call("notifications_list", "alice", "get", "notifications/?cursor=1"),
    Call("notifications_count", "alice", "get", "notifications/unread/"),
    Call("notifications_count", "nobody", "get", "notifications/unread/"),
    Call("notifications_read", "alice", "post", "notifications/unread/", {"upto": "{told}"}),
    Call("notifications_read", "alice", "post", "notifications/unread/", {}),
    Call("comments_hide", "moderator", "put", f"{COMMENT}hiding/", {"hidden": True}),
    Call("comments_hide", "alice", "put", f"{COMMENT}hiding/", {"hidden": True}),
    Call("comments_destroy", "carol", "delete", COMMENT),
    Call("comments_destroy", "bob", "delete", COMMENT),
    Call("posts_hide", "moderator", "put", f"{POSTED}hiding/", {"hidden": True, "reason": "Ad"}),
    Call("posts_hide", "bob", "put", f"{POSTED}hiding/", {"hidden": True}),
    Call("posts_destroy", "bob", "delete", POSTED),
    Call("posts_destroy", "alice", "delete", POSTED),
    # Rooms
    Call("rooms_list", "alice", "get", "rooms/"),
    Call("rooms_list", "alice", "get", "rooms/?kind=open"),
    Call("rooms_retrieve", "bob", "get", TEA),
    Call("rooms_retrieve", "bob", "get", "rooms/nothing/"),
    Call("rooms_create", "alice", "post", "rooms/", CAKE),
    Call("rooms_create", "alice", "post", "rooms/", {"name": ""}),
    Call("rooms_create", "alice", "post", "rooms/", CAKE | {"name": "Cakes"}),
    Call("rooms_partial_update", "alice", "patch", TEA, {"topic": "Leaves", "slow_mode": 5}),
    Call("rooms_partial_update", "bob", "patch", TEA, {"topic": "Leaves"}),
    Call("rooms_close", "bob", "post", f"{TEA}close/", {}),
    Call("rooms_close", "alice", "post", f"{TEA}close/", {"reason": "Tea is over"}),
    Call("rooms_join", "carol", "post", f"{TEA}join/"),
    Call("rooms_reopen", "bob", "post", f"{TEA}reopen/", {}),
    Call("rooms_reopen", "alice", "post", f"{TEA}reopen/", {"reason": "More tea"}),
    Call("rooms_read", "bob", "post", f"{TEA}read/", {"sequence": 3}),
    Call("rooms_read", "carol", "post", f"{TEA}read/", {"sequence": 3}),
    Call("rooms_direct", "alice", "post", "rooms/direct/", {"username": "bob"}),
    Call("rooms_direct", "alice", "post", "rooms/direct/", {"username": "nobody"}),
    Call("messages_create", "alice", "post", f"{TEA}messages/", WORDS),
    Call("messages_create", "alice", "post", f"{TEA}messages/", WORDS | {"message": "Or white?"}),
    Call("messages_list", "alice", "get", f"{TEA}messages/?limit=2"),
    Call("messages_list", "carol", "get", f"{TEA}messages/"),
    Call("messages_retrieve", "bob", "get", MESSAGE),
    Call("messages_retrieve", "bob", "get", f"{TEA}messages/0/"),
    Call("messages_partial_update", "alice", "patch", MESSAGE, {"message": "Green?"}),
    Call(
        "messages_partial_update",
        "alice",
        "patch",
        MESSAGE,
        {"message": "Black?", "base_sequence": 1},
    ),
    Call("messages_react", "bob", "put", f"{MESSAGE}reactions/", {"emoji": "🍵", "on": True}),
    Call("messages_react", "bob", "put", f"{MESSAGE}reactions/", {"emoji": "tea", "on": True}),
    Call("messages_pin", "alice", "put", f"{MESSAGE}pin/", {"on": True}),
    Call("messages_pin", "bob", "put", f"{MESSAGE}pin/", {"on": True}),
    Call("changes_list", "bob", "get", f"{TEA}changes/?after=3&epoch={{epoch}}"),
    Call("changes_list", "bob", "get", f"{TEA}changes/"),
    Call("search", "alice", "get", "search/?q=tea"),
    Call("search", "alice", "get", "search/"),
    Call("messages_destroy", "bob", "delete", MESSAGE),
    Call("messages_destroy", "alice", "delete", MESSAGE),
    Call("files_create", "alice", "post", f"{TEA}files/", picture, field="file"),
    Call("files_create", "alice", "post", f"{TEA}files/", field="file"),
    Call("files_retrieve", "alice", "get", f"{TEA}files/{{files_create}}/"),
    Call("files_retrieve", "alice", "get", f"{TEA}files/0/"),
    Call("files_destroy", "alice", "delete", f"{TEA}files/{{files_create}}/"),
    Call("files_destroy", "alice", "delete", f"{TEA}files/0/"),
    # Who belongs to them
    Call("rooms_join", "carol", "post", f"{TEA}join/"),
    Call("members_list", "alice", "get", MEMBERS),
    Call("members_list", "moderator", "get", MEMBERS),
    Call("members_retrieve", "alice", "get", f"{MEMBERS}{{bob}}/"),
    Call("members_retrieve", "alice", "get", f"{MEMBERS}0/"),
    Call("members_create", "alice", "post", MEMBERS, {"username": "dora"}),
    Call("members_create", "alice", "post", MEMBERS, {"username": "nobody"}),
    Call("rooms_leave", "carol", "post", f"{TEA}leave/"),
    Call("rooms_leave", "carol", "post", f"{TEA}leave/"),
    Call("members_destroy", "bob", "delete", f"{MEMBERS}{{dave}}/"),
    Call("members_destroy", "alice", "delete", f"{MEMBERS}{{dave}}/?ban=true&reason=rude"),
    Call("bans_list", "alice", "get", f"{TEA}bans/"),
    Call("bans_list", "bob", "get", f"{TEA}bans/"),
    Call("bans_destroy", "bob", "delete", f"{TEA}bans/{{dave}}/"),
    Call("bans_destroy", "alice", "delete", f"{TEA}bans/{{dave}}/"),
    Call("members_partial_update", "alice", "patch", f"{MEMBERS}{{bob}}/", {"role": "moderator"}),
    Call("members_partial_update", "bob", "patch", f"{MEMBERS}{{alice}}/", {"role": "member"}),
    Call("users_destroy", "bob", "delete", "users/{dave}/"),
    Call("users_destroy", "dave", "delete", "users/{dave}/"),
]
EVERYWHERE = [
    Call("everywhere", "nobody", "get", "rooms/"),
    Call("everywhere", "bob", "delete", "users/{alice}/"),
    Call("everywhere", "alice", "get", "posts/0/"),
    Call("everywhere", "alice", "put", "rooms/"),
]
