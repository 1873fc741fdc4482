"""Column types of accounts."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:  # generic for the type checker only
    EmailField = models.EmailField[str, str]
    PositiveIntegerField = models.PositiveIntegerField[int, int]
else:
    EmailField = models.EmailField
    PositiveIntegerField = models.PositiveIntegerField


def normalize_address(value: str | None) -> str:
    """Return an e-mail address as it is stored and looked up: trimmed, in small letters."""
    return (value or "").strip().lower()


class AddressField(EmailField):
    """An e-mail address in small letters, whichever way it is written or looked up."""

    def to_python(self, value: Any) -> str:
        return normalize_address(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return normalize_address(prepared) if isinstance(prepared, str) else prepared

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        address = normalize_address(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, address)
        return address


class RisingField(PositiveIntegerField):
    """A number that `save()` never writes again once the row exists.

    Somebody who loaded the row before it rose would put the old number back. Only an UPDATE that
    names the column changes it.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return super().pre_save(model_instance, add) if add else models.F(self.attname)
