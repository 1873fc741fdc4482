"""People as every resource shows them."""

from api.wire import WireSerializer
from chat.protocol.contents import Person


class PersonSerializer(WireSerializer):
    """Somebody, as everybody may see them."""

    struct = Person
