"""What is done about posts and comments of others, and about comments under one's own posts."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actions import comments, hiding
from accounts.actions.rights import hide_permission
from accounts.forms import ReasonForm
from accounts.models import Comment, Post
from accounts.queries.posts import comment_by_id, post_by_id

from .doors import PersonRequest, refusals_are_pages, require_page, show


@require_page
@login_required
@never_cache
def delete_comment(request: PersonRequest, comment_id: int) -> HttpResponse:
    """Ask, since it cannot be undone; then do it."""
    with refusals_are_pages():
        found = comment_by_id(comment_id)
        if request.user.pk not in (found.author_id, found.post.author_id):
            raise PermissionDenied
        if request.method == "POST":
            comments.delete_comment(comment_id=comment_id, by=request.user)
            messages.success(request, _("The comment is deleted."))
            return redirect(found.post)
    context = {
        "heading": _("Delete this comment?"),
        "words": _("This cannot be undone."),
        "writing": found,
        "act": _("Delete"),
        "back": found.get_absolute_url(),
    }
    return show(request, "accounts/confirm.html", context)


@require_page
@login_required
@never_cache
def hide_post(request: PersonRequest, post_id: int) -> HttpResponse:
    with refusals_are_pages():
        return _hide(request, post_by_id(post_id), _("Hide this post?"))


@require_page
@login_required
@never_cache
def hide_comment(request: PersonRequest, comment_id: int) -> HttpResponse:
    with refusals_are_pages():
        return _hide(request, comment_by_id(comment_id), _("Hide this comment?"))


def _hide(request: PersonRequest, found: Post | Comment, heading: str) -> HttpResponse:
    """Ask for the reason, then hide it."""
    if not request.user.has_perm(hide_permission(found)):
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        hiding.hide(found, by=request.user, reason=form.cleaned_data["reason"])
        return redirect(found)
    context = {
        "heading": heading,
        "words": _("A notice stands in its place. Its author can still read it, and the reason."),
        "form": form,
        "writing": found,
        "act": _("Hide"),
        "back": found.get_absolute_url(),
    }
    return show(request, "accounts/confirm.html", context, status=400 if form.errors else 200)


@require_POST
@login_required
def show_post(request: PersonRequest, post_id: int) -> HttpResponse:
    with refusals_are_pages():
        return redirect(hiding.show(post_by_id(post_id), by=request.user))


@require_POST
@login_required
def show_comment(request: PersonRequest, comment_id: int) -> HttpResponse:
    with refusals_are_pages():
        return redirect(hiding.show(comment_by_id(comment_id), by=request.user))
