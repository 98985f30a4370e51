"""Django, for the verbs that need it."""

from __future__ import annotations

from os import environ
from typing import Any


def django_ready() -> Any:  # noqa: ANN401 - Django's settings have no type of their own
    """Django, set up, in a folder that holds its keys."""
    environ.setdefault("DJANGO_SETTINGS_MODULE", "guanbao.config.settings")
    import django
    from django.conf import settings

    from guanbao.config.secrets import SECRET, secret, secret_make
    from guanbao.engine.statements.signing import keys_new

    settings.HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    if secret_make(settings.HOME / SECRET) and "GUANBAO_SECRET_KEY" not in environ:
        settings.SECRET_KEY = secret(settings.HOME / SECRET)
    for key in (settings.GUANBAO_LEDGER_KEY, settings.GUANBAO_STATEMENT_KEY):
        if not key.exists():
            keys_new(key.parent, key.name.removesuffix(".key.json"))
    django.setup()
    from guanbao.platform.files.keys import files_key_make

    files_key_make(settings.GUANBAO_FILES_KEY)
    return settings
