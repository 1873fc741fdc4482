"""Posts and comments, the newest first; moderators hide them and show them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.actions import hiding
from accounts.actions.rights import hide_permission
from accounts.admin.lists import ReadingList, search_newest
from accounts.errors import AccountsError, Refusal
from accounts.models import Comment, Post, User
from chat.errors import ChatError, ErrorCode

from .acting import ActingList, acting
from .acts import Act, Answers, each
from .columns import badge, excerpt, link, links, list_of, when
from .filters import GivenFilter, PickFilter

Row = TypeVar("Row", bound=Post | Comment)

CODES = {Refusal.NOT_FOUND: ErrorCode.INVALID_EVENT}


def _in_the_chats_words(do: Callable[[], object]) -> None:
    """Do it; a refusal of accounts becomes one that the lists can explain."""
    try:
        do()
    except AccountsError as error:
        raise ChatError(CODES.get(error.code, ErrorCode.NOT_ALLOWED)) from None


def _hide(by: User, row: Post | Comment, said: Answers) -> None:
    _in_the_chats_words(lambda: hiding.hide(row, by=by, reason=said["reason"]))


def _show(by: User, row: Post | Comment, said: Answers) -> None:
    _in_the_chats_words(lambda: hiding.show(row, by=by))


HIDE: Act[Any] = Act(
    name="hide",
    label=_("Hide"),
    effect=_("A notice stands in their place. Their authors can still read them, and the reason."),
    carry_out=each(_hide),
    fits=lambda row: row.hidden_at is None,
    is_harsh=True,
)
SHOW: Act[Any] = Act(
    name="show",
    label=_("Show again"),
    effect=_("Everybody can read them again."),
    carry_out=each(_show),
    fits=lambda row: row.hidden_at is not None,
)


class HiddenFilter(admin.SimpleListFilter):
    """The few that are hidden, served by an index of their own."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("hidden", _("hidden"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(hidden_at__isnull=False) if self.value() == "hidden" else queryset


class WritingAdmin(ActingList[Row], ReadingList[Row]):
    """What posts and comments have in common."""

    acts = (HIDE, SHOW)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    search_fields = ("body",)
    search_help_text = _("Looks through the newest 10,000 of those listed.")
    readonly_fields = ("text_shown", "elsewhere")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        return super().get_queryset(request).prefetch_related("author", "hidden_by")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm(hide_permission(self.model()))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        return search_newest(queryset, search_term, field="body", place="created_at"), False

    def describe(self, row: Row) -> str:
        return f"{row.author.username}: {excerpt(row.body)}"

    @admin.display(description=_("text"))
    def words(self, row: Row) -> str:
        return excerpt(row.body)

    @admin.display(description=_("author"))
    def who(self, row: Row) -> SafeString | str:
        return link(row.author, row.author.username)

    @admin.display(description=_("written"))
    def written(self, row: Row) -> SafeString | str:
        return when(row.created_at)

    @admin.display(description=_("state"))
    def state(self, row: Row) -> SafeString | str:
        return badge(_("hidden"), tone="bad") if row.hidden_at is not None else ""

    @admin.display(description=_("text"))
    def text_shown(self, row: Row) -> SafeString:
        return format_html('<div class="said">{}</div>', row.body)


@admin.register(Post)
class PostAdmin(WritingAdmin[Post]):
    list_display = ("words", "who", "written", "state")
    list_filter = (("author", PickFilter), HiddenFilter)
    fields = (
        "author",
        "text_shown",
        "created_at",
        "edited_at",
        "hidden_at",
        "hidden_by",
        "hidden_reason",
        "elsewhere",
    )

    @admin.display(description=_("see also"))
    def elsewhere(self, post: Post) -> SafeString:
        return links(
            [
                (post.get_absolute_url(), _("its page")),
                (list_of(Comment, post=post.pk), _("its comments")),
                (list_of(Post, author=post.author_id), _("posts of the author")),
            ]
        )


@admin.register(Comment)
class CommentAdmin(WritingAdmin[Comment]):
    list_display = ("words", "who", "written", "state")
    list_filter = (("author", PickFilter), ("post", GivenFilter), HiddenFilter)
    fields = (
        "author",
        "text_shown",
        "created_at",
        "hidden_at",
        "hidden_by",
        "hidden_reason",
        "elsewhere",
    )

    @admin.display(description=_("see also"))
    def elsewhere(self, comment: Comment) -> SafeString:
        return links(
            [
                (comment.get_absolute_url(), _("its place")),
                (list_of(Post, author=comment.author_id), _("posts of the author")),
                (list_of(Comment, author=comment.author_id), _("comments of the author")),
            ]
        )
