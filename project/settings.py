"""All settings. The environment is read here and nowhere else.

Everything runs without any of these variables when DEBUG is on. A production process needs
SECRET_KEY and ALLOWED_HOSTS at least, and wants DATABASE_URL, REDIS_URL and EMAIL_URL. They may
stand in a file that ENV_FILE names: each worker that starts reads it anew.
"""

import os
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from project import secret_key, valkey

BASE_DIR = Path(__file__).resolve().parent.parent
# What stands in the environment itself counts more than the file, and is all that children inherit.
environ.Env.ENVIRON = dict(os.environ)
env = environ.Env()
if "ENV_FILE" in env.ENVIRON:
    with Path(env.str("ENV_FILE")).open() as _file:
        env.read_env(_file)

DEBUG: bool = env.bool("DEBUG", default=False)
# Everything that a running copy writes: database, secret key, collected static files, sockets.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

SECRET_KEY: str = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("Set SECRET_KEY (a long random text), or DEBUG=1 to try Parley.")
    SECRET_KEY = secret_key.development_key(VAR_DIR / "secret_key")

# --- Where we are reached ------------------------------------------------------------------------

ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
)
# Origins besides our own that may post forms, as https://chat.example.org.
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# How many proxies of ours stand in front: this many addresses of X-Forwarded-For are believed,
# counted from the right, and X-Forwarded-Proto. With 0 both headers are ignored.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

# Off only for trying Parley over plain HTTP: cookies then travel in the clear.
HTTPS: bool = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# How long browsers refuse plain HTTP after a visit, in seconds.
SECURE_HSTS_SECONDS: int = env.int("HSTS_SECONDS", default=30 * 24 * 3600) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS: bool = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD: bool = env.bool("HSTS_PRELOAD", default=False)
# Subdomains and browsers' preload lists are promises for more than this host: only its
# administrator can make them, so that leaving them out is no warning.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # 'self' covers wss: and ws: to our own host in every browser of the last years.
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Parts ---------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "project",  # before daphne: its runserver is ours
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "project.static_app.OurStaticFiles",
    "channels",
    "rest_framework",
    "django_filters",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "knox",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "servestatic",
    "accounts",
    "chat",
    "api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "project.static.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "project.zone.zone_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.visits_middleware",
    "project.page_limits.page_limits_middleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chat.context_processors.sidebar",
                "accounts.context_processors.notices",
            ]
        },
    }
]

# --- Threads and connections ---------------------------------------------------------------------

CHAT_SOCKET_THREADS: int = env.int("CHAT_SOCKET_THREADS", default=4)  # for events from sockets
HTTP_THREADS: int = env.int("HTTP_THREADS", default=8)  # for pages and the API
# Bytes of a request. What is more is read and thrown away, so that the answer is heard.
HTTP_BODY_LIMIT: int = env.int("HTTP_BODY_LIMIT", default=32 * 1024 * 1024)

# --- Database ------------------------------------------------------------------------------------

_sqlite_file = VAR_DIR / "db.sqlite3"
_database: dict[str, Any] = env.db_url(
    "DATABASE_URL", default=f"sqlite:///{quote(str(_sqlite_file))}"
)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["CONN_MAX_AGE"] = None
    _database["OPTIONS"] = {
        # A transaction that starts reading and then writes could not wait for its turn.
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,  # seconds to wait for another writer
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    _database["CONN_MAX_AGE"] = 0  # back into the pool after every request or event
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        # A dead network, a forgotten transaction: nobody waits for ever (seconds; the last in ms).
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
        **_database.get("OPTIONS", {}),
        # One for every thread that can ask for one, the last for the writer and for probes.
        "pool": {
            "min_size": 1,
            "max_size": CHAT_SOCKET_THREADS + HTTP_THREADS + 2,
            "timeout": 10,
            # Its pauses between attempts double: given minutes, it would sleep for minutes after
            # PostgreSQL is back. Having given up, it tries anew for whoever asks next.
            "reconnect_timeout": 5,
        },
    }
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis ---------------------------------------------------------------------------------------

# Empty means the embedded Valkey, whose address is known whether it runs or not.
EMBEDDED_VALKEY = not env.str("REDIS_URL", default="")
REDIS_URL: str = valkey.url(VAR_DIR) if EMBEDDED_VALKEY else env.str("REDIS_URL")
# A Redis that does not answer must not hold a publish for longer than this (seconds).
_redis_patience = {"socket_timeout": 2, "socket_connect_timeout": 2}

CHAT_BUS_PREFIX = "parley"  # of the bus's names in Redis
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, **_redis_patience}], "prefix": CHAT_BUS_PREFIX},
    }
}
CACHES = {
    "default": {
        "BACKEND": "project.cache.FailOpenRedisCache",
        "LOCATION": [REDIS_URL],
        "KEY_PREFIX": "parley",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}

# --- People --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "accounts.roles.EverybodysRole",  # lets nobody in: it only knows what everybody may do
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "accounts.forms.RegistrationForm"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
# Who registers confirms the address before coming in. With `optional` they come in at once, and
# registration must then tell strangers which addresses have an account.
ACCOUNT_EMAIL_VERIFICATION: str = env.str("EMAIL_VERIFICATION", default="mandatory")
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that registered
ACCOUNT_CHANGE_EMAIL = True  # one address; a new one takes over once it is confirmed
# With another address one sets another password: who finds a browser open shall not take it over.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = None  # ask
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Failed logins are counted by network address, and by name and address together (our adapter's
# key): by name alone, a stranger who guesses wrong on purpose would lock its owner out.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key"}
# Who asks for an account by the API has the address looked at by this service, if it has a URL.
EMAIL_CHECK_URL: str = env.str("EMAIL_CHECK_URL", default="")
EMAIL_CHECK_KEY: str = env.str("EMAIL_CHECK_KEY", default="")
EMAIL_CHECK_TIMEOUT: float = env.float("EMAIL_CHECK_TIMEOUT", default=2.0)  # seconds
EMAIL_CHECK_AT_ONCE: int = env.int("EMAIL_CHECK_AT_ONCE", default=20)  # questions of a process
# What happens to an address while the service does not answer: it passes, or is refused.
EMAIL_CHECK_FAIL_OPEN: bool = env.bool("EMAIL_CHECK_FAIL_OPEN", default=True)

# --- Mail ----------------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
# Where nothing else is said, development prints its mail, and keeps it in this folder.
MAIL_FOLDER = VAR_DIR / "mails"
if DEBUG and not env.str("EMAIL_URL", default=""):
    EMAIL_BACKEND = "project.mail_folder.EmailBackend"
EMAIL_TIMEOUT = 10  # seconds for the mail server to answer
EMAIL_SUBJECT_PREFIX = "[Parley] "  # of mails to administrators
DEFAULT_FROM_EMAIL: str = env.str("EMAIL_FROM", default="Parley <parley@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Seconds until a mail that could not be sent is tried again; after the last it is given up.
MAIL_RETRY_PAUSES: list[int] = env.list(
    "MAIL_RETRY_PAUSES", cast=int, default=[60, 300, 1800, 7200]
)
# Days for which a link in a mail confirms an address or sets a password; the mail says so.
MAIL_LINK_DAYS = 3
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = MAIL_LINK_DAYS
PASSWORD_RESET_TIMEOUT = MAIL_LINK_DAYS * 24 * 3600
MAILS_KEPT: int = env.int("MAILS_KEPT", default=MAIL_LINK_DAYS)  # days

# --- Tasks ---------------------------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# Whether every `serve` and `runserver` has a process beside it that works on them.
TASK_WORKER: bool = env.bool("TASK_WORKER", default=True)
TASK_POLL_INTERVAL: float = env.float("TASK_POLL_INTERVAL", default=1.0)  # seconds between looks

# --- Posts, pictures, notifications --------------------------------------------------------------

POST_TEXT_LIMIT: int = env.int("POST_TEXT_LIMIT", default=10_000)  # characters of a post
COMMENT_TEXT_LIMIT: int = env.int("COMMENT_TEXT_LIMIT", default=4_000)  # characters of a comment
POSTS_PER_HOUR: int = env.int("POSTS_PER_HOUR", default=30)  # of a person
COMMENTS_PER_HOUR: int = env.int("COMMENTS_PER_HOUR", default=120)  # of a person
POST_EDITS_PER_MINUTE: int = env.int("POST_EDITS_PER_MINUTE", default=10)  # of a person
PICTURES_PER_MINUTE: int = env.int("PICTURES_PER_MINUTE", default=10)  # of oneself, uploaded
NOTIFICATIONS_KEPT: int = env.int("NOTIFICATIONS_KEPT", default=90)  # days

# --- API -----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "api.browsing.PagesRenderer",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.browsing.Negotiation",
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "DEFAULT_PARSER_CLASSES": ["api.parsers.BoundedJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["api.throttles.ReadThrottle", "api.throttles.WriteThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        # Of one person, or of one address where nobody is logged in. Forms of pages are writes too.
        "reads": env.str("API_READS", default="1200/min"),
        "writes": env.str("API_WRITES", default="300/min"),
        "registrations": env.str("REGISTRATIONS_PER_ADDRESS", default="20/hour"),
        "tokens_address": env.str("TOKEN_TRIES_PER_ADDRESS", default="30/min"),
        "tokens_name": env.str("TOKEN_TRIES_PER_NAME", default="10/min"),  # from one address
    },
    "EXCEPTION_HANDLER": "api.errors.handler",
    "NUM_PROXIES": TRUSTED_PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Parley",
    "DESCRIPTION": "Real-time chat for teams on Django, over HTTP.",  # api.schema says more
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": ["api.schema.finished"],
}
# Origins whose pages may call the API from a browser, with a token. Cookies stay at home.
CORS_ALLOWED_ORIGINS: list[str] = env.list("API_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_CREDENTIALS = False
CORS_EXPOSE_HEADERS = ["ETag", "Location", "Retry-After"]

KNOX_TOKEN_MODEL = "accounts.AuthToken"  # noqa: S105 - a model's name
REST_KNOX = {
    "SECURE_HASH_ALGORITHM": "hashlib.sha512",
    "TOKEN_TTL": timedelta(days=30),
    "TOKEN_MODEL": KNOX_TOKEN_MODEL,
    "TOKEN_PREFIX": "parley_",  # scanners for leaked secrets know a token by it
}
# knox's own migrations would make a table that nothing uses; a swapped model needs none of them.
MIGRATION_MODULES = {"knox": None}

# --- Chat ----------------------------------------------------------------------------------------

CHAT_TEXT_LIMIT: int = env.int("CHAT_TEXT_LIMIT", default=4000)  # characters of a message
CHAT_EMOJI_LIMIT: int = env.int("CHAT_EMOJI_LIMIT", default=20)  # different ones of a message
CHAT_REPLIES_LIMIT: int = env.int("CHAT_REPLIES_LIMIT", default=500)  # to one message
CHAT_PINS_LIMIT: int = env.int("CHAT_PINS_LIMIT", default=50)  # pinned messages of a room
CHAT_FRAME_LIMIT: int = env.int("CHAT_FRAME_LIMIT", default=65536)  # bytes of a frame in
CHAT_MESSAGE_FILTERS: list[str] = env.list("CHAT_MESSAGE_FILTERS", default=[])  # dotted paths
CHAT_TRUSTED_ORIGINS: list[str] = env.list("CHAT_TRUSTED_ORIGINS", default=[])  # besides our own

CHAT_EVENTS_PER_SECOND: float = env.float("CHAT_EVENTS_PER_SECOND", default=10)  # of a session
CHAT_EVENT_BURST: int = env.int("CHAT_EVENT_BURST", default=30)
CHAT_STRIKES: int = env.int("CHAT_STRIKES", default=10)  # bad or limited frames before the close
CHAT_SOCKETS_PER_USER: int = env.int("CHAT_SOCKETS_PER_USER", default=10)
CHAT_OPEN_ROOMS: int = env.int("CHAT_OPEN_ROOMS", default=50)  # of a session
CHAT_AUTHENTICATE_TIMEOUT: float = env.float("CHAT_AUTHENTICATE_TIMEOUT", default=5.0)  # seconds
# Off where what one client asks may reach several machines; with several workers it is off anyway.
CHAT_SOCKETIO_POLLING: bool = env.bool("CHAT_SOCKETIO_POLLING", default=True)
CHAT_PING_INTERVAL: float = env.float("CHAT_PING_INTERVAL", default=15)  # seconds
CHAT_PING_TIMEOUT: float = env.float("CHAT_PING_TIMEOUT", default=20)  # seconds without a pong
CHAT_SEND_BUFFER: int = env.int("CHAT_SEND_BUFFER", default=1048576)  # bytes unread before the cut

CHAT_DIRECT_ROOMS_PER_MINUTE: int = env.int("CHAT_DIRECT_ROOMS_PER_MINUTE", default=30)  # new ones
CHAT_SEARCHES_PER_MINUTE: int = env.int("CHAT_SEARCHES_PER_MINUTE", default=60)  # of a person
CHAT_HISTORY_PAGE: int = env.int("CHAT_HISTORY_PAGE", default=50)  # messages
CHAT_CHANGE_PAGE: int = env.int("CHAT_CHANGE_PAGE", default=200)  # changes in one frame
CHAT_CHANGE_PAGE_BYTES: int = env.int("CHAT_CHANGE_PAGE_BYTES", default=262144)
CHAT_RESUME_LIMIT: int = env.int("CHAT_RESUME_LIMIT", default=1000)  # changes, then a fresh start
CHAT_RETENTION_MINIMUM: int = env.int("CHAT_RETENTION_MINIMUM", default=24 * 3600)  # seconds
CHAT_RECEIPTS_ROOM: int = env.int("CHAT_RECEIPTS_ROOM", default=20)  # members, then no receipts
CHAT_ACTIVE_USERS_SHOWN: int = env.int("CHAT_ACTIVE_USERS_SHOWN", default=100)
CHAT_PRESENCE_LEASE: float = env.float("CHAT_PRESENCE_LEASE", default=45.0)  # seconds
CHAT_PRESENCE_RENEW: float = env.float("CHAT_PRESENCE_RENEW", default=15.0)  # seconds
CHAT_PRESENCE_SWEEP: float = env.float("CHAT_PRESENCE_SWEEP", default=5.0)  # seconds
CHAT_PRESENCE_GRACE: float = env.float("CHAT_PRESENCE_GRACE", default=2.0)  # s, for a reload
CHAT_PRESENCE_CROWD: int = env.int("CHAT_PRESENCE_CROWD", default=200)  # people, then coalesce
CHAT_PRESENCE_CROWD_INTERVAL: float = env.float("CHAT_PRESENCE_CROWD_INTERVAL", default=1.0)
CHAT_TICK_INTERVAL: float = env.float("CHAT_TICK_INTERVAL", default=0)  # seconds, 0 = no ticks

CHAT_FILE_SIZE: int = env.int("CHAT_FILE_SIZE", default=10 * 1024 * 1024)  # bytes of a file
CHAT_FILES_PER_MESSAGE: int = env.int("CHAT_FILES_PER_MESSAGE", default=10)
CHAT_PICTURE_PIXELS: int = env.int("CHAT_PICTURE_PIXELS", default=25_000_000)  # of all its frames
CHAT_UPLOADS_PER_MINUTE: int = env.int("CHAT_UPLOADS_PER_MINUTE", default=30)  # of a person
# Bytes of a person that are uploaded and not sent, and seconds after which they may be removed.
CHAT_UNSENT_BYTES: int = env.int("CHAT_UNSENT_BYTES", default=100 * 1024 * 1024)
CHAT_UNSENT_AGE: int = env.int("CHAT_UNSENT_AGE", default=24 * 3600)
# Endings of names; what is not in chat/files/types.py can only be downloaded. `*` is anything.
CHAT_FILE_TYPES: list[str] = env.list(
    "CHAT_FILE_TYPES",
    default=[
        *("jpg", "jpeg", "png", "gif", "webp"),
        *("pdf", "txt", "log", "md", "csv", "json"),
        *("zip", "gz", "7z", "tar"),
        *("docx", "xlsx", "pptx", "odt", "ods", "odp", "doc", "xls", "ppt"),
        *("mp3", "ogg", "wav", "mp4", "webm"),
    ],
)
# Where a proxy finds the files by itself (X-Accel-Redirect), as "/attachments/"; empty: we send.
CHAT_FILES_BY_PROXY: str = env.str("CHAT_FILES_BY_PROXY", default="")

CHAT_WRITE_BATCH: int = env.int("CHAT_WRITE_BATCH", default=200)  # messages in one transaction
CHAT_BATCH_DELAY: float = env.float("CHAT_BATCH_DELAY", default=0.005)  # seconds between writes
CHAT_ACTIVITY_INTERVAL: float = env.float("CHAT_ACTIVITY_INTERVAL", default=1.0)  # seconds
CHAT_BUS_GROUP: str = env.str("CHAT_BUS_GROUP", default="hubs")  # the hubs that hear each other
CHAT_REPAIR_DELAY: float = env.float("CHAT_REPAIR_DELAY", default=0.05)  # seconds to wait in a gap
CHAT_BEAT_INTERVAL: float = env.float("CHAT_BEAT_INTERVAL", default=1.0)  # seconds
CHAT_DEAF_AFTER: float = env.float("CHAT_DEAF_AFTER", default=2.5)  # seconds without one's own beat
CHAT_HEAD_CHECK_INTERVAL: float = env.float("CHAT_HEAD_CHECK_INTERVAL", default=30.0)  # seconds
CHAT_ACCESS_CHECK_INTERVAL: float = env.float("CHAT_ACCESS_CHECK_INTERVAL", default=30.0)  # seconds
CHAT_DRAIN_SECONDS: float = env.float("CHAT_DRAIN_SECONDS", default=25.0)  # to end after SIGTERM

# --- Files, language, time -----------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
SERVESTATIC_ALLOW_ALL_ORIGINS = False
# What people attach to messages. Any storage of Django's kind will do; its options are JSON.
ATTACHMENTS_BACKEND: str = env.str(
    "ATTACHMENTS_BACKEND", default="django.core.files.storage.FileSystemStorage"
)
ATTACHMENTS_OPTIONS: dict[str, Any] = env.json(
    "ATTACHMENTS_OPTIONS",
    default={
        "location": VAR_DIR / "attachments",
        "file_permissions_mode": 0o640,
        "directory_permissions_mode": 0o750,
    },
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": {"BACKEND": ATTACHMENTS_BACKEND, "OPTIONS": ATTACHMENTS_OPTIONS},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "project.static.HashedStatic"
    },
}

USE_I18N = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Logging -------------------------------------------------------------------------------------

LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT: str = env.str("LOG_FORMAT", default="plain")  # or json: one object a line
LOG_FILE: str = env.str("LOG_FILE", default="")  # empty: standard output
LOG_FILE_SIZE: int = env.int("LOG_FILE_SIZE", default=10 * 1024 * 1024)  # bytes, then a new one
LOG_FILE_COUNT: int = env.int("LOG_FILE_COUNT", default=5)  # old ones that are kept, one at least
# Who gets a mail when something fails, as "Ann <ann@example.org>" or the address alone.
ADMINS = [parseaddr(admin) for admin in env.list("ERROR_MAILS_TO", default=[])]

_output = (
    {
        "()": "project.log_files.SharedRotatingFile",
        "path": LOG_FILE,
        "size": LOG_FILE_SIZE,
        "count": LOG_FILE_COUNT,
    }
    if LOG_FILE
    else {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "project.log_lines.PlainLines"},
        "json": {"()": "project.log_lines.JsonLines"},
    },
    "filters": {
        "routes_for_paths": {"()": "project.log_lines.RoutesForPaths"},
        "ours": {"()": "project.log_lines.NotOfVisitors"},
        "visitors_in_one_line": {"()": "project.log_lines.VisitorsInOneLine"},
    },
    "handlers": {
        "output": {
            **_output,
            "formatter": LOG_FORMAT,
            "filters": ["routes_for_paths", "visitors_in_one_line"],
        },
        "mails": {
            "()": "project.error_mails.ErrorMails",
            "formatter": "plain",
            "filters": ["ours", "routes_for_paths"],
        },
    },
    "root": {"handlers": ["output", *(["mails"] if ADMINS else [])], "level": LOG_LEVEL},
    "loggers": {
        # Set up by Django with handlers of its own: everything goes one way here.
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # Every request and socket, in development only.
        "django.channels.server": {"level": "INFO" if DEBUG else "WARNING"},
        "daphne": {"level": env.str("SERVER_LOG_LEVEL", default="WARNING")},
        # It writes down whole addresses, and what is asked for in them.
        "httpx": {"level": "WARNING"},
        "twisted": {"level": env.str("SERVER_LOG_LEVEL", default="ERROR")},
        "asyncio": {"level": "WARNING"},
        # Each task taken, and each look that found none.
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
        # A traceback a second while Redis is away; the bus says in one line what that means.
        "channels_redis": {"level": "CRITICAL"},
    },
}

# --- Operations ----------------------------------------------------------------------------------

# Who may read /metrics: whoever connects directly from one of these networks, and whoever presents
# the token (Authorization: Bearer).
METRICS_NETWORKS = [
    ip_network(network)
    for network in env.list("METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"])
]
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
