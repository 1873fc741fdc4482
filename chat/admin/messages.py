"""Messages of all rooms, the newest first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.lists import FOUND_AT_MOST, ReadingList, search_newest
from chat.files.serving import contents
from chat.models import Attachment, Message, Report, Room, RoomKind

from .acting import ActingList
from .columns import NOTHING, badge, link, links, list_of, when
from .filters import PickFilter, picked
from .message_acts import BAN, DELETE, MUTE
from .privacy import look, may_read_all, own_words, public_excerpt

VERSIONS_SHOWN = 50


def _is_public() -> Exists:
    """Asked of one message after the other in the list's order. As a join the database could
    begin with the rooms, read all that was said in them, and sort it."""
    return Exists(Room.objects.filter(pk=OuterRef("room_id"), kind=RoomKind.PUBLIC))


class StateFilter(admin.SimpleListFilter):
    """The few among many, each served by an index of its own."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("reported", _("reported, still open")),
            ("deleted", _("deleted")),
            ("edited", _("edited")),
            ("system", _("about members")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        match self.value():
            case "reported":
                waiting = Report.objects.filter(resolved_at=None).order_by("-created_at")
                keys = waiting.values_list("message_id", flat=True)[:FOUND_AT_MOST]
                return queryset.filter(pk__in=list(keys))
            case "deleted":
                return queryset.filter(deleted_at__isnull=False)
            case "edited":
                return queryset.filter(edited_at__isnull=False)
            case "system":
                return queryset.filter(subject__isnull=False)
            case _:
                return queryset


@admin.register(Message)
class MessageAdmin(ActingList[Message], ReadingList[Message]):
    acts = (DELETE, MUTE, BAN)
    list_display = ("words", "in_room", "who", "sent", "state")
    list_filter = (("room", PickFilter), ("sender", PickFilter), StateFilter)
    date_hierarchy = "created_at"
    search_fields = ("text",)
    search_help_text = _(
        "Looks through the newest 10,000 of the messages listed; through a private room only if "
        "its messages alone are listed."
    )
    fields = (
        "room",
        "sender",
        "text_shown",
        "files",
        "earlier_texts",
        "created_at",
        "edited_at",
        "deleted_at",
        "deleted_by",
        "pinned_at",
        "pinned_by",
        "reply_to",
        "elsewhere",
    )
    readonly_fields = ("text_shown", "files", "earlier_texts", "elsewhere")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """Who may not read private rooms does not get their messages listed either."""
        found = super().get_queryset(request).prefetch_related("room", "sender", "subject")
        return found if may_read_all(request) else found.filter(_is_public())

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """In the order of the index that serves the list."""
        if picked(request, "room") is not None:
            return ("room_id", "-sequence")
        return ("-created_at", "-pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        if not search_term.strip():
            return queryset, False
        one_room = picked(request, "room") is not None
        if not one_room:
            queryset = queryset.filter(_is_public())
        place = "sequence" if one_room else "created_at"
        return search_newest(queryset, search_term, field="text", place=place), False

    def load_page(self, request: HttpRequest, rows: list[Message]) -> None:
        """Show what was said; in a room that is not public only if this is that room's page."""
        one_room = picked(request, "room") is not None
        if one_room and rows:
            look(request, rows[0].room)
        for message in rows:
            shown = own_words(message) if one_room else public_excerpt(message)
            message.shown = shown  # type: ignore[attr-defined]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        message = self.get_object(request, object_id) if object_id else None
        if message is not None and self.has_view_permission(request, message):
            look(request, message.room, message)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """With the files of a message, which only its page links to."""
        one = path(
            "<int:message_id>/files/<int:attachment_id>/",
            self.admin_site.admin_view(self.file_view),
            name="chat_message_file",
        )
        return [one, *super().get_urls()]

    def file_view(
        self, request: HttpRequest, message_id: int, attachment_id: int
    ) -> HttpResponseBase:
        """A file, for who may see the message; in a private room this is a look."""
        message = self.get_object(request, str(message_id))
        if message is None or not self.has_view_permission(request, message):
            raise Http404
        file = get_object_or_404(Attachment, pk=attachment_id, message=message)
        look(request, message.room, message)
        return contents(
            request, path=file.path, mime=file.type, name=file.name, written=file.created_at
        )

    def describe(self, row: Message) -> str:
        return f"{row.sender.username}, {row.room}: {public_excerpt(row)}"

    @admin.display(description=_("message"))
    def words(self, message: Any) -> str:
        return str(message.shown)

    @admin.display(description=_("room"))
    def in_room(self, message: Message) -> SafeString | str:
        return link(message.room)

    @admin.display(description=_("sender"))
    def who(self, message: Message) -> SafeString | str:
        return link(message.sender, message.sender.username)

    @admin.display(description=_("sent"))
    def sent(self, message: Message) -> SafeString | str:
        return when(message.created_at)

    @admin.display(description=_("state"))
    def state(self, message: Message) -> SafeString | str:
        if message.deleted_at is not None:
            return badge(_("deleted"), tone="bad")
        return badge(_("edited")) if message.edited_at else ""

    @admin.display(description=_("text"))
    def text_shown(self, message: Message) -> SafeString:
        text = message.text or own_words(message)
        return format_html('<div class="said">{}</div>', text)

    @admin.display(description=_("files"))
    def files(self, message: Message) -> SafeString | str:
        rows = [
            (
                reverse("admin:chat_message_file", args=[message.pk, file.pk]),
                file.name,
                f"{file.type}, {filesizeformat(file.size)}",
            )
            for file in message.attachments.all()
        ]
        return format_html_join(" · ", '<a href="{}">{}</a> ({})', rows) or NOTHING

    @admin.display(description=_("earlier texts"))
    def earlier_texts(self, message: Message) -> SafeString | str:
        """The last of them, the newest first."""
        versions = message.versions.order_by("-sequence")[:VERSIONS_SHOWN]
        said = ((when(version.written_at), version.text) for version in versions)
        return format_html_join("", '<p>{}</p><div class="said">{}</div>', said) or NOTHING

    @admin.display(description=_("see also"))
    def elsewhere(self, message: Message) -> SafeString:
        return links(
            [
                (list_of(Report, message=message.pk, state="all"), _("its reports")),
                (list_of(Message, room=message.room_id), _("messages of the room")),
                (list_of(Message, sender=message.sender_id), _("messages of the sender")),
            ]
        )
