"""Where accounts differs from allauth's own ways."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib import messages
from django.contrib.sites.shortcuts import get_current_site
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions.mails import queue_mail
from accounts.mails import as_html
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """allauth's adapter, with our words and without its traps."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This is already your address."),
        "email_password_mismatch": _("That name and password do not match."),
        "username_password_mismatch": _("That name and password do not match."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "invalid_password_reset": _("This link does not work any more."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
        "rate_limited": _("Too quick. Wait a minute, then try again."),
        "username_taken": _("That username is taken."),
    }

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failed logins by name *and* address: a stranger who guesses on purpose must not
        lock the owner of the name out.
        """
        name = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{self.get_client_ip(request)}:{name}"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Look for an address among the addresses alone: no username looks like one. allauth, which
        tries what was typed as both, hashes the password twice where the address has an account,
        and the time that takes would tell so.
        """
        if credentials.get("email") == credentials.get("username"):
            credentials.pop("username", None)
        return super().authenticate(request, **credentials)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a mail in the present transaction. It is sent later: nobody waits for a mail
        server, nor can tell by the time it takes whether there was anything to send.
        """
        request = allauth_context.request
        whole = {
            "request": request,
            "email": email,
            "current_site": get_current_site(request),
            "link_days": settings.MAIL_LINK_DAYS,
        }
        message = self.render_mail(template_prefix, email, whole | context)
        text = str(message.body)
        html = as_html(subject=message.subject, text=text)
        queue_mail(recipient=email, subject=message.subject, text=text, html=html)

    def get_login_stages(self) -> list[str]:
        """Put our stage of confirming an address in the place of allauth's."""
        theirs = "allauth.account.stages.EmailVerificationStage"
        ours = "accounts.stages.ConfirmEmailStage"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: BaseForm,
        commit: bool = True,
    ) -> User:
        """Save a new person, so that a name taken meanwhile leaves the connection usable."""
        with transaction.atomic():
            super().save_user(request, user, form, commit)
        return user

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address, unless it became somebody else's since the mail was sent."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            context = {"email": email_address.email}
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, context)
            return False
