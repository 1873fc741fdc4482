"""Rooms: what they are, whether anything needs doing, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chat.actions.moderation import SLOW_MODE_LIMIT, close_room, reopen_room, set_slow_mode
from chat.actions.rooms import RoomSettings, change_room
from chat.models import Membership, Message, ModerationEntry, Report, Room
from chat.models.moderation import REASON_LIMIT

from .acting import ActingList, acting
from .acts import Act, each
from .columns import badge, links, list_of, upto, when
from .figures import COUNTED_UP_TO, room_figures
from .privacy import look, sees

if TYPE_CHECKING:  # generic for the type checker only
    BaseForm = ModelForm[Room]
else:
    BaseForm = ModelForm


class OpenFilter(admin.SimpleListFilter):
    title = _("whether it is open")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("closed", _("closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> QuerySet[Room]:
        match self.value():
            case "open":
                return queryset.filter(closed_at__isnull=True)
            case "closed":
                return queryset.filter(closed_at__isnull=False)
            case _:
                return queryset


class RoomForm(BaseForm):
    """What may be changed of a room, and why it is."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LIMIT,
        required=False,
        help_text=_("Goes into the moderation log. Needed to change anything."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slow_mode" in self.fields:
            self.fields["slow_mode"].validators.append(MaxValueValidator(SLOW_MODE_LIMIT))

    def clean(self) -> dict[str, Any] | None:
        if set(self.changed_data) - {"reason"} and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Say why this is changed."))
        return super().clean()


CLOSE = Act[Room](
    name="close",
    label=_("Close the room"),
    effect=_("Members can only read from then on, until a room is reopened."),
    carry_out=each(lambda by, room, said: close_room(room=room.pk, by=by, reason=said["reason"])),
    fits=lambda room: room.closed_at is None,
    is_harsh=True,
)
REOPEN = Act[Room](
    name="reopen",
    label=_("Reopen the room"),
    effect=_("Members can write again."),
    carry_out=each(lambda by, room, said: reopen_room(room=room.pk, by=by, reason=said["reason"])),
    fits=lambda room: room.closed_at is not None,
)


@admin.register(Room)
class RoomAdmin(ActingList[Room]):
    acts = (CLOSE, REOPEN)
    form = RoomForm
    list_display = ("name", "sort", "state", "members", "messages", "last_activity", "open_reports")
    list_filter = ("kind", OpenFilter)
    # Not the topic: those of private rooms are theirs.
    search_fields = ("name", "slug")
    indexed_search_fields = ("name",)
    sortable_by = ("name",)
    ordering = ("name", "id")
    readonly_fields = ("slug", "kind", "created_by", "created_at", "closed_at", "elsewhere")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        return super().get_queryset(request).prefetch_related("head")

    def get_fieldsets(self, request: HttpRequest, obj: Room | None = None) -> Any:
        topic = ["topic"] if obj is None or sees(request, obj) else []
        settings = ["name", *topic, "history_limit", "slow_mode"]
        if self.has_change_permission(request, obj):
            settings.append("reason")
        about = ["kind", "slug", "created_by", "created_at", "closed_at", "elsewhere"]
        return [(None, {"fields": settings}), (_("About it"), {"fields": about})]

    def has_change_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        return self.has_moderate_permission(request) and super().has_change_permission(request, obj)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        room = self.get_object(request, object_id) if object_id else None
        if room is not None and self.has_view_permission(request, room) and sees(request, room):
            look(request, room)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Room, form: ModelForm[Room], change: bool
    ) -> None:
        """Write nothing here: only what was changed in the form, and through the actions."""
        by, reason = acting(request), form.cleaned_data["reason"]
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        settings = {name: changed[name] for name in RoomSettings.__annotations__ if name in changed}
        if settings:
            change_room(room=obj.pk, by=by, reason=reason, **cast(RoomSettings, settings))
        if "slow_mode" in changed:
            set_slow_mode(room=obj.pk, by=by, seconds=changed["slow_mode"], reason=reason)

    def load_page(self, request: HttpRequest, rows: list[Room]) -> None:
        figures = room_figures([room.pk for room in rows])
        for room in rows:
            room.figures = figures[room.pk]  # type: ignore[attr-defined]

    def view_on_site(self, obj: Room) -> str | None:
        return reverse("room", args=[obj.slug]) if obj.is_public else None

    @admin.display(description=_("kind"))
    def sort(self, room: Room) -> str:
        return room.get_kind_display()

    @admin.display(description=_("open"))
    def state(self, room: Room) -> SafeString:
        if room.closed_at is not None:
            return badge(_("closed"), tone="warn")
        return badge(_("open"), tone="good")

    @admin.display(description=_("members"))
    def members(self, room: Any) -> str:
        return upto(room.figures.members, COUNTED_UP_TO)

    @admin.display(description=_("messages"))
    def messages(self, room: Room) -> str:
        """Every change has a number too, so that it is somewhat fewer."""
        return f"≈ {room.head.last_sequence - room.head.floor + 1:,}"

    @admin.display(description=_("last activity"))
    def last_activity(self, room: Any) -> SafeString | str:
        return when(room.figures.last_activity)

    @admin.display(description=_("reports"))
    def open_reports(self, room: Any) -> SafeString | str:
        count = room.figures.open_reports
        return badge(str(count), tone="bad") if count else "0"

    @admin.display(description=_("see also"))
    def elsewhere(self, room: Room) -> SafeString:
        return links(
            [
                (list_of(Membership, room=room.pk), _("members")),
                (list_of(Message, room=room.pk), _("messages")),
                (list_of(Report, message__room=room.pk), _("reports")),
                (list_of(ModerationEntry, room=room.pk), _("moderation log")),
            ]
        )
