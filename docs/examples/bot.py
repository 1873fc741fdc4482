"""A bot: logs in, joins a room, answers who speaks to it, and survives a restart of the server.

    pip install httpx websockets
    python bot.py http://127.0.0.1:8000 carol parley-demo general

It answers every message that begins with its name. What it missed while it was away it hears when
it comes back, and what it answers is stored once: the answer's `client_id` is made of the message.
"""

import asyncio
import json
import sys

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake


class Bot:
    def __init__(self, address: str, username: str, password: str, room: str) -> None:
        self.address, self.name, self.room = address, username.lower(), room
        self.credentials = {"username": username, "password": password}
        self.token, self.standing = "", {}  # where it stands in the room: `after` and `epoch`

    async def run(self) -> None:
        """Stay connected for ever; after a loss, wait a little longer each time."""
        pause = 0.5
        while True:
            try:
                await self.log_in()
                await self.talk()
                pause = 0.5
            except (OSError, httpx.HTTPError, InvalidHandshake, ConnectionClosed) as error:
                print(f"Lost the server ({error}), trying again.", flush=True)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 30)

    async def log_in(self) -> None:
        if self.token:
            return
        async with httpx.AsyncClient(base_url=self.address) as client:
            answer = await client.post("/api/tokens/", json=self.credentials)
        if answer.status_code == 401:
            sys.exit(answer.json()["message"])
        self.token = answer.raise_for_status().json()["token"]

    async def talk(self) -> None:
        socket_address = self.address.replace("http", "ws", 1) + "/ws/chat/"
        header = {"Authorization": f"Bearer {self.token}"}
        async with connect(socket_address, additional_headers=header) as self.socket:
            await self.send("join_room", room_id=self.room, **self.standing)
            async for frame in self.socket:
                await self.hear(**json.loads(frame))

    async def hear(self, event: str, data: dict, ref: str = "") -> None:
        if event == "room_history":
            for message in data["messages"] if self.standing else []:  # not the past before it
                await self.answer(message)
            self.standing = {"after": data["sequence"], "epoch": data["epoch"]}
        elif event == "new_message":
            await self.answer(data)
        elif event == "session_ended":
            self.token = ""
        if "changed_sequence" in data and self.standing:
            self.standing["after"] = max(self.standing["after"], data["changed_sequence"])

    async def answer(self, message: dict) -> None:
        words = message["message"].split()
        if words and words[0].strip("@,:").lower() == self.name and not message["deleted"]:
            text = f"{message['username']}, you said: {' '.join(words[1:]) or 'nothing'}"
            known_as = f"answer-{message['message_id']}"
            await self.send("send_message", room_id=self.room, message=text, client_id=known_as)

    async def send(self, event: str, **data: object) -> None:
        await self.socket.send(json.dumps({"event": event, "data": data, "ref": event}))


if __name__ == "__main__":
    asyncio.run(Bot(*sys.argv[1:5]).run())
