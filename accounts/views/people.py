"""People: everybody, one of them, who follows whom, and what one shows of oneself."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import follows
from accounts.actions.pictures import remove_picture, set_picture
from accounts.actions.profile import describe, rename
from accounts.errors import AccountsError
from accounts.forms import PictureForm, ProfileForm
from accounts.models import User
from accounts.paging import Page
from accounts.queries.people import (
    Acquaintance,
    directory,
    followed_by,
    followers_of,
    people_matching,
    profile_of,
)
from accounts.queries.posts import posts_by
from accounts.refusals import explain

from .doors import (
    PersonRequest,
    cursor_of,
    find_person,
    refusals_are_pages,
    require_page,
    show,
    wants_part,
    way_back,
)


@require_safe
@login_required
@never_cache
def people(request: PersonRequest) -> HttpResponse:
    """Everybody by name, or those whose name begins with what one looks for."""
    words = request.GET.get("q", "").strip()
    if words:
        found = people_matching(words, reader=request.user)
        page = Page(found, next=None, previous=None, has_previous=False)
    else:
        with refusals_are_pages():
            page = directory(reader=request.user, cursor=cursor_of(request))
    return show(request, "accounts/people.html", {"page": page, "q": words})


@require_safe
@login_required
@never_cache
def profile(request: PersonRequest, username: str) -> HttpResponse:
    person = find_person(username)
    with refusals_are_pages():
        page = posts_by(person, cursor=cursor_of(request))
    context = {"profile": profile_of(person, reader=request.user), "page": page}
    return show(request, "accounts/profile.html", context, part="accounts/posts.html")


@require_safe
@login_required
@never_cache
def followers(request: PersonRequest, username: str) -> HttpResponse:
    return _ties(request, username, followers_of, "followers")


@require_safe
@login_required
@never_cache
def following(request: PersonRequest, username: str) -> HttpResponse:
    return _ties(request, username, followed_by, "following")


def _ties(
    request: PersonRequest, username: str, read: Callable[..., Page[Acquaintance]], tab: str
) -> HttpResponse:
    person = find_person(username)
    with refusals_are_pages():
        page = read(person, reader=request.user, cursor=cursor_of(request))
    context = {"profile": profile_of(person, reader=request.user), "page": page, "tab": tab}
    return show(request, "accounts/ties.html", context)


@require_POST
@login_required
def follow(request: PersonRequest, username: str) -> HttpResponse:
    """Follow (`on` is "1") or unfollow; a script gets the button in its new state."""
    person = find_person(username)
    on = request.POST.get("on") == "1"
    act = follows.follow if on else follows.unfollow
    try:
        with refusals_are_pages():
            act(follower=request.user, followed=person)
    except AccountsError as error:
        messages.error(request, explain(error))
    back = way_back(request, person.get_absolute_url())
    if not wants_part(request):
        return redirect(back)
    context = {
        "profile": profile_of(person, reader=request.user),
        "with_facts": "facts" in request.POST,
        "back": back,
    }
    return show(request, "accounts/followed.html", context)


@require_page
@login_required
@never_cache
def edit_profile(request: PersonRequest) -> HttpResponse:
    user = request.user
    known = {"first_name": user.first_name, "last_name": user.last_name, "about_me": user.about_me}
    form = ProfileForm(request.POST or None, initial=known)
    if form.is_valid():
        _save_profile(user, form)
        messages.success(request, _("Your profile is saved."))
        return redirect(user)
    context = {"form": form, "picture_form": PictureForm()}
    status = 400 if form.errors else 200
    return show(request, "accounts/edit_profile.html", context, status=status)


@transaction.atomic
def _save_profile(user: User, form: ProfileForm) -> None:
    changed = {"first_name", "last_name"}.intersection(form.changed_data)
    if changed:
        rename(user=user, **{name: form.cleaned_data[name] for name in changed})
    describe(user=user, about_me=form.cleaned_data["about_me"])


@require_POST
@login_required
def change_picture(request: PersonRequest) -> HttpResponse:
    """Take over an uploaded picture, or (`remove`) go back to the drawn one."""
    form = PictureForm(request.POST, request.FILES)
    if "remove" in request.POST:
        remove_picture(user=request.user)
        messages.success(request, _("Your picture is the one drawn from your name again."))
    elif form.is_valid():
        try:
            set_picture(user=request.user, file=form.cleaned_data["picture"])
            messages.success(request, _("Your picture is changed."))
        except AccountsError as error:
            messages.error(request, explain(error))
    else:
        messages.error(request, _("Choose a picture first."))
    return redirect("edit-profile")
