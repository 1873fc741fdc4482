"""The project's settings, with a folder, a database and a Redis of the test run's own."""

from tests import run

run.prepare_environment()

from project.settings import *  # noqa: E402, F403 - after the environment is what it shall be
from project.settings import DATABASES  # noqa: E402

# The address is of a database that the tests make, so that servers started by tests find it too.
DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
