"""The tables of accounts."""

from accounts.models.follows import Follow
from accounts.models.logins import Login
from accounts.models.mails import Mail
from accounts.models.notifications import Notification, NotificationKind
from accounts.models.pictures import Picture
from accounts.models.posts import Comment, Post
from accounts.models.tokens import AuthToken
from accounts.models.users import User
from accounts.models.words import CommentWords, PersonWords, PostWords

__all__ = [
    "AuthToken",
    "Comment",
    "CommentWords",
    "Follow",
    "Login",
    "Mail",
    "Notification",
    "NotificationKind",
    "PersonWords",
    "Picture",
    "Post",
    "PostWords",
    "User",
]
