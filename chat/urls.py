"""The addresses of the chat."""

from django.urls import path
from django.views.i18n import JavaScriptCatalog

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("new-room/", views.new_room, name="new-room"),
    path("rooms/<slug:slug>/", views.room, name="room"),
    path("rooms/<slug:slug>/join/", views.join, name="join-room"),
    path("rooms/<slug:slug>/leave/", views.leave, name="leave-room"),
    path("rooms/<slug:slug>/read/", views.read, name="mark-read"),
    path("rooms/<slug:slug>/invite/", views.invite, name="invite"),
    path("words.js", JavaScriptCatalog.as_view(packages=["chat"]), name="words"),
]
