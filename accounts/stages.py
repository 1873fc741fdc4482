"""Steps between the right password and being in. allauth loads them by name, once it is whole."""

from allauth.account.stages import EmailVerificationStage
from django.http import HttpResponse

from accounts.models import User
from accounts.queries.addresses import must_confirm_email


class ConfirmEmailStage(EmailVerificationStage):
    """Asks for a confirmed address only from those who registered one."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if isinstance(user, User) and not must_confirm_email(user=user):
            return None, True
        response: tuple[HttpResponse | None, bool] = super().handle()
        return response
