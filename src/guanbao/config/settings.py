"""Django's settings. What an installation decides comes from the environment; docs/reference/settings.md lists it."""

from __future__ import annotations

from os import environ
from pathlib import Path

from guanbao.config.database import database

HOME = Path(environ.get("GUANBAO_HOME", "guanbao-data")).absolute()
DEBUG = False
SECRET_KEY = environ.get("GUANBAO_SECRET_KEY", "")
ALLOWED_HOSTS = [host for host in environ.get("GUANBAO_HOSTS", "localhost,127.0.0.1").split(",") if host]

DATABASES = {"default": database(environ.get("DATABASE_URL", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "guanbao.platform.identity",
    "guanbao.platform.access",
    "guanbao.platform.ledger",
]
AUTH_USER_MODEL = "identity.Person"
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "guanbao.config.urls"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Signs the ledger's checkpoints; `guanbao keys new FOLDER --name ledger` makes it.
GUANBAO_LEDGER_KEY = Path(environ.get("GUANBAO_LEDGER_KEY", HOME / "ledger.key.json"))
