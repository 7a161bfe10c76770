"""Settings, all of them from the environment: `docs/how-to/deploy.md` lists what can be set.

Two modes. ``local`` (the default) runs on one machine without any setting: SQLite, jobs in a second process, a secret
key made on first use and kept in the home folder. ``production`` refuses to start without its secret key and hosts, and
speaks HTTPS only.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from homeground_web.config.environment import database, flag, home_folder, listed, number, text

MODE = text("HOMEGROUND_MODE", "local")
if MODE not in ("local", "production"):
    raise ImproperlyConfigured(f"HOMEGROUND_MODE is '{MODE}'. Set it to local or to production.")
PRODUCTION = MODE == "production"
DEBUG = flag("HOMEGROUND_DEBUG") and not PRODUCTION

HOME = home_folder()
"""The folder of this installation: database (when SQLite), stored results, uploads, backups."""
STORE = HOME / "store"
UPLOADS = HOME / "uploads"


def _secret_key() -> str:
    given = text("HOMEGROUND_SECRET_KEY")
    if given:
        return given
    if PRODUCTION:
        raise ImproperlyConfigured(
            "HOMEGROUND_SECRET_KEY is not set. Make one with: homeground-web secret, and put it into the environment."
        )
    kept = HOME / "secret-key"
    if not kept.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(60), encoding="utf-8")
    return kept.read_text(encoding="utf-8").strip()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = listed("HOMEGROUND_HOSTS") or ([] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("HOMEGROUND_HOSTS is not set. Name the hosts that are served, with commas between.")

DATABASES = {"default": database(HOME)}
POSTGRES = DATABASES["default"]["ENGINE"].endswith("postgresql")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "homeground_web.shell",
    "homeground_web.audit",
    "homeground_web.jobs",
    "homeground_web.runs",
    "homeground_web.people",
    "homeground_web.places",
    "homeground_web.find",
    "homeground_web.understand",
    "homeground_web.listen",
    "homeground_web.desk",
    "homeground_web.api",
]
if POSTGRES:
    INSTALLED_APPS.append("procrastinate.contrib.django")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "homeground_web.shell.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "homeground_web.shell.middleware.PublicPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "homeground_web.shell.middleware.NoNul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "homeground_web.config.urls"
WSGI_APPLICATION = "homeground_web.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,  # each app's jinja2/ folder
        "OPTIONS": {
            "environment": "homeground_web.shell.templating.environment",
            "context_processors": ["homeground_web.shell.templating.context"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",  # for what other packages bring
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 600,
        "OPTIONS": {"MAX_ENTRIES": number("HOMEGROUND_CACHED_PAGES", 5000)},
    },
    # What several workers must agree on: how often somebody asked. In the database, so that no other server is needed.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

JOBS = "procrastinate" if POSTGRES else "huey"
"""What carries jobs to the worker; see `homeground_web.jobs.queue`."""

# ---- Who signs in ----
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SIGNUP_FORM_CLASS = "homeground_web.people.forms.SignupForm"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/300s/key", "request_login_code": "20/m/ip,3/m/key"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = False
MFA_SUPPORTED_TYPES = ["webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1
AXES_CLIENT_IP_CALLABLE = "homeground_web.people.addresses.address_of"
ALLAUTH_TRUSTED_PROXY_COUNT = number("HOMEGROUND_PROXIES", 0)  # whose word on a visitor's address is believed

# ---- What leaves this machine ----
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if text("HOMEGROUND_EMAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = text("HOMEGROUND_EMAIL_HOST", "localhost")
EMAIL_PORT = number("HOMEGROUND_EMAIL_PORT", 587)
EMAIL_HOST_USER = text("HOMEGROUND_EMAIL_USER")
EMAIL_HOST_PASSWORD = text("HOMEGROUND_EMAIL_PASSWORD")
EMAIL_USE_TLS = not flag("HOMEGROUND_EMAIL_PLAIN")
EMAIL_TIMEOUT = 20  # seconds: a mail server that hangs must not hang the site
DEFAULT_FROM_EMAIL = text("HOMEGROUND_EMAIL_FROM", "homeground@localhost")

# ---- Security ----
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],  # blob: and worker-src: the map draws its own tiles
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "homeground_web.shell.views.form_expired"
if PRODUCTION:
    SECURE_SSL_REDIRECT = not flag("HOMEGROUND_PLAIN_HTTP")
    SECURE_REDIRECT_EXEMPT = [r"^alive$"]  # asked by those who watch the site, from inside
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if number("HOMEGROUND_PROXIES", 0):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{'*' if host.startswith('.') else ''}{host}" for host in ALLOWED_HOSTS]

UPLOAD_LIMIT = number("HOMEGROUND_UPLOAD_MEGABYTES", 200) * 1_000_000
FILE_UPLOAD_HANDLERS = [
    "homeground_web.shell.uploads.Limit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000

API_PER_MINUTE = number("HOMEGROUND_API_PER_MINUTE", 120)
"""How many questions one address may ask the open interface in a minute; 0: no limit. Kept answers do not count."""
REPORTS_PER_HOUR = number("HOMEGROUND_REPORTS_PER_HOUR", 30)
"""How many new reports one address may have made in an hour; 0: no limit. Those that are there already do not count."""
NINJA_NUM_PROXIES = number("HOMEGROUND_PROXIES", 0)

# ---- Words ----
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg"), ("ar", "العربية")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/London"

# ---- Files of the pages ----
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_MIMETYPES = {".mjs": "text/javascript"}
MEDIA_ROOT = UPLOADS

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": text("HOMEGROUND_LOG", "WARNING")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []

SITE_NAME = text("HOMEGROUND_SITE_NAME", "Homeground")
CONTACT = text("HOMEGROUND_CONTACT", "")
"""Whom to write to when a page of no particular place is wrong: an e-mail address."""
INVENTED = flag("HOMEGROUND_INVENTED")
"""Whether the data are invented: every page says so."""
