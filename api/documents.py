"""`/api/schema/` and `/api/docs/`: the API described, by itself and without any outside host."""

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from api.policy import INLINE_STYLES


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, for everybody."""


@method_decorator(csp_update(INLINE_STYLES), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """The same to read and try."""

    url_name = "api_schema"
