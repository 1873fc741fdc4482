"""What somebody does at the gate with a browser."""

import re
from typing import Any

from django.core.mail import EmailMessage
from django.test import Client

from accounts.identity import by_session_key
from accounts.models import User

PASSWORD = "a long secret"
LOGIN, LOGOUT, SIGNUP = "/accounts/login/", "/accounts/logout/", "/accounts/signup/"
RESET, CHANGE, EMAIL = "/accounts/password/reset/", "/accounts/password/change/", "/accounts/email/"


def make_alice() -> User:
    """Store somebody who can log in, whose name is not all in small letters."""
    return User.objects.create_user("Alice", "alice@example.org", PASSWORD)


def log_in(client: Client, login: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": login, "password": password}, **extra)


def say_the_password_again(client: Client) -> Any:
    """What is asked of who is in already, before they change what decides who comes in."""
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def who(client: Client) -> str | None:
    """Return the name of who is logged in here, as a socket would see it."""
    identity = by_session_key(session_key=client.session.session_key or "")
    return identity.user.username if identity else None


def link_in(message: EmailMessage) -> str:
    found = re.search(r"http://testserver(\S+)", str(message.body))
    assert found, message.body
    return found[1]
