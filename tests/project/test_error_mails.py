"""Mails to administrators: one for a kind of error, few in all, from a thread of their own."""

import logging
import threading
from collections.abc import Iterator

import pytest
from django.core import mail
from pytest_django import Settings

from project import error_mails
from project.error_mails import AGAIN_AFTER, HOUR, MOST_AN_HOUR, ErrorMails, Rate


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(settings: Settings, clock: Clock) -> Iterator[logging.Logger]:
    settings.ADMINS = [("Ann", "ann@example.org")]
    handler = ErrorMails(clock=clock)
    logger = logging.getLogger("parley.test")
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)
    handler.close()


def mails(log: logging.Logger) -> list[mail.EmailMessage]:
    """All that were sent, once those under way are."""
    log.handlers[0].close()
    return mail.outbox


def test_a_storm_of_one_error_is_one_mail_and_the_next_says_how_many_there_were(
    log: logging.Logger, clock: Clock
) -> None:
    for number in range(1000):
        log.error("Room %d broke", number)
    [first] = mails(log)
    assert first.subject == "[Parley] ERROR in parley.test: Room 0 broke"
    assert first.to == ["ann@example.org"]
    assert "not mailed" not in first.body

    clock.now += AGAIN_AFTER
    log.error("Room %d broke", 1000)
    assert "not mailed since the last: 999" in mails(log)[1].body


def test_a_storm_of_different_errors_is_few_mails(log: logging.Logger, clock: Clock) -> None:
    for number in range(1000):
        log.error(f"Error {number}")  # noqa: G004 - each of a kind of its own
    assert len(mails(log)) == MOST_AN_HOUR
    clock.now += HOUR
    log.error("one more")
    assert len(mails(log)) == MOST_AN_HOUR + 1


def test_what_raised_elsewhere_is_another_kind() -> None:
    rate, kinds = Rate(), []
    for text in ("1/0", "{}['x']"):
        try:
            eval(text)
        except (ZeroDivisionError, KeyError) as error:
            made = logging.makeLogRecord(
                {"msg": "broke", "exc_info": (type(error), error, error.__traceback__)}
            )
            kinds.append(error_mails.kind_of(made))
    assert [rate.take(kind, 1.0) for kind in kinds] == [0, 0]
    assert rate.take(kinds[0], 2.0) is None


def test_what_is_no_error_is_no_mail(log: logging.Logger) -> None:
    log.warning("slow")
    assert mails(log) == []


def test_who_logs_does_not_wait_for_the_mail_server(
    log: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, sent = threading.Event(), threading.Event()

    def send_slowly(*_: str) -> None:
        answers.wait(10)
        sent.set()

    monkeypatch.setattr(error_mails, "mail_admins", send_slowly)
    log.error("broke")
    assert not sent.is_set()
    answers.set()


def test_a_mail_that_cannot_be_sent_is_said_in_the_log_and_not_mailed(
    log: logging.Logger, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: str) -> None:
        raise OSError("no mail server")

    monkeypatch.setattr(error_mails, "mail_admins", refuse)
    log.error("broke")
    mails(log)
    [said] = [record for record in caplog.records if record.name == error_mails.__name__]
    assert said.levelname == "WARNING"
    assert "no mail server" in said.getMessage()
