"""What the tests of pages and of the API have in common."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from tests.listening import heard

__all__ = ["heard"]


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that are hashed meanwhile, which is what takes time that strangers measure."""
    passwords: list[str] = []
    encode = MD5PasswordHasher.encode

    def noting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        passwords.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", noting)
    return passwords
