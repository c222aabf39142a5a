"""The one settings file: every difference between places comes from the environment (see README.md)."""

import datetime
import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment
from config.keys import SECRETS, trial_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

# trial: one machine, keys and database made under var/; production: refuses to start without its own keys and database.
MODE = env.choice("LEDGER_MODE", ("trial", "production"), "trial")
TRIAL = MODE == "trial"
VAR_DIR = Path(env.text("LEDGER_VAR", str(BASE_DIR / "var"))).absolute()

if TRIAL:
    secret = {name: env.text(name) or trial_secret(VAR_DIR / "keys", name) for name in SECRETS}
else:
    secret = {name: env.required(name, f"it {why}") for name, why in SECRETS.items()}
SECRET_KEY = secret["LEDGER_SECRET_KEY"]
try:
    DATA_KEY = bytes.fromhex(secret["LEDGER_DATA_KEY"])
    HASH_KEY = bytes.fromhex(secret["LEDGER_HASH_KEY"])
except ValueError as error:
    raise ImproperlyConfigured("LEDGER_DATA_KEY and LEDGER_HASH_KEY are hex digits (64 of them)") from error
if len(DATA_KEY) != 32 or len(HASH_KEY) != 32:
    raise ImproperlyConfigured("LEDGER_DATA_KEY and LEDGER_HASH_KEY are 64 hex digits each")

DEBUG = env.flag("LEDGER_DEBUG", False)
# The demo lives on one fixed day; a production ledger never does.
BUSINESS_DATE = env.date("LEDGER_BUSINESS_DATE", datetime.date(2017, 10, 20) if TRIAL else None)
if BUSINESS_DATE and not TRIAL:
    raise ImproperlyConfigured("LEDGER_BUSINESS_DATE is for the trial only; unset it in production")
ALLOWED_HOSTS = env.items("LEDGER_HOSTS") or (["localhost", "127.0.0.1", "[::1]"] if TRIAL else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("LEDGER_HOSTS is not set: the host names people type, with commas between")
HTTPS = env.flag("LEDGER_HTTPS", not TRIAL)
# The proxies in front: what they say of where a request comes from is believed, and nobody else.
PROXIES = env.networks("LEDGER_PROXIES")

INSTALLED_APPS = [
    "config",
    "reports",
    "settlement",
    "hospitals",
    "ledger",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "axes",
    "csp",
    "django_htmx",
    "bootstrap",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.AccessMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "csp.context_processors.nonce",
                "config.frame.page_frame",
            ],
        },
    }
]

# ---- database: PostgreSQL only. The owner migrates, the application's role does everything else. ----
DATABASE_ROLE = env.choice("LEDGER_DATABASE_ROLE", ("app", "owner"), "app")
DATABASE_APP_ROLE = "ledger_app"
if env.text("DATABASE_URL"):
    app_database = env.database("DATABASE_URL")
    owner_database = env.database("DATABASE_OWNER_URL") if env.text("DATABASE_OWNER_URL") else app_database
    DATABASE_APP_ROLE = app_database["USER"]
    DATABASE_APP_PASSWORD = app_database["PASSWORD"]
    DATABASES = {"default": owner_database if DATABASE_ROLE == "owner" else app_database}
elif TRIAL:
    from config.embedded.server import EmbeddedServer

    EMBEDDED_SERVER = EmbeddedServer(var=VAR_DIR, password=trial_secret(VAR_DIR / "keys", "postgres"))
    DATABASE_APP_PASSWORD = EMBEDDED_SERVER.password
    DATABASES = {
        "default": {
            "ENGINE": "config.embedded",
            "NAME": "ledger",
            "USER": "ledger_owner" if DATABASE_ROLE == "owner" else DATABASE_APP_ROLE,
            "PASSWORD": EMBEDDED_SERVER.password,
            "HOST": str(EMBEDDED_SERVER.socket_folder),
        }
    }
else:
    raise ImproperlyConfigured("DATABASE_URL is not set: postgresql://user:password@host:5432/database")
DATABASES["default"]["CONN_MAX_AGE"] = env.integer("LEDGER_CONN_MAX_AGE", 60)
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- language and time: one language, one clock; see ledger/clock.py for "today". ----
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# ---- people at the door ----
AUTH_USER_MODEL = "ledger.Staff"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account:login"
LOGIN_REDIRECT_URL = "reports:workbench"
LOGOUT_REDIRECT_URL = "account:login"
SESSION_COOKIE_AGE = env.integer("LEDGER_SESSION_SECONDS", 30 * 60)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = datetime.timedelta(minutes=30)
# Tries at a locked account are not counted: 30 minutes stay 30 minutes, and nobody can keep a colleague out by going on.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # A county shares one address: lock the account, not the building.
AXES_LOCKOUT_CALLABLE = "ledger.views.account.locked_out"
AXES_HANDLER = "config.door.TrailedDoor"
MESSAGE_STORAGE = "config.notices.SealedNotices"

# ---- what a browser may do with our pages ----
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "ledger.views.account.form_expired"
SECURE_SSL_REDIRECT = False  # The proxy in front redirects; see docs/deployment.md.
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
CSRF_TRUSTED_ORIGINS = env.items("LEDGER_ORIGINS")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Uploaded files are never laid down in a folder: people's papers and lists stay in memory until they are sealed.
FILE_UPLOAD_HANDLERS = ["ledger.upload_memory.InMemory"]

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static" if TRIAL else BASE_DIR / "staticfiles"
if TRIAL:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = TRIAL
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TRIAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "files"

# ---- background work: correctness never rests on it ----
REDIS_URL = env.text("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"  # The name is unused, but kombu warns without one.
# Whoever signs in or presses a button waits no longer than this for a broker that does not answer.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2}
if not REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker" / "queue"),
        "data_folder_out": str(VAR_DIR / "broker" / "queue"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
    }
    for folder in CELERY_BROKER_TRANSPORT_OPTIONS.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat" / "schedule")

# In the trial, policies with assumed numbers may settle; pages and prints then say 示范参数. A production ledger only tries them out.
SAMPLE_SETTLEMENT = TRIAL

# ---- mail: reminders also by e-mail, where a server for it is named; the pages never wait for it ----
LEDGER_ADDRESS = env.text("LEDGER_ADDRESS").rstrip("/")
smtp = env.smtp("LEDGER_SMTP_URL")
EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS, EMAIL_USE_SSL = smtp.host, smtp.port, smtp.starts_tls, smtp.tls
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_TIMEOUT = smtp.user, smtp.password, 20
DEFAULT_FROM_EMAIL = env.text("LEDGER_MAIL_FROM", smtp.user)
if EMAIL_HOST and not (LEDGER_ADDRESS and DEFAULT_FROM_EMAIL):
    raise ImproperlyConfigured("LEDGER_SMTP_URL is set: set LEDGER_ADDRESS (https://the.address) and LEDGER_MAIL_FROM as well")

REPORTS_FOLDER = VAR_DIR / ("demo" if TRIAL else "reports")

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

# ---- hospital systems: their addresses are described by drf-spectacular, whose reader's files are our own copies. ----
CLIENT_REQUESTS_PER_MINUTE = 600
SPECTACULAR_SETTINGS = {
    "TITLE": "大病救治台账：医院系统接口",
    "DESCRIPTION": "一站式结算的查询、试算、确认和冲销。签名的算法和例子见随系统提供的 docs/api.md。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Nothing is tried from the page, and no validator elsewhere is asked.
    "SWAGGER_UI_SETTINGS": {"supportedSubmitMethods": [], "validatorUrl": None, "defaultModelsExpandDepth": 0},
    "COMPONENT_SPLIT_REQUEST": False,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "PREPROCESSING_HOOKS": ["settlement.api.description.only_the_interface"],
    "POSTPROCESSING_HOOKS": ["settlement.api.description.nothing_undescribed"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "ledger.protection.MaskNumbers"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["masked"]}},
    "root": {"handlers": ["console"], "level": env.choice("LEDGER_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "WARNING")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "axes": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}
