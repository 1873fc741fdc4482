"""From what somebody typed to what is stored of it: checked, its mentions found, made into HTML."""

from dataclasses import dataclass

from accounts import markdown
from accounts.errors import AccountsError, Refusal
from accounts.models import Comment, Post, User
from accounts.queries.people import people_called


@dataclass(frozen=True, slots=True)
class Text:
    """A text fit to be stored, and the people that it mentions."""

    body: str
    mentioned: list[User]

    def put_on(self, writing: Post | Comment) -> None:
        """Give `writing` this text; it is not saved yet."""
        writing.body = self.body
        writing.mentions = [user.username for user in self.mentioned]
        writing.html = markdown.render(self.body, writing.mentions)
        writing.html_version = markdown.VERSION


def tidied(typed: str) -> str:
    """What is kept of what somebody typed."""
    sound = typed.encode(errors="replace").decode()  # JSON can carry half a character
    return sound.replace("\r\n", "\n").replace("\0", "").strip()


def read_text(typed: str, *, limit: int) -> Text:
    """Check a text of at most `limit` characters and find whom it mentions.

    Raises `AccountsError` (`empty_text`, `text_too_long`).
    """
    body = tidied(typed)
    if not body:
        raise AccountsError(Refusal.EMPTY_TEXT)
    if len(body) > limit:
        raise AccountsError(Refusal.TEXT_TOO_LONG, limit=limit)
    return Text(body, people_called(markdown.names_in(body)))
