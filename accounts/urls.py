"""The addresses of accounts."""

from django.urls import include, path, re_path, register_converter
from django.urls.converters import StringConverter

from accounts.models.users import USERNAME_PATTERN
from accounts.views import (
    gate,
    logins,
    moderation,
    notifications,
    people,
    pictures,
    posts,
    preferences,
)


class UsernameConverter(StringConverter):
    """Any name that could be a username, as `<username:…>` in a path."""

    regex = USERNAME_PATTERN


register_converter(UsernameConverter, "username")

urlpatterns = [
    path("accounts/signup/", gate.RegistrationView.as_view(), name="account_signup"),
    path("accounts/email/", gate.AddressView.as_view(), name="account_email"),
    path("accounts/", preferences.preferences, name="preferences"),
    path("accounts/sessions/", logins.sessions, name="sessions"),
    path("accounts/sessions/end/", logins.end_others, name="end-other-sessions"),
    path("accounts/sessions/<int:login_id>/end/", logins.end, name="end-session"),
    path("accounts/tokens/new/", logins.new_token, name="new-token"),
    path("accounts/tokens/<slug:key>/revoke/", logins.revoke, name="revoke-token"),
    path("accounts/profile/", people.edit_profile, name="edit-profile"),
    path("accounts/profile/picture/", people.change_picture, name="change-picture"),
    path("accounts/receipts/", preferences.receipts, name="show-receipts"),
    path("accounts/", include("allauth.urls")),
    path("people/", people.people, name="people"),
    path("people/<username:username>/", people.profile, name="profile"),
    path("people/<username:username>/followers/", people.followers, name="followers"),
    path("people/<username:username>/following/", people.following, name="following"),
    path("people/<username:username>/follow/", people.follow, name="follow"),
    path("people/<username:username>/avatar/", pictures.present_avatar, name="present-avatar"),
    path("people/<username:username>/avatar.svg", pictures.avatar, name="avatar"),
    re_path(
        rf"^people/(?P<username>{USERNAME_PATTERN})/picture/(?P<name>[0-9a-f]{{16}})"
        r"-(?P<size>small|large)\.webp$",
        pictures.picture,
        name="picture",
    ),
    path("feed/", posts.feed, name="feed"),
    path("explore/", posts.explore, name="explore"),
    path("posts/", posts.some, name="some-posts"),
    path("posts/preview/", posts.preview, name="preview"),
    path("posts/<int:post_id>/", posts.post, name="post"),
    path("posts/<int:post_id>/edit/", posts.edit, name="edit-post"),
    path("posts/<int:post_id>/delete/", posts.delete, name="delete-post"),
    path("posts/<int:post_id>/hide/", moderation.hide_post, name="hide-post"),
    path("posts/<int:post_id>/show/", moderation.show_post, name="show-post"),
    path("comments/<int:comment_id>/delete/", moderation.delete_comment, name="delete-comment"),
    path("comments/<int:comment_id>/hide/", moderation.hide_comment, name="hide-comment"),
    path("comments/<int:comment_id>/show/", moderation.show_comment, name="show-comment"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="read-notifications"),
    path(
        "notifications/<int:notification_id>/",
        notifications.follow_notification,
        name="notification",
    ),
]
