"""Very many calls made up from the API's document, of a server as it runs in production."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis

from accounts.actions.tokens import create_token
from accounts.models import User
from tests.api.document import DOCUMENT, EXCLUDED, point_at_something
from tests.api.scene import Who, make_scene
from tests.harness.servers import ServerProcess

SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OFTEN = "1000000/min"
WITHOUT_LIMITS = {
    **dict.fromkeys(("API_READS", "API_WRITES", "REGISTRATIONS_PER_ADDRESS"), OFTEN),
    **dict.fromkeys(("TOKEN_TRIES_PER_ADDRESS", "TOKEN_TRIES_PER_NAME"), OFTEN),
    **dict.fromkeys(("POSTS_PER_HOUR", "COMMENTS_PER_HOUR"), "1000000"),
    **dict.fromkeys(("POST_EDITS_PER_MINUTE", "PICTURES_PER_MINUTE"), "1000000"),
    **dict.fromkeys(("CHAT_DIRECT_ROOMS_PER_MINUTE", "CHAT_SEARCHES_PER_MINUTE"), "1000000"),
    "CHAT_UPLOADS_PER_MINUTE": "1000000",
}

pytestmark = [pytest.mark.soak, pytest.mark.both_databases]


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, valkey: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """One server for all of these tests."""
    folder = str(tmp_path_factory.mktemp("server"))
    started = ServerProcess({"VAR_DIR": folder, **WITHOUT_LIMITS})
    started.wait_until_ready()
    yield started
    started.forget()


class Caller:
    """Somebody who goes on calling, whatever their calls have ended."""

    def __init__(self, who: Who) -> None:
        self.who = who
        self.scene = make_scene()

    def headers(self) -> dict[str, str]:
        """Those of a fresh token: the last call may have revoked the one before."""
        user = User.objects.get(username=self.who)
        if not user.is_active:
            user.is_active = True
            user.save()
        _, self.scene.tokens[self.who] = create_token(user=user)
        return self.scene.headers(self.who)


@pytest.fixture(params=[Who.USER, Who.MODERATOR])
def caller(request: pytest.FixtureRequest, transactional_db: None) -> Caller:
    return Caller(request.param)


@SCHEMA.parametrize()
@hypothesis.settings(
    max_examples=60, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
)
def test_a_real_server_keeps_its_promises_whatever_is_sent(
    case: Any, server: ServerProcess, caller: Caller
) -> None:
    point_at_something(case, caller.scene, caller.who)
    case.call_and_validate(
        base_url=f"http://{server.address}", headers=caller.headers(), excluded_checks=EXCLUDED
    )
