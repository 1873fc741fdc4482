"""Group commit: what comes while one batch is stored is stored together in the next."""

import asyncio
import logging
import threading
from typing import Any

import pytest

from chat import writer as writer_module
from chat.actions.messages import Draft
from chat.errors import ChatError, ErrorCode
from chat.writer import Writer
from tests.harness.correspondent import PATIENCE

from .house import until

# The writer's thread looks after its connection before and after each batch.
pytestmark = pytest.mark.django_db(transaction=True)


def store_in(writer: Writer, text: str) -> Any:
    """What the store made of `text`, which is no message here."""
    return writer.store(draft(text))


def draft(text: str) -> Draft:
    return Draft(room=1, sender=1, text=text, sent_hash=b"", client_id=None, reply_to=None)


class Store:
    """Takes batches in the writer's thread; holds them back when told to."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.taking = threading.Event()
        self.taking.set()
        self.error: Exception | None = None

    def __call__(self, drafts: list[Draft]) -> list[Any]:
        self.batches.append([each.text for each in drafts])
        assert self.taking.wait(PATIENCE)
        if self.error:
            raise self.error
        return [
            ChatError(ErrorCode.CONFLICT) if each.text == "bad" else f"stored {each.text}"
            for each in drafts
        ]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store()
    monkeypatch.setattr(writer_module, "send_messages", store)
    return store


async def test_each_sender_gets_the_answer_to_their_own(store: Store) -> None:
    writer = Writer()
    answers = await asyncio.gather(
        *(store_in(writer, text) for text in ("a", "bad", "c")), return_exceptions=True
    )
    assert answers[0] == "stored a"
    assert isinstance(answers[1], ChatError)
    assert answers[2] == "stored c"


async def test_what_comes_meanwhile_is_stored_together_and_in_order(store: Store) -> None:
    writer = Writer()
    store.taking.clear()
    first = asyncio.create_task(store_in(writer, "first"))
    await until(lambda: store.batches)
    rest = [asyncio.create_task(store_in(writer, f"{n}")) for n in range(20)]
    await asyncio.sleep(0.01)
    store.taking.set()
    await asyncio.gather(first, *rest)
    assert store.batches == [["first"], [f"{n}" for n in range(20)]]


async def test_a_batch_is_never_longer_than_the_limit(store: Store, settings: Any) -> None:
    settings.CHAT_WRITE_BATCH = 7
    writer = Writer()
    await asyncio.gather(*(store_in(writer, f"{n}") for n in range(20)))
    assert [len(batch) for batch in store.batches] == [7, 7, 6]
    assert [text for batch in store.batches for text in batch] == [f"{n}" for n in range(20)]


async def test_everybody_is_answered_whatever_goes_wrong(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer()
    store.error = RuntimeError("a fault of ours")
    with caplog.at_level(logging.CRITICAL):
        answers = await asyncio.gather(
            *(store_in(writer, "a") for _ in range(3)), return_exceptions=True
        )
    assert [getattr(answer, "code", None) for answer in answers] == [ErrorCode.UNAVAILABLE] * 3
    store.error = None
    assert await store_in(writer, "b") == "stored b"


async def test_a_sender_who_is_gone_does_not_disturb_the_others(store: Store) -> None:
    writer = Writer()
    store.taking.clear()
    gone = asyncio.create_task(store_in(writer, "gone"))
    stays = asyncio.create_task(store_in(writer, "stays"))
    await until(lambda: store.batches)
    gone.cancel()
    store.taking.set()
    assert await stays == "stored stays"
    assert store.batches == [["gone", "stays"]]


async def test_a_writer_that_has_rested_takes_up_again(store: Store) -> None:
    writer = Writer()
    for text in ("a", "b"):
        await store_in(writer, text)
        await asyncio.sleep(0.005)
    assert store.batches == [["a"], ["b"]]
