"""The addresses of the API."""

from django.urls import path, re_path

from api.errors import not_found
from api.tokens import TokensView

urlpatterns = [
    path("tokens/", TokensView.as_view(), name="api_tokens"),
    re_path("", not_found),
]
