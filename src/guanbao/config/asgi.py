"""The application as a server calls it."""

from __future__ import annotations

import os

import django

from guanbao.web.streams import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanbao.config.settings")
django.setup(set_prefix=False)
application = Handler()
