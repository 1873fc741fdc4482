"""The HTML of a mail, made of its text: its words are written, and translated, once."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

FOOT = "\n--\n"


def as_html(*, subject: str, text: str) -> SafeString:
    """Return a page of the same words. A paragraph that is only an address becomes a button."""
    body, _, foot = text.partition(FOOT)
    paragraphs = [
        {"text": paragraph, "is_link": _is_link(paragraph)}
        for paragraph in (part.strip() for part in body.split("\n\n"))
        if paragraph
    ]
    context = {"subject": subject, "paragraphs": paragraphs, "foot": foot.strip()}
    return render_to_string("account/mail.html", context)


def _is_link(paragraph: str) -> bool:
    return paragraph.startswith(("http://", "https://")) and len(paragraph.split()) == 1
