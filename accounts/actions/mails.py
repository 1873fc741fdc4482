"""Mails: written with whatever they are about, sent by the task worker, again if need be."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from accounts.errors import AccountsError, Refusal
from accounts.models import Mail
from accounts.models.mails import ERROR_LIMIT

logger = logging.getLogger(__name__)

# Longer than a mail server may take: whoever has not sent a mail by then was killed over it.
LEASE = timedelta(minutes=5)
SENT_IN_A_ROW = 50


@transaction.atomic
def queue_mail(*, recipient: str, subject: str, text: str, html: str) -> Mail:
    """Store a mail in the present transaction; the worker sends it once that is committed."""
    now = timezone.now()
    mail = Mail.objects.create(
        recipient=recipient, subject=subject, text=text, html=html, created_at=now, due_at=now
    )
    deliver_mail.enqueue(mail.pk)
    return mail


@transaction.atomic
def send_again(*, mail: Mail) -> None:
    """Try a mail anew that was given up. Raises `AccountsError` (`not_found`) if it is not there
    any more, or still being tried."""
    given_up = Mail.objects.filter(pk=mail.pk, failed_at__isnull=False)
    if not given_up.update(failed_at=None, tries=0, due_at=timezone.now()):
        raise AccountsError(Refusal.NOT_FOUND)
    deliver_mail.enqueue(mail.pk)


@task()
def deliver_mail(mail_id: int) -> None:
    """Send a mail, unless it was sent, is being sent by somebody else, or shall wait."""
    now = timezone.now()
    mine = Mail.objects.filter(pk=mail_id, failed_at=None, due_at__lte=now)
    if not mine.update(due_at=now + LEASE, tries=F("tries") + 1):
        return
    mail = Mail.objects.get(pk=mail_id)
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.recipient])
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except Exception as error:  # noqa: BLE001 - mail servers fail in every way
        _try_later(mail, error)
    else:
        mail.delete()


def _try_later(mail: Mail, error: Exception) -> None:
    # Servers repeat addresses, but not what a mail says.
    mail.error = f"{type(error).__name__}: {error}"[:ERROR_LIMIT]
    pauses = settings.MAIL_RETRY_PAUSES
    if mail.tries <= len(pauses):
        mail.due_at = timezone.now() + timedelta(seconds=pauses[mail.tries - 1])
        logger.warning("Mail %d was not sent, try %d: %r", mail.pk, mail.tries, error)
    else:
        mail.failed_at = timezone.now()
        logger.error("Mail %d is given up after %d tries: %r", mail.pk, mail.tries, error)
    mail.save(update_fields=["error", "due_at", "failed_at"])


def send_due_mails() -> None:
    """Send what waited for another try, and what a killed worker left; forget what is too old for
    its links to work. The worker does this every few seconds."""
    now = timezone.now()
    Mail.objects.filter(created_at__lt=now - timedelta(days=settings.MAILS_KEPT)).delete()
    # Those written just now have a task.
    waiting = Mail.objects.filter(failed_at=None, due_at__lt=now, tries__gt=0)
    forgotten = Mail.objects.filter(failed_at=None, due_at__lt=now - LEASE, tries=0)
    due = (waiting | forgotten).order_by("due_at").values_list("pk", flat=True)
    for mail_id in due[:SENT_IN_A_ROW]:
        deliver_mail.call(mail_id)
