"""What every test may use, and what stands ready while tests run.

Each worker has a folder, a database and a Valkey of its own (`tests/run.py`). `PARLEY_DB=postgres`
runs the tests that may depend on the database on PostgreSQL: those in `DATABASE_FOLDERS`, and
those marked `both_databases`. What only PostgreSQL can show is marked `postgres_only`.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase

from accounts.search.index import SearchIndex
from project.valkey import EmbeddedValkey
from tests import postgres, run

pytest_plugins = ["tests.factories"]

DATABASE_FOLDERS = ("domain", "session")
HERE = Path(__file__).parent
_server = pytest.StashKey[subprocess.Popen[bytes]]()

# Failures print how to run them again; nothing is written beside the code.
hypothesis.settings.register_profile("parley", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile("parley")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both_databases: run this on PostgreSQL as well")
    config.addinivalue_line("markers", "postgres_only: there is nothing to see on SQLite")
    config.addinivalue_line("markers", "soak: takes minutes, only run by `make soak`")
    config.option.markexpr = config.option.markexpr or "not soak"
    own_server = run.DATABASE == run.POSTGRES and not os.environ.get("TEST_DATABASE_URL")
    if own_server and run.IS_FIRST and not config.option.collectonly:
        config.stash[_server] = postgres.start(run.FOLDER / "postgres")


def pytest_unconfigure(config: pytest.Config) -> None:
    run.end()
    if server := config.stash.get(_server, None):
        server.wait()


def pytest_report_header() -> str:
    return f"database: {run.DATABASE}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = _is_for_postgres if run.DATABASE == run.POSTGRES else _is_for_sqlite
    config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
    items[:] = filter(wanted, items)


def _is_for_sqlite(item: pytest.Item) -> bool:
    return item.get_closest_marker("postgres_only") is None


def _is_for_postgres(item: pytest.Item) -> bool:
    folder = item.path.relative_to(HERE).parts[0]
    marked = any(item.get_closest_marker(name) for name in ("both_databases", "postgres_only"))
    return folder in DATABASE_FOLDERS or marked


@pytest.fixture
def fresh_limits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that count, that no other test has used up, and whose minute does not end."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    monkeypatch.setattr("accounts.limits.time", lambda: 600.0)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Nothing to modify: `tests/settings.py` names a database for each worker."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End what other threads and servers still have open, before the database is dropped."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session", autouse=True)
def valkey() -> Iterator[None]:
    """The Redis of this worker, which a busy machine may be slow to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("project.valkey.START_TIMEOUT", postgres.START_TIMEOUT)
        with EmbeddedValkey(run.VAR_DIR):
            yield


@pytest.fixture(scope="session", autouse=True)
def quick_cleaning() -> Iterator[None]:
    """Tests with real transactions leave few rows: deleting is quicker than Django's flush."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


# What migrations make; the groups are the roles.
KEPT_TABLES = {
    "django_content_type",
    "django_migrations",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
}


def empty_tables(test_case: Any = None) -> None:
    """Delete every row that a test can have made, without resetting counters.

    The order does not matter: Django's constraints are checked at the commit.
    """
    tables = {
        connection.ops.quote_name(model._meta.db_table)
        for model in apps.get_models(include_auto_created=True)
        if (model._meta.managed or issubclass(model, SearchIndex))
        and model._meta.db_table not in KEPT_TABLES
    }
    any_rows = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in sorted(tables)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(any_rows)
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")
