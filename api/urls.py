"""The addresses of the API."""

from django.urls import path, re_path

from api.bans import BansView, BanView
from api.changes import ChangesView
from api.comments import CommentHidingView, CommentsView, CommentView
from api.documents import DocsView, RootView, SchemaView
from api.errors import not_found
from api.files import FilesView, FileView
from api.follows import FollowersView, FollowingView, FollowView, PictureView
from api.members import MembersView, MemberView
from api.messages import MessagesView, MessageView
from api.notifications import NotificationsView, UnreadView
from api.posts import FeedView, PostHidingView, PostsByView, PostsView, PostView
from api.reactions import PinView, ReactionsView
from api.room_acts import CloseView, JoinView, LeaveView, ReadView, ReopenView
from api.rooms import DirectRoomsView, RoomsView, RoomView
from api.search import SearchView
from api.sessions import SessionsView, SessionView
from api.tokens import RotateView, TokensView, TokenView
from api.users import MeView, UserView, users

ROOM = "rooms/<slug:room_id>/"
USER = "users/<int:user_id>/"
MESSAGE = f"{ROOM}messages/<int:message_id>/"

urlpatterns = [
    path("", RootView.as_view(), name="api_root"),
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", DocsView.as_view(), name="api_docs"),
    path("tokens/", TokensView.as_view(), name="api_tokens"),
    path("tokens/rotate/", RotateView.as_view(), name="api_token_rotation"),
    path("tokens/<slug:key>/", TokenView.as_view(), name="api_token"),
    path("users/", users, name="api_users"),
    path("users/me/", MeView.as_view(), name="api_me"),
    path(USER, UserView.as_view(), name="api_user"),
    path(f"{USER}avatar/", PictureView.as_view(), name="api_picture"),
    path(f"{USER}follow/", FollowView.as_view(), name="api_follow"),
    path(f"{USER}followers/", FollowersView.as_view(), name="api_followers"),
    path(f"{USER}following/", FollowingView.as_view(), name="api_following"),
    path(f"{USER}posts/", PostsByView.as_view(), name="api_posts_by"),
    path("sessions/", SessionsView.as_view(), name="api_sessions"),
    path("sessions/<int:session_id>/", SessionView.as_view(), name="api_session"),
    path("rooms/", RoomsView.as_view(), name="api_rooms"),
    path("rooms/direct/", DirectRoomsView.as_view(), name="api_direct"),
    path(ROOM, RoomView.as_view(), name="api_room"),
    path(f"{ROOM}join/", JoinView.as_view(), name="api_room_join"),
    path(f"{ROOM}leave/", LeaveView.as_view(), name="api_room_leave"),
    path(f"{ROOM}close/", CloseView.as_view(), name="api_room_close"),
    path(f"{ROOM}reopen/", ReopenView.as_view(), name="api_room_reopen"),
    path(f"{ROOM}read/", ReadView.as_view(), name="api_room_read"),
    path(f"{ROOM}members/", MembersView.as_view(), name="api_members"),
    path(f"{ROOM}members/<int:user_id>/", MemberView.as_view(), name="api_member"),
    path(f"{ROOM}bans/", BansView.as_view(), name="api_bans"),
    path(f"{ROOM}bans/<int:user_id>/", BanView.as_view(), name="api_ban"),
    path(f"{ROOM}messages/", MessagesView.as_view(), name="api_messages"),
    path(MESSAGE, MessageView.as_view(), name="api_message"),
    path(f"{MESSAGE}reactions/", ReactionsView.as_view(), name="api_reactions"),
    path(f"{MESSAGE}pin/", PinView.as_view(), name="api_pin"),
    path(f"{ROOM}files/", FilesView.as_view(), name="api_files"),
    path(f"{ROOM}files/<int:attachment_id>/", FileView.as_view(), name="api_file"),
    path(f"{ROOM}changes/", ChangesView.as_view(), name="api_changes"),
    path("search/", SearchView.as_view(), name="api_search"),
    path("posts/", PostsView.as_view(), name="api_posts"),
    path("posts/<int:post_id>/", PostView.as_view(), name="api_post"),
    path("posts/<int:post_id>/hiding/", PostHidingView.as_view(), name="api_post_hiding"),
    path("posts/<int:post_id>/comments/", CommentsView.as_view(), name="api_comments"),
    path("comments/<int:comment_id>/", CommentView.as_view(), name="api_comment"),
    path("comments/<int:comment_id>/hiding/", CommentHidingView.as_view(), name="api_hiding"),
    path("feed/", FeedView.as_view(), name="api_feed"),
    path("notifications/", NotificationsView.as_view(), name="api_notifications"),
    path("notifications/unread/", UnreadView.as_view(), name="api_unread"),
    re_path("", not_found),
]
