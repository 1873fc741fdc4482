"""The hook through which every text passes before it is stored."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from chat.actions.messages import edit_message
from chat.errors import ErrorCode
from chat.filters import FilterContext
from chat.models import Message, Room
from chat.threads import in_thread
from tests.harness.correspondent import PATIENCE

from . import filters
from .telling import head_of, refusal, say, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def use(settings: Any) -> Iterator[Any]:
    """Set the filters of these tests by name."""

    def set_filters(*names: str) -> None:
        settings.CHAT_MESSAGE_FILTERS = [f"tests.domain.filters.{name}" for name in names]

    yield set_filters
    filters.seen.clear()


def edit(room: Room, user: User, message: Message, text: str) -> Message:
    return edit_message(room=room.pk, user=user, message_id=message.pk, text=text)


def test_a_filter_changes_what_is_stored(use: Any, room: Room, alice: User) -> None:
    use("shout")
    assert say(room, alice, "Hi").text == "HI"
    assert stored(room)[-1].text == "HI"


def test_an_async_filter_does_too(use: Any, room: Room, alice: User) -> None:
    use("whisper")
    assert say(room, alice, "Hi").text == "(Hi)"


def test_filters_pass_a_text_on_in_order(use: Any, room: Room, alice: User) -> None:
    use("shout", "whisper", "note")
    say(room, alice, "Hi")
    assert filters.seen == [("(HI)", FilterContext(sender=alice.pk, room=room.pk))]


def test_a_filter_refuses_with_its_own_words(use: Any, room: Room, alice: User) -> None:
    use("refuse_rude_words", "note")
    head = head_of(room)
    error = refusal(say, room=room, sender=alice, text="rude")
    assert (error.code, error.message) == (ErrorCode.NOT_ALLOWED, "Say it kindly.")
    assert (head_of(room), filters.seen) == (head, [])


def test_edits_pass_through_them_as_well(use: Any, room: Room, alice: User) -> None:
    use("refuse_rude_words", "shout", "whisper")
    said = say(room, alice, "Hi")
    assert edit(room, alice, said, "Ho").text == "(HO)"
    error = refusal(edit, room=room, user=alice, message=said, text="rude")
    assert error.code is ErrorCode.NOT_ALLOWED
    assert stored(room)[-1].text == "(HO)"


def test_an_edit_that_a_filter_turns_back_into_the_same_changes_nothing(
    use: Any, room: Room, alice: User
) -> None:
    use("shout")
    said = say(room, alice, "Hi")
    head = head_of(room)
    edit(room, alice, said, "hi")
    assert head_of(room) == head


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty", ErrorCode.EMPTY_MESSAGE),
        ("lengthen", ErrorCode.MESSAGE_TOO_LONG),
        ("spoil", ErrorCode.INVALID_EVENT),
    ],
)
def test_what_a_filter_makes_must_be_a_text_too(
    name: str, code: ErrorCode, use: Any, room: Room, alice: User
) -> None:
    said = say(room, alice)
    use(name)
    head = head_of(room)
    assert refusal(say, room=room, sender=alice, text="Hi").code is code
    assert refusal(edit, room=room, user=alice, message=said, text="Ho").code is code
    assert head_of(room) == head


def test_nothing_passes_through_that_is_no_text_before(use: Any, room: Room, alice: User) -> None:
    use("note")
    refusal(say, room=room, sender=alice, text=" ")
    assert filters.seen == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["shout", "whisper"])
async def test_as_many_edits_as_there_are_threads_do_not_wait_for_each_other(
    name: str, use: Any, room: Room, alice: User, settings: Any
) -> None:
    """A filter that waited for a thread while its edit holds one would wait for ever."""
    import asyncio

    said = await in_thread(say, room, alice)
    use(name)
    edits = [
        in_thread(partial(edit, room, alice, said, f"{number}"))
        for number in range(settings.CHAT_SOCKET_THREADS * 2)
    ]
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*edits)
