"""The check of e-mail addresses by an outside service, which may be quick, slow, broken or gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.address_check import is_plausible
from tests.harness.address_service import AddressService, address_service
from tests.harness.correspondent import PATIENCE


@pytest.fixture
def service(settings: Any) -> Iterator[AddressService]:
    with address_service() as running:
        settings.EMAIL_CHECK_URL = running.url
        settings.EMAIL_CHECK_KEY = "a key"
        settings.EMAIL_CHECK_TIMEOUT = PATIENCE
        yield running


async def test_the_service_decides(service: AddressService) -> None:
    assert await is_plausible("alice@example.org")
    assert not await is_plausible("bad@example.org")
    assert [each["access_key"] for each in service.asked] == [["a key"]] * 2


async def test_an_address_arrives_as_it_is(service: AddressService) -> None:
    odd = "a+b&access_key=x#?/@example.org"
    assert await is_plausible(odd)
    assert service.asked == [{"email": [odd], "access_key": ["a key"]}]


@pytest.mark.parametrize("fail_open", [True, False])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (404, b'{"format_valid": false}'),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"format_valid": "yes"}'),
        (200, b'{"success": false, "error": {"code": 104}}'),
    ],
)
async def test_a_broken_service_decides_nothing(
    service: AddressService, settings: Any, status: int, body: bytes, fail_open: bool
) -> None:
    settings.EMAIL_CHECK_FAIL_OPEN = fail_open
    service.status, service.body = status, body
    assert await is_plausible("bad@example.org") is fail_open


@pytest.mark.parametrize("fail_open", [True, False])
async def test_a_slow_service_is_not_waited_for(
    service: AddressService, settings: Any, fail_open: bool
) -> None:
    settings.EMAIL_CHECK_TIMEOUT, settings.EMAIL_CHECK_FAIL_OPEN = 0.1, fail_open
    service.hold()
    assert await is_plausible("alice@example.org") is fail_open


@pytest.mark.parametrize("fail_open", [True, False])
async def test_an_absent_service_decides_nothing_and_nobodys_address_is_logged(
    settings: Any, fail_open: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with address_service() as gone:
        settings.EMAIL_CHECK_URL = gone.url
    settings.EMAIL_CHECK_TIMEOUT, settings.EMAIL_CHECK_FAIL_OPEN = PATIENCE, fail_open
    with caplog.at_level(logging.INFO):
        assert await is_plausible("alice@example.org") is fail_open
    assert "ConnectError" in caplog.text
    assert "alice" not in caplog.text


async def test_only_so_many_are_asked_about_at_once(service: AddressService, settings: Any) -> None:
    settings.EMAIL_CHECK_AT_ONCE = 3
    service.hold()
    questions = [asyncio.create_task(is_plausible(f"a{n}@example.org")) for n in range(9)]
    while len(service.asked) < 3:
        await asyncio.sleep(0.01)
    service.go_on()
    assert all(await asyncio.gather(*questions))
    assert service.most_at_once <= 3
