"""Whether an e-mail address is plausible, as an outside service sees it. Off unless it has a URL.

The service is asked by GET with `email` and, if there is one, `access_key`; in the JSON that it
answers with, `format_valid` decides. It may be slow, broken or gone: then
`EMAIL_CHECK_FAIL_OPEN` decides.
"""

from __future__ import annotations

import asyncio
import logging
from weakref import WeakKeyDictionary

import httpx
from django.conf import settings

logger = logging.getLogger(__name__)

# As many questions at once as the service shall meet; one bound for each event loop.
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class Unanswered(Exception):
    """The service said nothing that could be understood."""


def is_on() -> bool:
    return bool(settings.EMAIL_CHECK_URL)


async def is_plausible(address: str) -> bool:
    """Ask the service about `address`; where it does not answer, say what the setting says.

    No transaction may be open meanwhile: it can take EMAIL_CHECK_TIMEOUT seconds, and waiting for
    one's turn as long again.
    """
    try:
        async with asyncio.timeout(2 * settings.EMAIL_CHECK_TIMEOUT):
            async with _turn():
                return await _ask(address)
    except (Unanswered, TimeoutError) as error:
        passes: bool = settings.EMAIL_CHECK_FAIL_OPEN
        fate = "passes" if passes else "is refused"
        logger.warning("The check of an e-mail address failed, which %s: %r", fate, error)
        return passes


def _turn() -> asyncio.Semaphore:
    return _turns.setdefault(
        asyncio.get_running_loop(), asyncio.Semaphore(settings.EMAIL_CHECK_AT_ONCE)
    )


async def _ask(address: str) -> bool:
    query = {"email": address}
    if settings.EMAIL_CHECK_KEY:
        query["access_key"] = settings.EMAIL_CHECK_KEY
    try:
        async with httpx.AsyncClient(timeout=settings.EMAIL_CHECK_TIMEOUT) as client:
            response = await client.get(settings.EMAIL_CHECK_URL, params=query)
        verdict = response.raise_for_status().json()["format_valid"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        # Its kind alone: the words of some hold the address that was asked about, and the key.
        raise Unanswered(type(error).__name__) from None
    if not isinstance(verdict, bool):
        raise Unanswered("no verdict")
    return verdict
