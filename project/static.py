"""Static files as production serves them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime

import minify
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile, File
from django.core.management import call_command
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from servestatic.middleware import ServeStaticMiddleware
from servestatic.storage import CompressedManifestStaticFilesStorage

from project.locks import exclusive


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Names carry a hash of the content, so that browsers may keep files for ever.

    Imports between our ES modules are rewritten too; without that a changed module would be
    mixed with a kept one. Our own modules are written without their comments and spaces, after
    their imports were rewritten; what libraries bring is left as it came.
    """

    support_js_module_import_aggregation = True
    # In our own modules only: what libraries bring may import what is not there.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],  # noqa: SLF001 - Django lets this be chosen nowhere else
    )

    def _save(self, name: str, content: File[bytes]) -> str:
        if name.startswith("js/") and name.endswith(".js"):
            content = ContentFile(minified(b"".join(content.chunks())))
        saved: str = super()._save(name, content)
        return saved


def minified(module: bytes) -> bytes:
    """An ES module as browsers get it: functions and classes keep their names, so that faults can
    still be read; what is local to a function or private to a class gets a short one."""
    small: str = minify.string("application/javascript", module.decode())
    return small.encode()


class StaticFiles(ServeStaticMiddleware):
    """Serves the files of other versions too, while they are in STATIC_ROOT.

    While workers are replaced one by one, a page of the new version may ask an old worker for its
    files, and a page of the old version a new one.
    """

    HASHED = re.compile(r"\.[0-9a-f]{12}\.[^/]+$")

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if self._may_be_of_another_version(path):
            found = await asyncio.to_thread(self.find_file, path)
            if found is not None:
                self.files[path] = found
        response: HttpResponseBase = await super().__call__(request)
        return response

    def _may_be_of_another_version(self, path: str) -> bool:
        known = path in self.files or self.autorefresh
        return not known and path.startswith(self.static_prefix) and bool(self.HASHED.search(path))


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
