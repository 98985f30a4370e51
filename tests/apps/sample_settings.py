"""The settings with one app more: what a plain model costs is measured on it."""

from guanbao.config.settings import *  # noqa: F403 - all of them
from guanbao.config.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "sample"]
DATABASES["default"]["TEST"] = {"NAME": "test_guanbao_sample"} if "HOST" in DATABASES["default"] else {}
