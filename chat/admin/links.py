"""Which links lead into private rooms. The links themselves are not shown: staff could use them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.lists import ReadingList
from chat.actions.links import revoke_link
from chat.models import InviteLink

from .acting import ActingList
from .acts import Act, each
from .columns import link as link_to
from .columns import when
from .filters import PickFilter

REVOKE = Act[InviteLink](
    name="revoke",
    label=_("Revoke"),
    effect=_("Nobody can join by it any more; who joined stays."),
    carry_out=each(lambda by, row, said: revoke_link(room=row.room_id, by=by, link=row.pk)),
    fits=lambda row: row.revoked_at is None,
)


@admin.register(InviteLink)
class InviteLinkAdmin(ActingList[InviteLink], ReadingList[InviteLink]):
    acts = (REVOKE,)
    list_display = ("in_room", "maker", "made", "until", "uses", "use_limit", "revoked")
    list_display_links = ("made",)  # the room's name leads to the room
    list_filter = (("room", PickFilter), ("created_by", PickFilter))
    ordering = ("-pk",)
    fields = (
        "room",
        "created_by",
        "created_at",
        "expires_at",
        "use_limit",
        "uses",
        "revoked_at",
        "revoked_by",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[InviteLink]:
        return super().get_queryset(request).prefetch_related("room", "created_by")

    @admin.display(description=_("room"))
    def in_room(self, row: InviteLink) -> SafeString | str:
        return link_to(row.room)

    @admin.display(description=_("made by"))
    def maker(self, row: InviteLink) -> str:
        return row.created_by.username

    @admin.display(description=_("made"))
    def made(self, row: InviteLink) -> SafeString | str:
        return when(row.created_at)

    @admin.display(description=_("expires"))
    def until(self, row: InviteLink) -> SafeString | str:
        return when(row.expires_at) if row.expires_at else ""

    @admin.display(description=_("revoked"))
    def revoked(self, row: InviteLink) -> SafeString | str:
        return when(row.revoked_at) if row.revoked_at else ""
