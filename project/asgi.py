"""Where the doors are joined: pages and API by HTTP, live conversation by WebSocket, and Socket.IO
by both."""

import os
from typing import Any, cast

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path, re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django_application = get_asgi_application()

from chat.consumers import ChatConsumer
from chat.socketio.door import SocketIODoor
from project.http_threads import BoundedThreads
from project.metrics import TimedRequests
from project.probes import Probes
from project.request_ids import RequestIds

SOCKET_IO = "/socket.io/"


async def refuse(_scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """Answer a WebSocket handshake on a path that has no conversation."""
    await send({"type": "websocket.close"})


socket_io = SocketIODoor()
pages = Probes(TimedRequests(RequestIds(BoundedThreads(django_application))))


async def http(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Long polls wait beside the threads for pages, not in them."""
    inner = socket_io if scope["path"] == SOCKET_IO else pages
    await inner(scope, receive, send)


# Channels routes any ASGI application by Django's paths; django-stubs knows views only.
application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": URLRouter(
            [
                path("ws/chat/", ChatConsumer.as_asgi()),
                path(SOCKET_IO.removeprefix("/"), cast("Any", socket_io)),
                re_path("", cast("Any", refuse)),
            ]
        ),
    }
)
