"""The addresses of the chat."""

from django.urls import path
from django.views.i18n import JavaScriptCatalog

from .views import memberships, room, rooms

urlpatterns = [
    path("", rooms.home, name="home"),
    path("new-room/", rooms.new_room, name="new-room"),
    path("rooms/<slug:slug>/", room.room, name="room"),
    path("rooms/<slug:slug>/join/", memberships.join, name="join-room"),
    path("rooms/<slug:slug>/leave/", memberships.leave, name="leave-room"),
    path("rooms/<slug:slug>/read/", room.read, name="mark-read"),
    path("rooms/<slug:slug>/invite/", memberships.invite, name="invite"),
    path("words.js", JavaScriptCatalog.as_view(packages=["chat"]), name="words"),
]
