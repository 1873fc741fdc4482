"""`manage.py protocol_docs`: what docs/ says of the wire, made from chat/protocol."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chat.protocol.docs import pages


class Command(BaseCommand):
    help = "Write the generated parts of docs/protocol.md, and docs/protocol.schema.json."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if something would change"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        folder = Path(settings.BASE_DIR, "docs")
        stale = {
            path: text
            for path, text in self._documents(folder).items()
            if not path.exists() or path.read_text(encoding="utf-8") != text
        }
        names = ", ".join(f"docs/{path.name}" for path in stale)
        if check and stale:
            raise CommandError(f"Out of date: {names}. Run: python manage.py protocol_docs")
        for path, text in stale.items():
            path.write_text(text, encoding="utf-8")
        self.stdout.write(f"Written: {names}." if stale else "The protocol's documents are fresh.")

    def _documents(self, folder: Path) -> dict[Path, str]:
        page = folder / "protocol.md"
        try:
            text = pages.protocol_page(page.read_text(encoding="utf-8"))
        except ValueError as error:
            raise CommandError(f"docs/protocol.md cannot be filled in. {error}") from error
        return {page: text, folder / "protocol.schema.json": pages.schema_page()}
