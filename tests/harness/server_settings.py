"""What the server processes of the tests run with: the project's own settings, the environment of
the test run, and a few instruments that only tests need."""

from project.settings import *  # noqa: F403
from project.settings import CHANNEL_LAYERS, DATABASES, INSTALLED_APPS, STORAGES, env

INSTALLED_APPS = [*INSTALLED_APPS, "tests.harness.instruments"]
ROOT_URLCONF = "tests.harness.instruments.urls"
# Collecting and hashing static files is not what these servers are started for.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# How long SQLite waits for another writer, in seconds.
if "TEST_BUSY_TIMEOUT" in env.ENVIRON:
    DATABASES["default"]["OPTIONS"]["timeout"] = env.float("TEST_BUSY_TIMEOUT")

# The bus loses, repeats, delays and falls deaf, as this seed says.
if "TEST_LOSSY_SEED" in env.ENVIRON:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "tests.harness.lossy_layer.LossyLayer",
        "CONFIG": {
            "seed": env.str("TEST_LOSSY_SEED"),
            "inner": CHANNEL_LAYERS["default"],
        },
    }
