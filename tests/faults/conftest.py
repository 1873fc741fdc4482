"""What tests over real sockets use."""

from tests.harness.fixtures import lasting_pair, own_valkey, pair, pytest_runtest_makereport, serve

__all__ = ["lasting_pair", "own_valkey", "pair", "pytest_runtest_makereport", "serve"]
