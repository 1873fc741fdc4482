"""The addresses of the chat."""

from django.urls import path
from django.views.i18n import JavaScriptCatalog

from .views import (
    about,
    completion,
    direct,
    earlier_texts,
    files,
    links,
    members,
    memberships,
    reports,
    room,
    rooms,
    search,
    settings,
    theme,
)

urlpatterns = [
    path("", rooms.home, name="home"),
    path("new-room/", rooms.new_room, name="new-room"),
    path("rooms/<slug:slug>/", room.room, name="room"),
    path("rooms/<slug:slug>/about/", about.about, name="about-room"),
    path("rooms/<slug:slug>/join/", memberships.join, name="join-room"),
    path("rooms/<slug:slug>/leave/", memberships.leave, name="leave-room"),
    path("rooms/<slug:slug>/read/", room.read, name="mark-read"),
    path("rooms/<slug:slug>/unread/", room.unread, name="mark-unread"),
    path("rooms/<slug:slug>/silence/", memberships.silence, name="silence-room"),
    path("rooms/<slug:slug>/people/", completion.people, name="people-of-room"),
    path("people/<username:username>/message/", direct.message, name="message-person"),
    path("rooms/<slug:slug>/invite/", memberships.invite, name="invite"),
    path("rooms/<slug:slug>/links/", links.links, name="room-links"),
    path("rooms/<slug:slug>/links/<int:link_id>/revoke/", links.revoke, name="revoke-link"),
    path("invite/<str:token>/", links.join, name="join-by-link"),
    path(
        "rooms/<slug:slug>/invitations/<username:username>/withdraw/",
        memberships.withdraw,
        name="withdraw-invitation",
    ),
    path("rooms/<slug:slug>/settings/", settings.room_settings, name="room-settings"),
    path("rooms/<slug:slug>/members/", members.members, name="room-members"),
    path("rooms/<slug:slug>/members/<username:username>/", members.member, name="room-member"),
    path(
        "rooms/<slug:slug>/messages/<int:message_id>/history/",
        earlier_texts.earlier_texts,
        name="earlier-texts",
    ),
    path(
        "rooms/<slug:slug>/messages/<int:message_id>/report/", reports.report, name="report-message"
    ),
    path("rooms/<slug:slug>/reports/", reports.reports, name="room-reports"),
    path("rooms/<slug:slug>/log/", reports.moderation_log, name="room-log"),
    path("rooms/<slug:slug>/files/", files.upload, name="upload"),
    path("rooms/<slug:slug>/files/<int:attachment_id>/", files.discard, name="discard-file"),
    path(
        "rooms/<slug:slug>/files/<int:attachment_id>/preview",
        files.preview,
        name="attachment-preview",
    ),
    path(
        "rooms/<slug:slug>/files/<int:attachment_id>/<str:name>", files.download, name="attachment"
    ),
    path("theme/", theme.theme, name="theme"),
    path("search/", search.search, name="search"),
    path("words.js", JavaScriptCatalog.as_view(packages=["chat"]), name="words"),
]
