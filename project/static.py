"""Static files as production serves them."""

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from servestatic.storage import CompressedManifestStaticFilesStorage

from project.locks import exclusive


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Names carry a hash of the content, so that browsers may keep files for ever.

    Imports between our ES modules are rewritten too; without that a changed module would be
    mixed with a kept one.
    """

    support_js_module_import_aggregation = True


def collect_if_changed() -> None:
    """Run `collectstatic` where production serves from and something is newer than its result."""
    if settings.DEBUG:
        return
    with exclusive(settings.VAR_DIR / "static.lock"):  # several processes may start together
        if _newest_source() > _collected_at():
            call_command("collectstatic", interactive=False, verbosity=0)


def _collected_at() -> float:
    name = staticfiles_storage.manifest_name
    if not staticfiles_storage.exists(name):
        return 0.0
    return staticfiles_storage.get_modified_time(name).timestamp()


def _newest_source() -> float:
    return max(
        storage.get_modified_time(path).timestamp()
        for finder in get_finders()
        for path, storage in finder.list([])
    )
