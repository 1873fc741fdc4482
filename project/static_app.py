"""Which static files there are."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class OurStaticFiles(StaticFilesConfig):
    """Django's, without files that nothing here asks for."""

    # htmx's extensions import it by a name that does not stand in its package: hashing would fail.
    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "django_htmx/ext/*",
    ]
