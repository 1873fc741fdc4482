"""What the pages at the gate are made of."""

from pathlib import Path

from django import template
from django.conf import settings
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.inclusion_tag("account/field.html")
def field(
    bound: BoundField,
    label: str,
    hint: str = "",
    aside_url: str = "",
    aside: str = "",
    **attributes: str,
) -> dict[str, BoundField | SafeString | str]:
    """Show one field in our markup and words, with a link beside its label where one is given,
    and with further attributes of its control.

    The form's own label, help and placeholder give way; the ids of hint and errors are those that
    Django names in `aria-describedby`.
    """
    bound.help_text = hint
    attrs: dict[str, str | bool] = {"class": "input", "placeholder": False, **attributes}
    control = bound.as_widget(attrs=attrs)
    return {
        "field": bound,
        "control": control,
        "label": label,
        "aside_url": aside_url,
        "aside": aside,
    }


@register.simple_tag
def mail_folder() -> Path | None:
    """Where this server keeps its mail, if it prints it instead of sending it."""
    is_printed = settings.EMAIL_BACKEND == "project.mail_folder.EmailBackend"
    return settings.MAIL_FOLDER if is_printed else None
