"""The application as a server calls it."""

from __future__ import annotations

import gc
import os

import django

from guanbao.platform.streams import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanbao.config.settings")
django.setup(set_prefix=False)
application = Handler()

# What is loaded by now stays: without this each collection looks through all of it again, while a request waits.
gc.collect()
gc.freeze()
