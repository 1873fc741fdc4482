"""Why moderators did something, for their log."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from api.doors import given

LONGEST = 500
REASON_PARAMETER = OpenApiParameter(
    "reason",
    {"type": "string", "maxLength": LONGEST, "pattern": r"^[^\u0000]*$"},
    description="For the moderation log.",
)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why, for the moderation log."""

    reason = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True, default="")


def reason_in(data: Any) -> str:
    """The reason that a body or an address gives, if any. Raises `ValidationError`."""
    return str(given(ReasonSerializer(data=data))["reason"])
