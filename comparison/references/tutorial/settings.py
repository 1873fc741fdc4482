"""Settings as `startproject` and the tutorial leave them, without what no socket touches."""

import os
from pathlib import Path

from project import valkey

FOLDER = Path(os.environ["VAR_DIR"])

SECRET_KEY = "of the benchmark"  # noqa: S105 - nobody logs in
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "tutorial.sqlite3"}
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [os.environ.get("REDIS_URL") or valkey.url(FOLDER)]},
    }
}
USE_TZ = True
