"""Callers of the API, each with a token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from accounts.actions.tokens import create_token
from accounts.models import User
from tests.api.scene import Scene, make_scene
from tests.factories import make_user

Caller = Callable[[User], APIClient]


@pytest.fixture
def calls() -> Caller:
    """`calls(alice)` is a client that presents a token of hers."""

    def caller(user: User) -> APIClient:
        client = APIClient()
        _row, token = create_token(user=user)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return caller


@pytest.fixture
def scene(db: None, attachments: Path) -> Scene:
    make_user("known", password="a long way to tea")
    return make_scene()
