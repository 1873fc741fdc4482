"""What belongs to one test run: a folder, which database, which Redis.

The first process of the run makes the folder; its workers find it in the environment, and each has
a part of it. What is put into the environment here also serves the servers that tests start.
"""

import os
import tempfile
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from project import valkey
from tests import guard

POSTGRES = "postgres"
# On a machine that is busy with other things, what holds a room's lock can take long: here, and
# in the servers that tests start.
LOCK_PATIENCE = quote("-c lock_timeout=60s -c idle_in_transaction_session_timeout=60s")
# Which database this run uses: `sqlite` runs every test, `postgres` those that may depend on it.
DATABASE = os.environ.get("PARLEY_DB", "sqlite")
ANY_NUMBER = "1000000/min"
IS_FIRST = "PARLEY_TEST_FOLDER" not in os.environ
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def _folder() -> Path:
    if IS_FIRST:
        made = Path(tempfile.mkdtemp(prefix="parley-tests-"))
        made.chmod(0o755)  # PostgreSQL runs as somebody else when the tests run as root
        os.environ["PARLEY_TEST_FOLDER"] = str(made)
    return Path(os.environ["PARLEY_TEST_FOLDER"])


FOLDER = _folder()
VAR_DIR = FOLDER / WORKER
_guard = guard.start(FOLDER) if IS_FIRST else None


def end() -> None:
    """End what is left of the run, at once."""
    if _guard is not None:
        _guard.communicate()


def database_url() -> str:
    """The address of this worker's own database, which the tests make."""
    if DATABASE != POSTGRES:
        return f"sqlite:///{quote(str(VAR_DIR / 'db.sqlite3'))}"
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        server = f"postgresql://postgres@/parley?host={quote(str(FOLDER / 'postgres'))}"
    parts = urlsplit(server)
    query = "&".join(filter(None, (parts.query, f"options={LOCK_PATIENCE}")))
    return urlunsplit(parts._replace(path=f"{parts.path}_{WORKER}", query=query))


def prepare_environment() -> None:
    """Set what the settings shall find, whatever the caller's environment says.

    Servers that tests start find it done, and keep what their test has set instead.
    """
    if os.environ.get("PARLEY_TEST_WORKER") == WORKER:
        return
    (VAR_DIR / "static").mkdir(parents=True, exist_ok=True)
    os.environ.update(
        PARLEY_TEST_WORKER=WORKER,
        DEBUG="1",
        SECRET_KEY="of the tests",
        VAR_DIR=str(VAR_DIR),
        DATABASE_URL=database_url(),
        REDIS_URL=valkey.url(VAR_DIR),
        EMAIL_URL="dummymail://",
        # One person of the tests is soon many: they have the same key in each. Tests of limits
        # set their own.
        API_READS=ANY_NUMBER,
        API_WRITES=ANY_NUMBER,
        REGISTRATIONS_PER_ADDRESS=ANY_NUMBER,
        POST_EDITS_PER_MINUTE="100000",
        PICTURES_PER_MINUTE="100000",
        CHAT_DIRECT_ROOMS_PER_MINUTE="100000",
        CHAT_SEARCHES_PER_MINUTE="100000",
        TASK_WORKER="0",
    )
