"""Django's settings. What an installation decides, docs/how-to/run-the-web-application.md lists."""

from __future__ import annotations

from datetime import timedelta
from os import environ
from pathlib import Path
from urllib.parse import urlsplit

from guanbao.config.database import database
from guanbao.config.secrets import SECRET, secret
from guanbao.config.sign_on import single_sign_on
from guanbao.platform.wording import _

HOME = Path(environ.get("GUANBAO_HOME", "guanbao-data")).absolute()
DEBUG = False
SECRET_KEY = environ.get("GUANBAO_SECRET_KEY", "") or secret(HOME / SECRET)
ALLOWED_HOSTS = [host for host in environ.get("GUANBAO_HOSTS", "localhost,127.0.0.1").split(",") if host]

DATABASES = {"default": database(environ.get("DATABASE_URL", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "django_tasks_db",
    "django_filters",
    "guanbao.platform.identity",
    "guanbao.platform.access",
    "guanbao.apps.parties",
    "guanbao.apps.catalogue",
    "guanbao.apps.arrangements",
    "guanbao.apps.sourcing",
    "guanbao.apps.contracts",
    "guanbao.apps.service_levels",
    "guanbao.apps.initiatives",
    "guanbao.apps.privacy",
    "guanbao.apps.approvals",
    "guanbao.apps.people",
    "guanbao.apps.operations",
    "guanbao.apps.evidence",
    "guanbao.apps.inbox",
    "guanbao.apps.documents",
    "guanbao.apps.surveys",
    "guanbao.apps.duties",
    "guanbao.web",
    "guanbao.api",
    "guanbao.platform.ledger",
    "guanbao.platform.tasks",
    "guanbao.platform.keeping",
    "guanbao.platform.workflow",
    "guanbao.platform.notices",
    "guanbao.platform.files",
    "guanbao.platform.personal",
    "guanbao.platform.questionnaires",
    "guanbao.platform.obligations",
    # After ours, whose templates take the place of theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
AUTH_USER_MODEL = "identity.Person"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "start"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "guanbao.web.requests.policies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "guanbao.platform.access.acting.actors",
    "guanbao.web.requests.languages",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "guanbao.apps.people.factors.factors_needed",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Five wrong passwords close a login, in whatever case or width it is typed, for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_FORM_FIELD = "username"  # of the login page; the model calls it login
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # a login is closed from wherever it is tried; by address it would not be
AXES_USERNAME_CALLABLE = "guanbao.platform.identity.logins.login_attempted"
AXES_LOCKOUT_TEMPLATE = "web/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# django-allauth: passwords, second factors, passkeys, single sign-on. What it offers beyond has no address: see
# guanbao.apps.people.routes.
ACCOUNT_ADAPTER = "guanbao.apps.people.adapters.Accounts"
ACCOUNT_FORMS = {"login": "guanbao.apps.people.signing_in.LoginForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # addresses are covered, and nobody logs in by one
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = int(environ.get("GUANBAO_PROXIES", "0"))
MFA_ADAPTER = "guanbao.apps.people.adapters.Factors"
MFA_FORMS = {
    "activate_totp": "guanbao.apps.people.signing_in.FirstCodeForm",
    "authenticate": "guanbao.apps.people.signing_in.CodeForm",
    "reauthenticate": "guanbao.apps.people.signing_in.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Guanbao"
# Whether roles that need a second factor are closed to who has none. Off only for a demonstration.
GUANBAO_MFA_BY_ROLE = environ.get("GUANBAO_MFA_BY_ROLE", "1") != "0"
# Single sign-on, where an address is given. Nobody comes in by it whom we do not know.
SOCIALACCOUNT_ADAPTER = "guanbao.apps.people.adapters.SingleSignOn"
SOCIALACCOUNT_STORE_TOKENS = False
GUANBAO_OIDC_URL = environ.get("GUANBAO_OIDC_URL", "")
GUANBAO_OIDC_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(GUANBAO_OIDC_URL)) if GUANBAO_OIDC_URL else ""
GUANBAO_OIDC_BY_EMAIL = environ.get("GUANBAO_OIDC_BY_EMAIL", "") == "1"
SOCIALACCOUNT_PROVIDERS = single_sign_on(GUANBAO_OIDC_URL, environ)
# Mail of invitations and notices; without a host the links of invitations are shown to who invites.
EMAIL_HOST = environ.get("GUANBAO_MAIL_HOST", "")
EMAIL_PORT = int(environ.get("GUANBAO_MAIL_PORT", "25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environ.get("GUANBAO_MAIL_FROM", "guanbao@localhost")
# Where people reach this site, for the links in messages; and the hosts that notices may be sent to: see
# guanbao.platform.notices.egress. SMS: the class of a provider and what it is made with, after a colon.
GUANBAO_ADDRESS = environ.get("GUANBAO_ADDRESS", "").rstrip("/")
GUANBAO_EGRESS = environ.get("GUANBAO_EGRESS", "")
GUANBAO_SMS = environ.get("GUANBAO_SMS", "")
# How many values of personal data somebody may read in clear in a day, by the side that they act for.
GUANBAO_REVEALS = {
    "institution": int(environ.get("GUANBAO_REVEALS", "60")),
    "contractor": int(environ.get("GUANBAO_REVEALS_CONTRACTOR", "20")),
}
# Counters of attempts and used codes must be one for all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "guanbao.web.frame.menu",
            ],
        },
    }
]
ROOT_URLCONF = "guanbao.config.urls"

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE = environ.get("GUANBAO_HTTPS", "") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Signs the ledger's checkpoints; `guanbao keys new FOLDER --name ledger` makes it.
GUANBAO_LEDGER_KEY = Path(environ.get("GUANBAO_LEDGER_KEY", HOME / "ledger.key.json"))
# A folder, best on another machine, that is given every checkpoint.
GUANBAO_WITNESS = Path(environ["GUANBAO_WITNESS"]) if environ.get("GUANBAO_WITNESS") else None
# Signs statements, likewise.
GUANBAO_STATEMENT_KEY = Path(environ.get("GUANBAO_STATEMENT_KEY", HOME / "statement.key.json"))
# The largest file of records that may be sent at once, in bytes.
GUANBAO_MOST_UPLOAD = int(environ.get("GUANBAO_MOST_UPLOAD", str(4 * 1024**3)))
# What DuckDB may hold in memory while a worker imports records, in MiB; beyond that it goes on in temporary files.
GUANBAO_IMPORT_MEMORY = int(environ.get("GUANBAO_IMPORT_MEMORY", "96"))
# Wraps the keys of documents; `guanbao init` makes it. Lost, no document can be read; kept with a backup, all can.
GUANBAO_FILES_KEY = Path(environ.get("GUANBAO_FILES_KEY", HOME / "files.key.json"))
# The largest document, in bytes.
GUANBAO_MOST_DOCUMENT = int(environ.get("GUANBAO_MOST_DOCUMENT", str(50 * 1024**2)))
# A scanner for malware: clamd at `host:port` or `unix:/its.sock`. Without one, documents wait until they are released.
GUANBAO_CLAMAV = environ.get("GUANBAO_CLAMAV", "")
# An S3-compatible store for documents, `https://host`, and its bucket; without, a folder of GUANBAO_HOME.
GUANBAO_S3 = environ.get("GUANBAO_S3", "")
GUANBAO_S3_BUCKET = environ.get("GUANBAO_S3_BUCKET", "documents")
FILTERS_EMPTY_CHOICE_LABEL = _("All")  # of a filter that lets everything through
