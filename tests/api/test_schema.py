"""The application held to the document that it serves: schemathesis makes the calls and looks at
what is answered, as each of those who may call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import override_settings

from tests.api.document import DOCUMENT, EXCLUDED, point_at_something
from tests.api.scene import TRIES, Scene, Try, Who


def _loaded() -> Any:
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    application = get_wsgi_application()

    def addressed(environ: dict[str, Any], start_response: Any) -> Any:
        return application({"REMOTE_ADDR": "127.0.0.1"} | environ, start_response)

    schema.app = addressed
    return schema


SCHEMA = _loaded()


@contextmanager
def forgotten() -> Iterator[None]:
    """What is done here is undone; requests leave the connection open, as in Django's client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    # The contents of files are sent by Daphne, or by a proxy: there is neither.
    with transaction.atomic(), override_settings(CHAT_FILES_BY_PROXY="/files/"):
        yield
        transaction.set_rollback(True)
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.django_db
def test_the_document_is_the_one_that_is_served(client: Any) -> None:
    served = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    assert served.json() == DOCUMENT


def test_every_operation_is_tried() -> None:
    described = {
        operation["operationId"]
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
    }
    assert {one.operation for one in TRIES} == described


@pytest.mark.parametrize("who", Who)
def test_an_operation_works_for_all_who_may_and_for_nobody_else(who: Who, scene: Scene) -> None:
    refused = 401 if who is Who.ANONYMOUS else 403
    wrong = {}
    for one in TRIES:
        wanted = success(one) if who in one.works_for else refused
        with forgotten():
            answer = case_of(one, who, scene).call_and_validate(
                headers=scene.headers(who), excluded_checks=EXCLUDED
            )
        if answer.status_code != wanted:
            wrong[str(one)] = (wanted, answer.status_code, answer.text)
    assert wrong == {}


def success(one: Try) -> int:
    """The status that the document promises to those who may."""
    answers = SCHEMA.find_operation_by_id(one.operation).definition.raw["responses"]
    return min(int(status) for status in answers)


def case_of(one: Try, who: Who, scene: Scene) -> Any:
    return SCHEMA.find_operation_by_id(one.operation).Case(
        path_parameters={name: scene.thing(what, who) for name, what in one.path.items()},
        query={name: _filled(value, scene) for name, value in one.query.items()},
        **({} if one.body is None else {"body": one.body}),
    )


def _filled(value: Any, scene: Scene) -> Any:
    """`{room}` is the room's id."""
    return value.format(**scene.shared) if isinstance(value, str) else value


@SCHEMA.parametrize()
@hypothesis.settings(
    max_examples=4, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck)
)
def test_nothing_that_is_sent_breaks_the_promises(case: Any, scene: Scene) -> None:
    who = _caller(case)
    point_at_something(case, scene, who)
    with forgotten():
        case.call_and_validate(headers=scene.headers(who), excluded_checks=EXCLUDED)


def _caller(case: Any) -> Who:
    """Whose turn it is: always the same for the same case, so that a failure can be had again."""
    drawn = repr((case.method, case.query, case.body)).encode(errors="surrogatepass")
    return list(Who)[crc32(drawn) % len(Who)]
