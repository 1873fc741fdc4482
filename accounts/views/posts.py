"""Posts: the feed, everybody's, one of them, and what is done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import markdown
from accounts.actions import posts
from accounts.actions.comments import write_comment
from accounts.errors import AccountsError, Refusal
from accounts.forms import WritingForm
from accounts.models import Comment, Post
from accounts.queries.people import people_called, people_near
from accounts.queries.posts import (
    comment_by_id,
    comments_on,
    post_by_id,
    posts_by_ids,
)
from accounts.queries.posts import (
    explore as all_posts,
)
from accounts.queries.posts import (
    feed as posts_for,
)
from accounts.refusals import explain

from .doors import PersonRequest, cursor_of, is_id, refusals_are_pages, require_page, show

if TYPE_CHECKING:
    from accounts.queries.posts import CountedPost

# As the script does.
ASKED_FOR_AT_ONCE = 100


@require_page
@login_required
@never_cache
def feed(request: PersonRequest) -> HttpResponse:
    """One's own posts and those of whom one follows; and a form for another."""
    form = WritingForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            posts.write_post(author=request.user, **form.written)
        except AccountsError as error:
            form.refuse(error)
        else:
            return redirect("feed")
    with refusals_are_pages():
        page = posts_for(request.user, cursor=cursor_of(request))
    context = {
        "page": page,
        "form": form,
        "preview": _preview(request),
        "limit": settings.POST_TEXT_LIMIT,
        "near": people_near(request.user),
    }
    status = 400 if form.errors else 200
    return show(request, "accounts/feed.html", context, part="accounts/posts.html", status=status)


@require_safe
@login_required
@never_cache
def explore(request: PersonRequest) -> HttpResponse:
    """Everybody's posts."""
    with refusals_are_pages():
        page = all_posts(cursor=cursor_of(request))
    context = {"page": page, "near": people_near(request.user)}
    return show(request, "accounts/explore.html", context, part="accounts/posts.html")


@require_safe
@login_required
@never_cache
def some(request: PersonRequest) -> HttpResponse:
    """Posts by their ids, those that are there still: for the script of a list they stand in."""
    asked = [each for each in request.GET.get("ids", "").split(",") if is_id(each)]
    found = posts_by_ids([int(each) for each in asked[:ASKED_FOR_AT_ONCE]])
    return render(request, "accounts/posts.html", {"page": {"items": found}, "is_part": True})


@require_page
@login_required
@never_cache
def post(request: PersonRequest, post_id: int) -> HttpResponse:
    """One post with what was said to it; and a form to say something."""
    with refusals_are_pages():
        found = post_by_id(post_id)
    form = WritingForm(request.POST or None)
    if form.is_valid():
        try:
            with refusals_are_pages():
                comment = write_comment(post_id=post_id, author=request.user, **form.written)
        except AccountsError as error:
            form.refuse(error)
        else:
            return redirect(comment)
    return _show_post(request, found, form)


def _show_post(request: PersonRequest, found: CountedPost, form: WritingForm) -> HttpResponse:
    with refusals_are_pages():
        page = comments_on(found, cursor=cursor_of(request), at=_asked_for(request, found))
    context = {"post": found, "page": page, "form": form, "limit": settings.COMMENT_TEXT_LIMIT}
    status = 400 if form.errors else 200
    return show(
        request, "accounts/post.html", context, part="accounts/post_body.html", status=status
    )


def _asked_for(request: PersonRequest, found: Post) -> Comment | None:
    """The comment that a link leads to, if it is still there."""
    wanted = request.GET.get("comment", "")
    if not is_id(wanted):
        return None
    try:
        comment = comment_by_id(int(wanted))
    except AccountsError:
        return None
    return comment if comment.post_id == found.pk else None


@require_page
@login_required
@never_cache
def edit(request: PersonRequest, post_id: int) -> HttpResponse:
    with refusals_are_pages():
        found = post_by_id(post_id)
        if found.author_id != request.user.pk:
            raise AccountsError(Refusal.NOT_ALLOWED)
    form = WritingForm(request.POST or None, initial={"text": found.body})
    if form.is_valid() and "preview" not in request.POST:
        try:
            with refusals_are_pages():
                posts.edit_post(post_id=post_id, by=request.user, text=form.written["text"])
        except AccountsError as error:
            form.add_error("text", explain(error))
        else:
            return redirect(found)
    context = {
        "post": found,
        "form": form,
        "preview": _preview(request),
        "limit": settings.POST_TEXT_LIMIT,
    }
    status = 400 if form.errors else 200
    return show(request, "accounts/edit_post.html", context, status=status)


@require_page
@login_required
@never_cache
def delete(request: PersonRequest, post_id: int) -> HttpResponse:
    """Ask, since it cannot be undone; then do it."""
    with refusals_are_pages():
        found = post_by_id(post_id)
        if found.author_id != request.user.pk:
            raise AccountsError(Refusal.NOT_ALLOWED)
        if request.method == "POST":
            posts.delete_post(post_id=post_id, by=request.user)
            messages.success(request, _("The post is deleted."))
            return redirect("feed")
    context = {
        "heading": _("Delete this post?"),
        "words": _("Its comments go with it. This cannot be undone."),
        "writing": found,
        "act": _("Delete"),
        "back": found.get_absolute_url(),
    }
    return show(request, "accounts/confirm.html", context)


@require_POST
@login_required
def preview(request: PersonRequest) -> HttpResponse:
    """How a text would look."""
    return show(request, "accounts/preview.html", {"preview": _preview(request)})


def _preview(request: PersonRequest) -> SafeString:
    """What `text` would become, if a preview is asked for."""
    if "preview" not in request.POST:
        return SafeString()
    text = request.POST.get("text", "")[: settings.POST_TEXT_LIMIT]
    names = [person.username for person in people_called(markdown.names_in(text))]
    return mark_safe(markdown.render(text, names))  # noqa: S308 - that is what makes it safe
