"""One worker of `manage.py serve --workers N`; the supervisor starts it, nobody else does."""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

from project import shared_counts
from project.worker_process import Assignment

if TYPE_CHECKING:
    from project.server import Server

logger = logging.getLogger("project.worker")  # not __main__


def main(assignment: Assignment) -> int:
    """Serve until told to stop, or left alone by the parent; return the exit code."""
    # A terminal's Ctrl-C and hang-up come to every process of its group: the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    server = _prepare(assignment)
    from project.listening import CannotServe

    try:
        server.run()
    except CannotServe as error:
        logger.error("%s", error)
        return 1
    return int(server.abandoned)


def _prepare(assignment: Assignment) -> "Server":
    shared_counts.join(assignment.metrics, place=assignment.place)
    import django

    django.setup()
    from daphne.management.commands.runserver import get_default_application
    from django.core.management.base import BaseCommand

    from project import static
    from project.server import Server
    from project.tally import Tally

    BaseCommand().check()  # what was installed since the parent started may not fit together
    static.collect_if_changed(logger.info)
    control = socket.socket(fileno=assignment.control)
    server = Server(
        get_default_application(),
        [socket.socket(fileno=assignment.listening)],
        tally=Tally(assignment.tally, assignment.place),
        ready=lambda _address: _follow(control, server),
    )
    return server


def _follow(control: socket.socket, server: "Server") -> None:
    """Tell the parent that this worker is ready; from then on end when the parent has gone."""
    loop = asyncio.get_running_loop()

    def left_alone() -> None:
        loop.remove_reader(control)
        server.stop()

    control.send(b"!")
    loop.add_reader(control, left_alone)


if __name__ == "__main__":
    code = main(Assignment(**json.loads(sys.argv[1])))
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)  # a thread that hangs would keep the interpreter from ending by itself
