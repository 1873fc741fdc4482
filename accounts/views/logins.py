"""Where one is logged in: browsers and tokens, and how each of them ends."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.logins import end_login, end_other_logins
from accounts.actions.tokens import create_token, revoke_token
from accounts.forms import TokenForm
from accounts.queries.logins import logins_of
from accounts.queries.tokens import tokens_of

from .doors import PersonRequest, require_page, show


@require_safe
@login_required
@never_cache
def sessions(request: PersonRequest) -> HttpResponse:
    context = {
        "logins": list(logins_of(user=request.user)),
        "here": request.session.session_key,
        "tokens": list(tokens_of(user=request.user)),
    }
    return show(request, "accounts/sessions.html", context)


@require_POST
@login_required
def end(request: PersonRequest, login_id: int) -> HttpResponse:
    """End one session. One that has ended already is no error: that is what was wanted."""
    end_login(user=request.user, login_id=login_id)
    messages.success(request, _("That session has ended."))
    return redirect("sessions")


@require_POST
@login_required
def end_others(request: PersonRequest) -> HttpResponse:
    ended = end_other_logins(user=request.user, session_key=request.session.session_key)
    words = ngettext("%(n)d other session has ended.", "%(n)d other sessions have ended.", ended)
    messages.success(request, words % {"n": ended})
    return redirect("sessions")


@require_page
@login_required
@reauthentication_required  # type: ignore[untyped-decorator] # allauth comes without types
@never_cache
def new_token(request: PersonRequest) -> HttpResponse:
    """Make a token, and show it this once."""
    form = TokenForm(request.POST or None)
    if form.is_valid():
        row, token = create_token(user=request.user, name=form.cleaned_data["name"])
        return show(request, "accounts/token_made.html", {"row": row, "token": token})
    status = 400 if form.errors else 200
    return show(request, "accounts/new_token.html", {"form": form}, status=status)


@require_POST
@login_required
def revoke(request: PersonRequest, key: str) -> HttpResponse:
    row = tokens_of(user=request.user).filter(token_key=key).first()
    if row is not None:
        revoke_token(user=request.user, digest=row.digest)
    messages.success(request, _("That token does not work any more."))
    return redirect("sessions")
