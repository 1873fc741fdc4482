"""Mail in development: printed where the server was started, and kept in a folder to look at."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.utils import timezone

KEPT = 100  # of each kind of file; older ones go


class EmailBackend(ConsoleBackend):
    """Prints the text, and writes text and HTML into `settings.MAIL_FOLDER`."""

    def write_message(self, message: EmailMessage) -> None:
        text = _readable(message)
        self.stream.write(f"{text}\n{'-' * 79}\n")
        folder: Path = settings.MAIL_FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        name = f"{timezone.localtime():%Y%m%d-%H%M%S-%f}"
        _keep(folder / f"{name}.txt", text)
        for html in _pages(message):
            _keep(folder / f"{name}.html", html)


def _readable(message: EmailMessage) -> str:
    # Not as it travels: there, long lines are cut and links with them.
    people = ", ".join(message.recipients())
    return f"To: {people}\nSubject: {message.subject}\n\n{message.body}\n"


def _pages(message: EmailMessage) -> Sequence[str]:
    if not isinstance(message, EmailMultiAlternatives):
        return []
    return [str(part[0]) for part in message.alternatives if part[1] == "text/html"][:1]


def _keep(path: Path, content: str) -> None:
    path.touch(mode=0o600)
    path.write_text(content)
    of_its_kind = sorted(path.parent.glob(f"*{path.suffix}"))
    for old in of_its_kind[:-KEPT]:
        old.unlink(missing_ok=True)
