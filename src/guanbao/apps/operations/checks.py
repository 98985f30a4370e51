"""Whether an installation is safe for production, as checks of Django's own kind: `guanbao check` runs them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from os import environ
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Warning as Unsafe
from django.core.checks import register
from django.db import connection

from guanbao.apps.operations import errors
from guanbao.engine.errors import GuanbaoError
from guanbao.platform.access.models import Role
from guanbao.platform.identity.models import Person
from guanbao.platform.notices.egress import entries_wrong

TAG = "guanbao"
DEMONSTRATION_PASSWORD = "demonstration-only"  # noqa: S105 - everybody may know it
_LEAST_SECRET = 50
_FIRST_PEOPLE = 50  # a demonstration makes its people first; each password takes a while to try
_LEAST_POSTGRESQL = {15: 14, 16: 10, 17: 6}
_OTHERS = 0o077


@register(TAG, deploy=True)
def unsafe(**_: Any) -> list[Unsafe]:  # noqa: ANN401 - Django's own
    """Each thing that is unsafe, as a warning that carries our error."""
    found = [*_settings(), *_keys(), *_people(), *(_sqlite() if connection.vendor == "sqlite" else _postgresql())]
    return [Unsafe(*error.templates(), obj=error, id=f"{TAG}.{type(error).__name__}") for error in found]


def _settings() -> Iterator[GuanbaoError]:
    if settings.DEBUG:
        yield errors.DebugOn()
    if "*" in settings.ALLOWED_HOSTS:
        yield errors.HostsUnlimited()
    if not settings.SECURE:
        yield errors.HttpsOff()
    if settings.GUANBAO_WITNESS is None:
        yield errors.WitnessMissing()
    yield from (errors.EgressUnreadable(entry=entry) for entry in entries_wrong())


def _keys() -> Iterator[GuanbaoError]:
    secret, ledger = settings.HOME / "secret.key", settings.GUANBAO_LEDGER_KEY
    given = environ.get("GUANBAO_SECRET_KEY", "")
    if len(given) < _LEAST_SECRET and (given or not secret.is_file()):
        yield errors.SecretKeyUnkept()
    if not ledger.is_file():
        yield errors.LedgerKeyMissing(file=ledger)
    files = settings.GUANBAO_FILES_KEY
    if not files.is_file():
        yield errors.FilesKeyMissing(file=files)
    if not settings.GUANBAO_CLAMAV:
        yield errors.ScannerMissing()
    yield from _open(secret, ledger, files)


def _people() -> Iterator[GuanbaoError]:
    administrators = Role.objects.filter(code="platform_administrator", institution=None)
    if not settings.GUANBAO_MFA_BY_ROLE or administrators.filter(needs_mfa=False).exists():
        yield errors.SecondFactorOff()
    for person in Person.objects.filter(left_at=None).order_by("pk")[:_FIRST_PEOPLE]:
        if person.has_usable_password() and person.check_password(DEMONSTRATION_PASSWORD):
            yield errors.DemonstrationPassword(login=person.login)


def _sqlite() -> Iterator[GuanbaoError]:
    workers = environ.get("WEB_CONCURRENCY", "1")
    if workers != "1":
        yield errors.WorkersOnSqlite(workers=workers)
    if _shown("PRAGMA journal_mode") == "delete":
        yield errors.WriteAheadOff(version=sqlite3.sqlite_version)
    yield from _open(Path(str(connection.settings_dict["NAME"])))


def _postgresql() -> Iterator[GuanbaoError]:
    for setting in ("fsync", "full_page_writes", "data_checksums", "synchronous_commit"):
        value = _shown(f"SHOW {setting}")
        if value not in ("on", "remote_apply"):
            yield errors.PostgresUnsafe(setting=setting, value=value, wanted="on")
    number = int(_shown("SHOW server_version_num"))
    line, release = divmod(number, 10_000)
    if line < min(_LEAST_POSTGRESQL) or release < _LEAST_POSTGRESQL.get(line, 0):
        yield errors.PostgresOld(version=f"{line}.{release}")
    owner = _shown("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'ledger_entry'")
    mighty = _shown("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    if "True" in (owner, mighty):
        yield errors.RoleTooMighty(role=_shown("SELECT current_user"))


def _open(*files: Path) -> Iterator[GuanbaoError]:
    for file in files:
        if file.is_file() and file.stat().st_mode & _OTHERS:
            yield errors.FileOpenToOthers(file=file)


def _shown(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return str(row[0]) if row else ""
