"""Static files as production serves them."""

from collections.abc import Callable
from datetime import UTC, datetime

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


def collect_if_changed(say: Callable[[str], object]) -> None:
    """Run `collectstatic` where names are hashed and something is newer than its last result."""
    storage = staticfiles_storage
    if not isinstance(storage, HashedStatic):
        return
    with exclusive(settings.VAR_DIR / "static.lock"):  # several processes may start together
        if _newest_source() > _collected_at(storage):
            say("Collecting static files …")
            call_command("collectstatic", interactive=False, verbosity=0)


def _collected_at(storage: HashedStatic) -> datetime:
    try:
        collected_at: datetime = storage.get_modified_time(storage.manifest_name)
    except FileNotFoundError:
        return datetime.min.replace(tzinfo=UTC)
    return collected_at


def _newest_source() -> datetime:
    newest: datetime = max(
        storage.get_modified_time(path)
        for finder in get_finders()
        for path, storage in finder.list([])
    )
    return newest
