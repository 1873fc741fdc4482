"""What tests of Redis use."""

from tests.harness.fixtures import own_valkey

__all__ = ["own_valkey"]
