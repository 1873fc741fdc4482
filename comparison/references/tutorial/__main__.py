"""`python -m comparison.references.tutorial`: the tutorial's application on Daphne."""

from __future__ import annotations

import logging
import os
from contextlib import nullcontext
from pathlib import Path

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from daphne.server import Server
from django.core.asgi import get_asgi_application
from django.urls import re_path

from project.valkey import EmbeddedValkey


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "comparison.references.tutorial.settings"
    logging.basicConfig(level=logging.WARNING)
    # Daphne says there where it listens.
    logging.getLogger("daphne.server").setLevel(logging.INFO)
    http = get_asgi_application()
    from .consumers import ChatConsumer  # needs the settings

    routes = [re_path(r"ws/chat/(?P<room_name>[\w-]+)/$", ChatConsumer.as_asgi())]
    sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(routes)))
    application = ProtocolTypeRouter({"http": http, "websocket": sockets})
    own = None if os.environ.get("REDIS_URL") else EmbeddedValkey(Path(os.environ["VAR_DIR"]))
    with own or nullcontext():
        Server(application, endpoints=["tcp:port=0:interface=127.0.0.1"]).run()


if __name__ == "__main__":
    main()
