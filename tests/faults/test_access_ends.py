"""Access ends when it ends: on every process, in time, for those concerned and for nobody else.

A new way of ending is a row of `ENDINGS`. Each is tried three times on two real servers: with the
bus as it should be (and no check that could help), with every signal lost on the way, and without
any Redis at all, where only the servers' own checks can find out.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import redis
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.actions import access
from accounts.actions.logins import note_login
from accounts.actions.tokens import create_token
from accounts.identity import Identity
from accounts.models import AuthToken, Login, User
from chat import fanout
from chat.actions import memberships, moderation, people
from chat.models import Membership, Room, RoomKind
from tests.factories import make_room, make_user
from tests.harness.fixtures import Person, make_place
from tests.harness.oracle import in_database
from tests.harness.outbox import Refused
from tests.harness.servers import ServerProcess, on_the_bus, ready
from tests.harness.wire import close_code, wire

from .tabs import Tab, log_in, post, revoke

OLD, NEW = "an old secret", "a newer secret 7"
SELDOM, OFTEN = "600", "0.3"  # seconds between two checks
_numbers = itertools.count(1)


@dataclass
class Scene:
    """Bob's tabs, whose access will end, and two people who go on talking, one on each server."""

    servers: list[ServerProcess]
    alice: Person
    bob: Person
    admin: User
    room: Room
    elsewhere: Room
    laptop: str
    phone: str
    tokens: list[Person]
    tabs: dict[str, Tab] = field(default_factory=dict)
    witnesses: list[Tab] = field(default_factory=list)

    @property
    def user(self) -> User:
        """Bob as the database has him."""
        return User.objects.get(pk=self.bob.user.pk)


# By whom each of bob's tabs is let in, and on which server it is.
TABS = {"laptop 1": 0, "laptop 2": 1, "phone": 1, "program": 0, "other program": 1}
LAPTOP = {"laptop 1", "laptop 2"}
ALL = {*TABS}


@dataclass(frozen=True)
class Ending:
    """`act` ends it; the `tabs` named close with `code`, or leave the room for `reasons`."""

    act: Callable[[Scene], object]
    tabs: frozenset[str] = frozenset()
    code: int = 4401
    reasons: frozenset[str] = frozenset()
    # Nobody is told, however well the bus works.
    silent: bool = False


def login(act: Callable[[Scene], object], tabs: set[str], code: int = 4401) -> Ending:
    return Ending(act, frozenset(tabs), code)


def silently(act: Callable[[Scene], object], tabs: set[str]) -> Ending:
    return Ending(act, frozenset(tabs), silent=True)


def membership(act: Callable[[Scene], object], reason: str) -> Ending:
    # Which of the checks is first, that of the head or that of the members, is chance.
    return Ending(act, reasons=frozenset({reason, "ended"}))


def log_out(scene: Scene) -> None:
    post(scene.servers[0], "/accounts/logout/", cookie=scene.laptop)


def change_password(scene: Scene) -> None:
    form = {"oldpassword": OLD, "password1": NEW, "password2": NEW}
    scene.laptop = post(scene.servers[0], "/accounts/password/change/", cookie=scene.laptop, **form)


def end_the_phone_from_the_laptop(scene: Scene) -> None:
    note_login(user=scene.user, session_key=scene.phone, address=None, user_agent="")
    phone = Login.objects.get(session_key=scene.phone)
    post(scene.servers[0], f"/accounts/sessions/{phone.pk}/end/", cookie=scene.laptop)


def end_all_but_the_laptop(scene: Scene) -> None:
    note_login(user=scene.user, session_key=scene.phone, address=None, user_agent="")
    post(scene.servers[0], "/accounts/sessions/end/", cookie=scene.laptop)


def soon_over(scene: Scene) -> None:
    Session.objects.filter(session_key=scene.laptop).update(expire_date=timezone.now())


def token_over(scene: Scene) -> None:
    digest = scene.tokens[0].identity.token_digest
    yesterday = timezone.now() - timedelta(days=1)
    AuthToken.objects.filter(digest=digest).update(expiry=yesterday)


ENDINGS = {
    "logout": login(log_out, LAPTOP),
    "logout everywhere": login(
        lambda scene: people.end_sessions(by=scene.admin, user=scene.user, reason=""), ALL
    ),
    "password change": login(change_password, ALL),
    "password change from a shell": login(
        lambda scene: access.change_password(user=scene.user, password=NEW), ALL
    ),
    "deactivation": login(lambda scene: access.deactivate(user=scene.user), ALL, 4403),
    "suspension": login(
        lambda scene: people.suspend_person(by=scene.admin, user=scene.user, reason=""), ALL, 4403
    ),
    "token revoked": login(
        lambda scene: revoke(scene.servers[0], scene.tokens[1].token), {"other program"}
    ),
    "one login ended by staff": login(
        lambda scene: access.end_session(user=scene.user, session_key=scene.phone), {"phone"}
    ),
    "one session ended by its owner": login(end_the_phone_from_the_laptop, {"phone"}),
    "all other sessions ended by their owner": login(end_all_but_the_laptop, {"phone"}),
    "session expired": silently(soon_over, LAPTOP),
    "session row deleted": silently(
        lambda scene: Session.objects.filter(session_key=scene.phone).delete(), {"phone"}
    ),
    "token expired": silently(token_over, {"program"}),
    "token row deleted": silently(
        lambda scene: (
            AuthToken.objects.all().filter(digest=scene.tokens[0].identity.token_digest).delete()
        ),
        {"program"},
    ),
    "removed from the room": membership(
        lambda scene: moderation.remove_member(
            room=scene.room.pk, by=scene.alice.user, user=scene.user, reason=""
        ),
        "removed",
    ),
    "banned from the room": membership(
        lambda scene: moderation.ban_member(
            room=scene.room.pk, by=scene.admin, user=scene.user, reason=""
        ),
        "removed",
    ),
    "left for good": membership(
        lambda scene: memberships.end_membership(room=scene.room.pk, user=scene.user), "left"
    ),
    "membership row deleted": Ending(
        lambda scene: Membership.objects.filter(room=scene.room, user=scene.user).delete(),
        reasons=frozenset({"ended"}),
        silent=True,
    ),
}

WEATHER = {
    "heard": {"CHAT_ACCESS_CHECK_INTERVAL": SELDOM, "CHAT_HEAD_CHECK_INTERVAL": SELDOM},
    "lost": {
        "DJANGO_SETTINGS_MODULE": "tests.faults.hears_only_itself",
        "CHAT_ACCESS_CHECK_INTERVAL": OFTEN,
        "CHAT_HEAD_CHECK_INTERVAL": OFTEN,
    },
    "no redis": {
        "REDIS_URL": "unix:///nonexistent/socket",
        "CHAT_ACCESS_CHECK_INTERVAL": OFTEN,
        "CHAT_HEAD_CHECK_INTERVAL": OFTEN,
    },
}


def rows(kind: Callable[[Ending], object]) -> list[tuple[str, str]]:
    """Every ending of a kind in every weather; what nobody is told of cannot be heard."""
    return [
        (weather, name)
        for weather in WEATHER
        for name, ending in ENDINGS.items()
        if kind(ending) and not (ending.silent and weather == "heard")
    ]


@pytest.fixture(scope="module")
def started(
    django_db_setup: None, valkey: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], list[ServerProcess]]]:
    """Two servers for each weather, once it is asked for."""
    folder = str(tmp_path_factory.mktemp("access"))
    pairs: dict[str, list[ServerProcess]] = {}

    def pair(weather: str) -> list[ServerProcess]:
        if weather not in pairs:
            changes = {"VAR_DIR": folder, "CHAT_AUTHENTICATE_TIMEOUT": "0.2", **WEATHER[weather]}
            pairs[weather] = [ServerProcess(changes) for _ in range(2)]
        return pairs[weather]

    yield pair
    for servers in pairs.values():
        for server in servers:
            server.forget()


def set_up(servers: list[ServerProcess]) -> Scene:
    alice, bob, again = Person(""), Person(""), Person("")
    again.user = bob.user
    bob.user.password = hashed(OLD)
    bob.user.save()
    row, again.token = create_token(user=bob.user)
    again.identity = Identity(bob.user, bob.user.access_version, token_digest=row.digest)
    return Scene(
        servers=servers,
        alice=alice,
        bob=bob,
        admin=make_user(is_superuser=True),
        room=make_room(alice.user, bob.user, name="Secrets", kind=RoomKind.PRIVATE),
        elsewhere=make_place(alice, bob),
        laptop=log_in(bob.user),
        phone=log_in(bob.user),
        tokens=[bob, again],
    )


@cache
def hashed(password: str) -> str:
    """As the servers hash it, which is slow on purpose."""
    hasher = Argon2PasswordHasher()
    return hasher.encode(password, hasher.salt())


@pytest.fixture
def surely_told(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What this process publishes is published, however long Redis takes: not every server here
    would find it by itself."""
    with redis.Redis.from_url(settings.REDIS_URL) as patient:
        monkeypatch.setattr(fanout, "client", lambda: patient)
        yield


@pytest.fixture
async def scene(
    request: pytest.FixtureRequest,
    started: Callable[[str], list[ServerProcess]],
    transactional_db: None,
    surely_told: None,
) -> AsyncIterator[Scene]:
    """Everybody has both rooms open. What else stands in the request's parameter is the row's."""
    weather = request.node.callspec.params["weather"]
    servers = started(weather)
    # Where they hear it, there is no second chance.
    await (on_the_bus if weather == "heard" else ready)(*servers)
    scene = await in_database(set_up, servers)
    rooms = scene.room.slug, scene.elsewhere.slug
    async with AsyncExitStack() as stack:
        for number, server in enumerate(servers):
            tab = Tab(f"alice {number}", server, token=scene.alice.token)
            scene.witnesses.append(await stack.enter_async_context(tab))
        credentials = {
            "laptop 1": {"cookie": scene.laptop},
            "laptop 2": {"cookie": scene.laptop},
            "phone": {"cookie": scene.phone},
            "program": {"token": scene.tokens[0].token},
            "other program": {"token": scene.tokens[1].token},
        }
        for name, number in TABS.items():
            tab = Tab(name, servers[number], **credentials[name])
            scene.tabs[name] = await stack.enter_async_context(tab)
        await asyncio.gather(
            *(tab.open(*rooms) for tab in [*scene.witnesses, *scene.tabs.values()])
        )
        yield scene


@pytest.mark.parametrize(("weather", "name"), rows(lambda ending: ending.tabs))
async def test_a_login_that_ends(weather: str, name: str, scene: Scene) -> None:
    ending = ENDINGS[name]
    await in_database(ending.act, scene)
    ended = [scene.tabs[name] for name in ending.tabs]
    for tab in ended:
        await tab.until(lambda: tab.closed is not None, "to be closed")  # noqa: B023
    assert {tab.closed for tab in ended} == {ending.code}
    assert [len(tab.heard("session_ended")) for tab in ended] == [1] * len(ended)
    others = [tab for name, tab in scene.tabs.items() if name not in ending.tabs]
    await talk(scene, scene.room, scene.elsewhere, hearers=[*scene.witnesses, *others])
    assert [tab.closed for tab in others] == [None] * len(others)
    assert [tab.late for tab in ended] == [[]] * len(ended)


@pytest.mark.parametrize(("weather", "name"), rows(lambda ending: ending.reasons))
async def test_a_membership_that_ends(weather: str, name: str, scene: Scene) -> None:
    ending = ENDINGS[name]
    await in_database(ending.act, scene)
    tabs = list(scene.tabs.values())
    for tab in tabs:
        await tab.until(lambda: tab.heard("membership_ended"), "to be put out")  # noqa: B023
        [told] = tab.heard("membership_ended")
        assert told["room_id"] == scene.room.slug
        assert told["reason"] in ending.reasons
    before = [tab.heard_in(scene.room.slug) for tab in tabs]
    await talk(scene, scene.room, hearers=scene.witnesses)
    await talk(scene, scene.elsewhere, hearers=[*scene.witnesses, *tabs])
    for tab in tabs:
        await tab.ask("ping")  # whatever was sent before has arrived
        for event, data in (
            ("send_message", {"message": "still here"}),
            ("join_room", {}),
            ("fetch_history", {"before": 9}),
        ):
            with pytest.raises(Refused, match="room_not_found"):
                await tab.ask(event, room_id=scene.room.slug, **data)
    assert [tab.heard_in(scene.room.slug) for tab in tabs] == before
    assert [tab.late for tab in tabs] == [[]] * len(tabs)
    assert [tab.closed for tab in tabs] == [None] * len(tabs)


async def talk(scene: Scene, *rooms: Room, hearers: list[Tab]) -> None:
    """Let alice say something on each server; wait until the hearers have heard it."""
    for room in rooms:
        for witness in scene.witnesses:
            message = f"{witness.name} goes on, {next(_numbers)}"  # what nobody has heard before
            await witness.say(room.slug, message)
            for hearer in hearers:
                await hearer.hears(room.slug, message)


@pytest.mark.parametrize("weather", WEATHER)
async def test_a_room_that_closes_can_only_be_read(weather: str, scene: Scene) -> None:
    room_id = scene.room.slug
    await in_database(moderation.close_room, room=scene.room.pk, by=scene.admin, reason="")
    everybody = [*scene.witnesses, *scene.tabs.values()]
    for tab in everybody:
        await tab.until(lambda: tab.timelines[room_id].room["closed"], "for the end")  # noqa: B023
        with pytest.raises(Refused, match="room_closed"):
            await tab.say(room_id, "still open?")
    await talk(scene, scene.elsewhere, hearers=everybody)
    await in_database(moderation.reopen_room, room=scene.room.pk, by=scene.admin, reason="")
    for tab in everybody:
        await tab.until(
            lambda: not tab.timelines[room_id].room["closed"],  # noqa: B023
            "for the reopening",
        )
    await talk(scene, scene.room, hearers=everybody)


@pytest.mark.parametrize("weather", ["heard"])
async def test_who_changed_the_password_comes_back_at_once_and_nobody_else(
    weather: str, scene: Scene
) -> None:
    old = scene.laptop
    await in_database(change_password, scene)
    assert scene.laptop != old
    for server in scene.servers:
        tab = Tab("laptop", server, cookie=scene.laptop)
        async with tab:
            await tab.open(scene.room.slug)
            await talk(scene, scene.room, hearers=[tab])
            assert tab.closed is None
        for stale in ({"cookie": old}, {"cookie": scene.phone}, {"token": scene.bob.token}):
            origin = f"http://{server.address}"
            async with wire(server, origin=origin, **stale) as socket:
                assert await close_code(socket) == 4401
