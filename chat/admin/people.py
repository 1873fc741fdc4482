"""People: who is here, who is suspended, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.people import PersonAdmin
from accounts.models import Comment, Post, User
from accounts.queries.addresses import address_to_confirm
from accounts.roles import ADMINISTRATOR, MODERATOR, role_of
from chat.actions.people import (
    end_sessions,
    reinstate_person,
    send_confirmation_again,
    set_role,
    suspend_person,
)
from chat.models import LivePerson, Membership, Message, ModerationEntry, Report

from .acting import ActingList
from .acts import Act, CarryOut, each
from .columns import badge, links, list_of, upto, when
from .figures import COUNTED_UP_TO, attach, rooms_by_person, sessions_by_person


def of_person(act: Callable[..., object], **more: object) -> CarryOut[User]:
    """Carry out an `act` of the chat on each person."""
    return each(lambda by, user, said: act(by=by, user=user, reason=said["reason"], **more))


SUSPEND = Act[User](
    name="suspend",
    label=_("Suspend"),
    effect=_("All their sessions end now, and they cannot log in until they are reinstated."),
    carry_out=of_person(suspend_person),
    fits=lambda user: user.is_active,
    is_harsh=True,
)
REINSTATE = Act[User](
    name="reinstate",
    label=_("Reinstate"),
    effect=_("They can log in again. What they belonged to is as it was."),
    carry_out=of_person(reinstate_person),
    fits=lambda user: not user.is_active,
)
END_SESSIONS = Act[User](
    name="end_sessions",
    label=_("End all sessions"),
    effect=_("They are logged out everywhere, and their API tokens go. They may log in again."),
    carry_out=of_person(end_sessions),
    is_harsh=True,
)
RESEND_LINK = Act[User](
    name="resend_link",
    label=_("Send the link again"),
    effect=_("They get another mail with the link that confirms their address."),
    carry_out=of_person(send_confirmation_again),
    fits=lambda user: address_to_confirm(user=user) is not None,
)
MAKE_MODERATOR = Act[User](
    name="make_moderator",
    label=_("Make moderator"),
    effect=_("They moderate every room, and hide posts and comments."),
    carry_out=of_person(set_role, role=MODERATOR),
    fits=lambda user: role_of(user) != MODERATOR,
)
MAKE_ADMINISTRATOR = Act[User](
    name="make_administrator",
    label=_("Make administrator"),
    effect=_("They do what moderators do, and get into this admin."),
    carry_out=of_person(set_role, role=ADMINISTRATOR),
    fits=lambda user: role_of(user) != ADMINISTRATOR,
)
TAKE_ROLE = Act[User](
    name="take_role",
    label=_("Take the role away"),
    effect=_("They are what everybody is, and do not get into this admin any more."),
    carry_out=of_person(set_role, role=None),
    fits=lambda user: role_of(user) is not None,
    is_harsh=True,
)


class AccessFilter(admin.SimpleListFilter):
    """Who may come in and who is here: each served by an index, or by the register in Redis."""

    title = _("access")
    parameter_name = "access"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("live", _("live now")), ("suspended", _("suspended")), ("staff", _("staff"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        match self.value():
            case "live":
                return queryset.filter(pk__in=list(sessions_by_person() or ()))
            case "suspended":
                return queryset.filter(is_active=False)
            case "staff":
                return queryset.filter(is_staff=True)
            case _:
                return queryset


@admin.register(User)
class ModeratedPersonAdmin(ActingList[User], PersonAdmin):
    """The people of `accounts`, with what the chat knows of them and does to them."""

    acts = (
        SUSPEND,
        REINSTATE,
        END_SESSIONS,
        RESEND_LINK,
        MAKE_MODERATOR,
        MAKE_ADMINISTRATOR,
        TAKE_ROLE,
    )
    list_display = ("username", "access", "live", "seen", "rooms", "display_name", "email")
    list_filter = (AccessFilter, "groups")
    fieldsets = (*PersonAdmin.fieldsets, (_("In the chat"), {"fields": ("elsewhere",)}))  # type: ignore[assignment]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), "elsewhere")

    def describe(self, row: User) -> str:
        return f"{row.username} ({row.display_name})"

    def load_page(self, request: HttpRequest, rows: list[User]) -> None:
        attach(rows, "room_count", rooms_by_person([person.pk for person in rows]), default=0)
        sessions = sessions_by_person()
        attach(rows, "session_count", sessions or {}, default=None if sessions is None else 0)

    @admin.display(description=_("last seen"))
    def seen(self, person: User) -> SafeString | str:
        return when(person.last_seen)

    @admin.display(description=_("rooms"))
    def rooms(self, person: Any) -> SafeString:
        words = upto(person.room_count, COUNTED_UP_TO)
        return links([(list_of(Membership, user=person.pk), words)])

    @admin.display(description=_("live now"))
    def live(self, person: Any) -> SafeString | str:
        """A number, or that nobody can say while Redis is away."""
        count = person.session_count
        if count is None:
            return badge(_("unknown"))
        words = ngettext("%(n)d session", "%(n)d sessions", count) % {"n": count}
        return badge(words, tone="good") if count else ""

    @admin.display(description=_("access"))
    def access(self, person: User) -> SafeString | str:
        if not person.is_active:
            return badge(_("suspended"), tone="bad")
        if person.is_superuser:
            return badge(_("superuser"))
        return badge(_("staff")) if person.is_staff else ""

    @admin.display(description=_("see also"))
    def elsewhere(self, person: User) -> SafeString:
        return links(
            [
                (list_of(LivePerson, person=person.username), _("live sessions")),
                (list_of(Membership, user=person.pk), _("rooms")),
                (list_of(Message, sender=person.pk), _("messages")),
                (list_of(Post, author=person.pk), _("posts")),
                (list_of(Comment, author=person.pk), _("comments")),
                (list_of(Report, q=person.username, state="all"), _("reports about them")),
                (list_of(ModerationEntry, subject=person.pk), _("moderation log")),
            ]
        )
