"""Who is kept out of which room."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.lists import ReadingList, in_any
from accounts.admin.people import people_found
from chat.actions.moderation import unban_member
from chat.models import Ban

from .acting import ActingList
from .acts import Act, each
from .columns import link, when
from .filters import PickFilter

LIFT = Act[Ban](
    name="lift",
    label=_("Lift the ban"),
    effect=_("They can come back to the room; into a private one they must be invited."),
    carry_out=each(
        lambda by, ban, said: unban_member(
            room=ban.room_id, by=by, user=ban.user, reason=said["reason"]
        )
    ),
)


@admin.register(Ban)
class BanAdmin(ActingList[Ban], ReadingList[Ban]):
    acts = (LIFT,)
    list_display = ("who", "in_room", "since")
    list_filter = (("room", PickFilter), ("user", PickFilter))
    search_fields = ("user",)
    search_help_text = _("Finds people.")
    ordering = ("-pk",)
    fields = ("user", "room", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ban]:
        return super().get_queryset(request).prefetch_related("user", "room")

    def found_by(self, term: str) -> Q:
        return in_any(["user"], people_found(term))

    @admin.display(description=_("person"))
    def who(self, ban: Ban) -> str:
        return ban.user.username

    @admin.display(description=_("room"))
    def in_room(self, ban: Ban) -> SafeString | str:
        return link(ban.room)

    @admin.display(description=_("since"))
    def since(self, ban: Ban) -> SafeString | str:
        return when(ban.created_at)
