"""Fields that several resources take."""

from rest_framework import serializers

from accounts.forms import fresh_client_id


class ClientIdField(serializers.RegexField):
    """What a client calls that which it sends, so that sending it again is harmless."""

    def __init__(self) -> None:
        super().__init__(
            r"\A[!-~]{1,64}\Z",
            required=False,
            initial=fresh_client_id,  # which the browsed page offers
            help_text="Made by the client, fresh for each thing; sending it again is harmless.",
        )
