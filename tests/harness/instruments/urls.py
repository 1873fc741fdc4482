"""The project's addresses, and one that shows a server from inside."""

from django.urls import include, path

from .views import inside

urlpatterns = [
    path("tests/inside/", inside),
    path("", include("project.urls")),
]
