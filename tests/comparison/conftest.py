"""What tests of the benchmark use: the servers of all tests, and one that loses something."""

from tests.harness.fixtures import lasting_pair, pair, pytest_runtest_makereport

__all__ = ["lasting_pair", "pair", "pytest_runtest_makereport"]
