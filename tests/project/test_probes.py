"""`/healthz`, `/readyz`, `/metrics`: what they say, to whom, and how soon."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from chat import runtime
from project import readiness
from project.metrics import TimedRequests
from project.probes import Probes, may_read_metrics
from tests.harness.correspondent import PATIENCE

LOOPBACK = ("127.0.0.1", 50000)


async def page(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"a page"})


def scope_of(
    path: str, *, client: Any = LOOPBACK, method: str = "GET", **more: Any
) -> dict[str, Any]:
    headers = [
        (name.replace("_", "-").encode(), value.encode())
        for name, value in more.pop("headers", {}).items()
    ]
    return {
        "type": "http",
        "path": path,
        "method": method,
        "client": client,
        "headers": headers,
    } | more


async def ask(path: str, probes: Any = None, **more: Any) -> tuple[int, str]:
    heard: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        heard.append(message)

    await (probes or Probes(page))(scope_of(path, **more), None, send)
    return heard[0]["status"], heard[1]["body"].decode()


async def test_who_is_alive_says_so_without_asking_anybody() -> None:
    assert await ask("/healthz") == (
        200,
        "ok\n",
    )  # without the marker, no test gets at the database
    assert await ask("/healthz", method="HEAD") == (200, "")
    assert (await ask("/healthz", method="POST"))[0] == 405


async def test_everything_else_is_left_to_django() -> None:
    assert await ask("/rooms/") == (418, "a page")


# --- Ready ---------------------------------------------------------------------------------------


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
async def test_ready_with_database_and_redis_degraded_without_redis(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "PATIENCE", 2 * PATIENCE)  # half of it for Redis
    assert await ask("/readyz") == (200, "ok\n")
    settings.REDIS_URL = "unix:///nowhere/at/all"
    assert await ask("/readyz") == (200, "degraded\n")


async def test_degraded_while_the_bus_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = SimpleNamespace(hub=SimpleNamespace(bus=SimpleNamespace(deaf=True)))
    monkeypatch.setattr(runtime, "current", lambda: deaf)
    monkeypatch.setattr(readiness, "_database_answers", lambda: True)
    assert await ask("/readyz") == (200, "degraded\n")


async def test_not_ready_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_database_answers", lambda: False)
    assert await ask("/readyz") == (503, "no database\n")


async def test_not_ready_while_draining(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_database_answers", lambda: True)
    extensions = {"parley.server": SimpleNamespace(draining=True)}
    assert await ask("/readyz", extensions=extensions) == (503, "draining\n")


async def test_a_database_that_hangs_is_asked_once_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    answers = threading.Event()

    def hang() -> bool:
        asked.append(1)
        return answers.wait(PATIENCE)

    monkeypatch.setattr(readiness, "_database_answers", hang)
    monkeypatch.setattr(readiness, "PATIENCE", 0.2)
    probes = Probes(page)
    async with asyncio.timeout(PATIENCE / 2):
        replies = await asyncio.gather(*(ask("/readyz", probes) for _ in range(20)))
    assert set(replies) == {(503, "no database\n")}
    assert len(asked) == 1

    answers.set()
    async with asyncio.timeout(PATIENCE):
        while (await ask("/readyz", probes))[0] != 200:
            await asyncio.sleep(0.01)


# --- Metrics -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "headers", "may"),
    [
        (("127.0.0.1", 1), {}, True),
        (("::1", 1), {}, True),
        (("::ffff:127.0.0.1", 1), {}, True),
        (("203.0.113.9", 1), {}, False),
        (("fe80::1%eth0", 1), {}, False),
        (None, {}, False),  # by a Unix socket, as only a proxy comes
        (("127.0.0.1", 1), {"x-forwarded-for": "127.0.0.1"}, False),
        (("127.0.0.1", 1), {"x-real-ip": "127.0.0.1"}, False),
        (("127.0.0.1", 1), {"forwarded": "for=127.0.0.1"}, False),
        (("203.0.113.9", 1), {"authorization": "Bearer let me see"}, True),
        (None, {"authorization": "Bearer let me see"}, True),
        (("203.0.113.9", 1), {"authorization": "Bearer let me"}, False),
        (("203.0.113.9", 1), {"authorization": "Bearer "}, False),
    ],
)
def test_only_neighbours_and_who_has_the_token_may_read_the_metrics(
    settings: Settings, client: Any, headers: dict[str, str], may: bool
) -> None:
    settings.METRICS_TOKEN = "let me see"
    assert may_read_metrics(scope_of("/metrics", client=client, headers=headers)) is may


def test_an_empty_token_opens_nothing(settings: Settings) -> None:
    assert settings.METRICS_TOKEN == ""
    headers = {"authorization": "Bearer "}
    far = scope_of("/metrics", client=("203.0.113.9", 1), headers=headers)
    assert not may_read_metrics(far)


async def test_requests_are_counted_by_class_of_status_with_their_time() -> None:
    async def counted() -> float:
        status, body = await ask("/metrics")
        assert status == 200
        return {
            sample.labels["status"]: sample.value
            for family in text_string_to_metric_families(body)
            for sample in family.samples
            if sample.name == "parley_http_request_seconds_count"
        }["4xx"]

    before = await counted()
    timed = Probes(TimedRequests(page))
    for _ in range(3):
        await ask("/rooms/", timed)
    assert await counted() == before + 3
    assert (await ask("/metrics", client=("203.0.113.9", 1)))[0] == 403
