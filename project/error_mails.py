"""Mails of errors to the administrators: soon, short, and not one for each of a thousand."""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from threading import Thread

from django.core.mail import mail_admins

logger = logging.getLogger(__name__)

AGAIN_AFTER = 15 * 60.0  # seconds until an error of the same kind is mailed again
MOST_AN_HOUR = 10  # mails of one process, whatever their kind
HOUR = 3600.0
KINDS_COUNTED = 100
SUBJECT_LIMIT = 120  # characters
CLOSE_PATIENCE = 2.0  # seconds for mails under way at the end

Kind = tuple[object, ...]


class Rate:
    """Decides which errors are mailed, and counts the others. Times are seconds of any clock."""

    def __init__(self) -> None:
        self._mailed: dict[Kind, float] = {}
        self._times: deque[float] = deque(maxlen=MOST_AN_HOUR)
        self._left_out: Counter[Kind] = Counter()

    def take(self, kind: Kind, now: float) -> int | None:
        """How many of this kind were left out before this one, or None to leave it out too."""
        self._mailed = {known: at for known, at in self._mailed.items() if now - at < AGAIN_AFTER}
        too_many = len(self._times) == MOST_AN_HOUR and now - self._times[0] < HOUR
        if kind in self._mailed or too_many:
            if kind in self._left_out or len(self._left_out) < KINDS_COUNTED:
                self._left_out[kind] += 1
            return None
        self._mailed[kind] = now
        self._times.append(now)
        return self._left_out.pop(kind, 0)


class ErrorMails(logging.Handler):
    """Sends from a thread of its own: no request or socket waits for a mail server.

    The mail holds the log's line and traceback, nothing of the request: Django's own would mail
    what people have typed.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logging.ERROR)
        self._rate = Rate()
        self._clock = clock
        self._sending: set[Thread] = set()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            left_out = self._rate.take(kind_of(record), self._clock())
            if left_out is not None:
                self._send(_subject(record), self._body(record, left_out))
        except Exception:  # noqa: BLE001 - as every handler: a log that fails must not fail its user
            self.handleError(record)

    def _body(self, record: logging.LogRecord, left_out: int) -> str:
        body = self.format(record)
        if left_out:
            body += f"\n\nErrors like this one that were not mailed since the last: {left_out}."
        return body

    def _send(self, subject: str, body: str) -> None:
        thread = Thread(target=self._deliver, args=(subject, body), daemon=True)
        self._sending = {other for other in self._sending if other.is_alive()} | {thread}
        thread.start()

    def _deliver(self, subject: str, body: str) -> None:
        try:
            mail_admins(subject, body)
        except Exception as error:  # noqa: BLE001 - mail servers fail in every way
            logger.warning("A mail about an error could not be sent: %r", error)

    def close(self) -> None:
        for thread in self._sending:
            thread.join(CLOSE_PATIENCE)
        super().close()


def kind_of(record: logging.LogRecord) -> Kind:
    """What makes two errors the same: where they were logged, and where they were raised."""
    raised: Kind = ()
    if record.exc_info and record.exc_info[0]:
        trace = record.exc_info[2]
        while trace and trace.tb_next:
            trace = trace.tb_next
        raised = (record.exc_info[0], trace and (trace.tb_frame.f_code, trace.tb_lineno))
    return record.name, record.msg, raised


def _subject(record: logging.LogRecord) -> str:
    words = record.getMessage().splitlines() or [""]
    return f"{record.levelname} in {record.name}: {words[0]}"[:SUBJECT_LIMIT]
