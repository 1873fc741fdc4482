"""Nothing falls between the history and what is heard live, however the two meet."""

import asyncio
import random
from typing import Any

import pytest

from accounts.models import User
from chat.models import Room
from chat.stats import stats

from .house import NEVER, House, Talker, until

pytestmark = pytest.mark.django_db(transaction=True)
JOINS = 150


class Follower:
    """Follows one room through many joins, and sees that no number is missing or comes twice."""

    def __init__(self, talker: Talker) -> None:
        self.talker = talker
        self.known: dict[int, tuple[int, str]] = {}
        self.position = 0
        self.epoch = ""
        self._read = 0

    def catch_up(self) -> int:
        """Apply what came, and return the position then."""
        new, self._read = self.talker.frames[self._read :], len(self.talker.frames)
        for frame in new:
            if frame["event"] == "room_history":
                self._start(frame["data"])
            elif frame["event"] in ("new_message", "message_edited", "message_deleted"):
                number = frame["data"]["changed_sequence"]
                assert number == self.position + 1
                self.position = number
                self._put(frame["data"])
        return self.position

    def _start(self, history: dict[str, Any]) -> None:
        for message in history["messages"]:
            self._put(message)
        assert history["sequence"] >= self.position
        self.position, self.epoch = history["sequence"], history["epoch"]

    def _put(self, message: dict[str, Any]) -> None:
        change = message["changed_sequence"], message["message"]
        self.known[message["sequence"]] = max(change, self.known.get(message["sequence"], (0, "")))


async def talk(talker: Talker, room: Room, stop: asyncio.Event, chance: random.Random) -> None:
    """Say, edit and delete as fast as the answers come."""
    said: list[int] = []
    about = {"room_id": room.slug}
    while not stop.is_set():
        match chance.choice(["say", "say", "edit", "delete"]):
            case "edit" if said:
                text = f"{chance.random()}"
                await talker.done("edit_message", message_id=said[-1], message=text, **about)
            case "delete" if said:
                await talker.done("delete_message", message_id=said.pop(), **about)
            case _:
                ack = await talker.done("send_message", message="Hi", **about)
                said.append(ack["message_id"])


@pytest.mark.parametrize("seed", [1, 2])
async def test_who_joins_while_others_talk_misses_nothing_and_hears_nothing_twice(
    seed: int, house: House, room: Room, alice: User, bob: User, settings: Any
) -> None:
    settings.CHAT_CHANGE_PAGE = 3
    # Nothing is lost here, so nothing has to be repaired, however slow this machine is.
    settings.CHAT_REPAIR_DELAY = NEVER
    repairs = stats.repairs
    chance = random.Random(seed)
    writers = [await house.visit(alice) for _ in range(2)]
    follower = Follower(await house.visit(bob))
    stop = asyncio.Event()
    talking = [asyncio.create_task(talk(writer, room, stop, chance)) for writer in writers]
    for _ in range(JOINS):
        if chance.random() < 0.5:
            await follower.talker.send("leave_room", room_id=room.slug)
        follower.catch_up()
        where = {"after": follower.position, "epoch": follower.epoch} if follower.epoch else {}
        await follower.talker.join(room.slug, **where)
        await asyncio.sleep(chance.random() * 0.004)
    stop.set()
    await asyncio.gather(*talking)
    head = (await room.__class__.objects.select_related("head").aget(pk=room.pk)).head
    await until(lambda: follower.catch_up() == head.last_sequence)
    stored = room.messages.values_list("sequence", "changed_sequence", "text")
    assert stats.repairs == repairs
    assert follower.known == {place: (change, text) async for place, change, text in stored}
