"""The browsable API: for people who are logged in, and for them alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer
from rest_framework.request import Request

from api.policy import INLINE_STYLES


class PagesRenderer(BrowsableAPIRenderer):
    """REST framework's pages, allowed to style themselves inline."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        context = dict(renderer_context or {})
        # As django-csp's decorator does, which takes views only.
        setattr(context["response"], "_csp_update", INLINE_STYLES)  # noqa: B010 - it is another's
        return super().render(data, accepted_media_type, context)


class Negotiation(DefaultContentNegotiation):
    """Offers pages to browsers with a login; everybody else gets JSON."""

    def select_renderer(
        self,
        request: Request,
        renderers: Sequence[BaseRenderer],  # type: ignore[override] # an iterable, as documented
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        if not request._request.user.is_authenticated:
            renderers = [each for each in renderers if not isinstance(each, PagesRenderer)]
        chosen: tuple[BaseRenderer, str] = super().select_renderer(
            request, renderers, format_suffix
        )
        return chosen
