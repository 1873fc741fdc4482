"""Short words for long calls."""

from collections.abc import Callable
from typing import Any

import msgspec

from accounts.models import User
from chat.actions.messages import Draft, draft_message, send_message
from chat.bus_items import BusItem, Change
from chat.errors import ChatError
from chat.models import Message, Room, RoomHead


def say(room: Room, sender: User, text: str = "Hi", **options: Any) -> Message:
    return send_message(room=room.pk, sender=sender, text=text, **options)


def draft(room: Room, sender: User, text: str = "Hi", **options: Any) -> Draft:
    return draft_message(room=room.pk, sender=sender.pk, text=text, **options)


def head_of(room: Room) -> int:
    return RoomHead.objects.get(pk=room.pk).last_sequence


def stored(room: Room) -> list[Message]:
    """The room's messages, in order of place."""
    return list(room.messages.order_by("sequence"))


def refusal(call: Callable[..., object], **arguments: Any) -> ChatError:
    """Why `call` is refused."""
    try:
        answer = call(**arguments)
    except ChatError as error:
        return error
    raise AssertionError(f"it was not refused but answered {answer!r}")


def words(error: ChatError) -> tuple[object, ...]:
    """Everything that a client can learn from an error."""
    return error.code, error.message, error.details, error.retry_after


def changes(items: list[BusItem]) -> list[Change]:
    return [item for item in items if isinstance(item, Change)]


def told(change: BusItem) -> dict[str, Any]:
    """The data of the event that a change carries."""
    assert isinstance(change, Change)
    data: dict[str, Any] = msgspec.json.decode(change.body)
    return data
