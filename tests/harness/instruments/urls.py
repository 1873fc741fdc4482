"""The project's addresses, one that shows a server from inside, and one that fails."""

from django.urls import include, path

from .views import broken, inside

urlpatterns = [
    path("tests/inside/", inside),
    path("tests/broken/<key>/", broken),
    path("", include("project.urls")),
]
