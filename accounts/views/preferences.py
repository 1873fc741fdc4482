"""What one has set for oneself, on one page with the ways to change it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.profile import show_receipts
from accounts.queries.addresses import address_to_confirm
from accounts.queries.logins import logins_of
from accounts.queries.tokens import tokens_of

from .doors import PersonRequest, show


@require_safe
@login_required
@never_cache
def preferences(request: PersonRequest) -> HttpResponse:
    context = {
        "unconfirmed": address_to_confirm(user=request.user),
        "login_count": logins_of(user=request.user).count(),
        "token_count": tokens_of(user=request.user).count(),
    }
    return show(request, "accounts/preferences.html", context)


@require_POST
@login_required
def receipts(request: PersonRequest) -> HttpResponse:
    """Let others see how far one has read (`shown=on`), or not."""
    show_receipts(user=request.user, shown=request.POST.get("shown") == "on")
    messages.success(request, _("Saved."))
    return redirect("preferences")
