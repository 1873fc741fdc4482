"""Log lines: their two forms, the request they belong to, and what they must not hold."""

import logging
import time
from textwrap import indent
from typing import Any

import msgspec

from project.request_ids import request_id


class PlainLines(logging.Formatter):
    """For people: time, level, logger and process, message, request; then a traceback, if any."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}[{process}]: {message}", style="{")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return moment(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        # Whatever somebody sent, it cannot pose as another line.
        line = super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")
        number = request_id()
        return f"{line} [{number}]" if number else line

    def formatException(self, ei: Any) -> str:
        return indent(super().formatException(ei), "  ")


class JsonLines(logging.Formatter):
    """For programs: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": moment(record),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if number := request_id():
            line["request_id"] = number
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        return msgspec.json.encode(line).decode()


def moment(record: logging.LogRecord) -> str:
    """When it was logged, ISO 8601 in UTC, to the millisecond."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{whole}.{int(record.msecs):03}Z"


class RoutesForPaths(logging.Filter):
    """Replaces the path of a request by its route: paths can hold keys, as in a reset's link."""

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path", None)
        if path and isinstance(record.args, tuple):
            written = {path, path.encode("unicode_escape").decode("ascii")}
            route = _route(record.__dict__["request"])
            record.args = tuple(route if part in written else part for part in record.args)
        return True


class NotOfVisitors(logging.Filter):
    """Leaves out what anybody can cause from outside, as requests for another host's name."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _is_of_visitors(record)


class VisitorsInOneLine(logging.Filter):
    """Says of what anybody can cause from outside what it was, and not where in the code."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _is_of_visitors(record):
            record.exc_info = record.exc_text = None
        return True


def _is_of_visitors(record: logging.LogRecord) -> bool:
    return record.name.startswith("django.security")


def _route(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "an address that nothing has"
