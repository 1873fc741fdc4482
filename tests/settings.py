"""The project's settings, with a folder, a database and a Redis of the test run's own."""

from tests import run

run.prepare_environment()

from project.settings import *  # noqa: E402, F403 - after the environment is what it shall be
from project.settings import CACHES, DATABASES  # noqa: E402

# The address is of a database that the tests make, so that servers started by tests find it too.
DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}
# A machine that is busy for some seconds is slow: nobody has locked anything for ever, and neither
# the database nor Redis is away. What waits in a circle, PostgreSQL finds by itself.
_patience = 60  # seconds
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["timeout"] = _patience
else:
    DATABASES["default"]["OPTIONS"]["connect_timeout"] = _patience
    DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = _patience
CACHES["default"]["OPTIONS"] = {"socket_timeout": _patience, "socket_connect_timeout": _patience}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
