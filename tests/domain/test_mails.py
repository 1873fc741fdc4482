"""Mails: sent by the worker, again if need be, and gone from the database once they are sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.actions.mails import deliver_mail, queue_mail, send_again, send_due_mails
from accounts.errors import AccountsError
from accounts.mails import as_html
from accounts.models import Mail
from project.task_process import TaskLoop

# The worker looks after its own connection, as it could not inside a test's transaction.
pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "http://testserver/accounts/password/reset/key/1-abc/"


@pytest.fixture(autouse=True)
def queue(settings: Any) -> None:
    """As in production: what is to be done waits in the database."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.MAIL_RETRY_PAUSES = [60, 300]


def write(recipient: str = "alice@example.org") -> Mail:
    text = f"Hello.\n\n{SECRET}\n\n--\nParley"
    return queue_mail(recipient=recipient, subject="Hello", text=text, html="<p>Hello.</p>")


def work() -> None:
    TaskLoop().work()


class Server:
    """A mail server that fails while `is_down`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_down = True
        self.tries = 0
        send = EmailMultiAlternatives.send

        def answer(message: EmailMultiAlternatives, *args: Any, **kwargs: Any) -> int:
            self.tries += 1
            if self.is_down:
                raise OSError("no route to the mail server")
            return send(message, *args, **kwargs)

        monkeypatch.setattr(EmailMultiAlternatives, "send", answer)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


def later(**change: Any) -> None:
    """So much time goes by."""
    for row in Mail.objects.all():
        row.due_at -= timedelta(**change)
        row.created_at -= timedelta(**change)
        row.save()


def test_a_mail_is_sent_by_the_worker_and_is_gone() -> None:
    write()
    assert django_mail.outbox == []
    work()
    [sent] = django_mail.outbox
    assert (sent.to, sent.subject) == (["alice@example.org"], "Hello")
    assert isinstance(sent, EmailMultiAlternatives)
    assert [part[0] for part in sent.alternatives] == ["<p>Hello.</p>"]
    assert not Mail.objects.exists()


def test_no_secret_stands_in_the_queue() -> None:
    write()
    work()
    [row] = DBTaskResult.objects.values()
    assert "reset" not in repr(row)


def test_a_mail_about_what_did_not_happen_is_never_sent() -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    work()
    assert django_mail.outbox == []


def test_a_mail_that_fails_waits_and_is_tried_again(server: Server) -> None:
    write()
    work()
    waiting = Mail.objects.get()
    assert waiting.failed_at is None
    assert "no route" in waiting.error
    assert waiting.due_at > timezone.now() + timedelta(seconds=50)
    send_due_mails()
    assert server.tries == 1  # not before its time
    server.is_down = False
    later(seconds=61)
    send_due_mails()
    assert len(django_mail.outbox) == 1
    assert not Mail.objects.exists()


def test_after_the_last_try_it_is_given_up_and_said(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    write()
    work()
    for _ in range(5):
        later(hours=1)
        send_due_mails()
    assert server.tries == 3
    given_up = Mail.objects.get()
    assert given_up.failed_at is not None
    said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(said) == 1
    assert "given up after 3 tries" in said[0]
    assert "alice" not in said[0]


def test_one_that_was_given_up_is_sent_again_when_asked_for(server: Server) -> None:
    write()
    work()
    with pytest.raises(AccountsError):
        send_again(mail=Mail.objects.get())  # still being tried
    Mail.objects.update(failed_at=timezone.now())
    server.is_down = False
    send_again(mail=Mail.objects.get())
    work()
    assert len(django_mail.outbox) == 1


def test_what_a_killed_worker_left_is_sent_once_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        pass

    def die(self: EmailMultiAlternatives) -> int:
        raise Killed

    write()
    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", die)
        work()
    send_due_mails()
    assert django_mail.outbox == []  # whoever took it may still be at it
    later(minutes=6)
    send_due_mails()
    assert len(django_mail.outbox) == 1


def test_a_mail_whose_task_was_lost_is_found() -> None:
    write()
    DBTaskResult.objects.all().delete()
    send_due_mails()
    assert django_mail.outbox == []
    later(minutes=6)
    send_due_mails()
    assert len(django_mail.outbox) == 1


def test_two_workers_send_it_once() -> None:
    mail = write()

    def twice(*_: Any, **__: Any) -> int:
        deliver_mail.call(mail.pk)
        return sent(*_, **__)

    sent = EmailMultiAlternatives.send
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", twice)
        work()
    deliver_mail.call(mail.pk)
    assert len(django_mail.outbox) == 1


def test_what_is_too_old_for_its_links_is_forgotten(server: Server) -> None:
    write()
    work()
    later(days=4)
    send_due_mails()
    assert not Mail.objects.exists()
    assert server.tries == 1


# --- how they look ---


def test_a_mail_in_html_says_the_same_with_a_button() -> None:
    html = as_html(subject="Set a new password", text=f"Here <it> is:\n\n{SECRET}\n\n--\nParley")
    assert "<h1" in html
    assert "Here &lt;it&gt; is:" in html
    assert f'<a href="{SECRET}"' in html
    assert html.count(SECRET) == 2  # to copy, too
    assert "<script" not in html


@pytest.mark.parametrize("text", ["javascript:alert(1)", "http://a.example/ and more", "no link"])
def test_only_an_address_alone_becomes_a_button(text: str) -> None:
    assert "<a " not in as_html(subject="Hello", text=text)
