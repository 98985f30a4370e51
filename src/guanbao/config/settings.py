"""Django's settings. What an installation decides, docs/how-to/run-the-web-application.md lists."""

from __future__ import annotations

from datetime import timedelta
from os import environ
from pathlib import Path

from guanbao.config.database import database
from guanbao.config.secrets import SECRET, secret

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
    "django_tables2",
    "guanbao.platform.identity",
    "guanbao.platform.access",
    "guanbao.apps.parties",
    "guanbao.apps.catalogue",
    "guanbao.apps.arrangements",
    "guanbao.apps.people",
    "guanbao.apps.operations",
    "guanbao.web",
    "guanbao.api",
    "guanbao.platform.ledger",
    "guanbao.platform.tasks",
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
AUTH_USER_MODEL = "identity.Person"
LOGIN_URL = "login"
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
    "guanbao.web.requests.actors",
    "guanbao.web.requests.languages",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Five wrong passwords close a login, in whatever case or width it is typed, for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_FORM_FIELD = "username"  # of the login page; the model calls it login
AXES_USERNAME_CALLABLE = "guanbao.platform.identity.logins.login_attempted"
AXES_LOCKOUT_TEMPLATE = "web/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "guanbao.web.menu.menu",
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
