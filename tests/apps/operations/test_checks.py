"""Each unsafe setting is found, says what to do in both languages, and is gone once that is done."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import connection

from guanbao.apps.operations import checks
from guanbao.apps.operations.checks import DEMONSTRATION_PASSWORD, TAG
from guanbao.engine.language import explain
from guanbao.engine.statements.signing import keys_new
from guanbao.platform.access.models import Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.files.keys import files_key_make
from guanbao.platform.identity.models import Person


def found():
    errors = [one.obj for one in run_checks(tags=[TAG], include_deployment_checks=True, databases=["default"])]
    for error in errors:
        assert explain(error, "zh") != explain(error, "en")
    return {type(error).__name__ for error in errors}


@pytest.fixture
def safe(db, settings, tmp_path, monkeypatch):  # noqa: ARG001
    """An installation in which nothing but the test's own database is unsafe."""
    settings.HOME = tmp_path
    settings.SECURE = True
    settings.ALLOWED_HOSTS = ["bank.example"]
    settings.GUANBAO_WITNESS = tmp_path / "witness"
    settings.GUANBAO_MFA_BY_ROLE = True
    settings.GUANBAO_CLAMAV = "127.0.0.1:3310"
    settings.GUANBAO_FILES_KEY = tmp_path / "files.key.json"
    files_key_make(settings.GUANBAO_FILES_KEY)
    settings.GUANBAO_LEDGER_KEY = keys_new(tmp_path, "ledger")[0]
    for name in ("GUANBAO_SECRET_KEY", "WEB_CONCURRENCY"):
        monkeypatch.delenv(name, raising=False)
    secret = tmp_path / "secret.key"
    secret.touch(mode=0o600)
    secret.write_text("x" * 64)
    roles_sync()
    return settings


def test_a_safe_installation_has_nothing_but_the_tests_own_role(safe):  # noqa: ARG001
    assert found() - {"PostgresOld"} == ({"RoleTooMighty"} if connection.vendor == "postgresql" else set())


@pytest.mark.parametrize(
    ("setting", "value", "error"),
    [
        ("DEBUG", True, "DebugOn"),
        ("ALLOWED_HOSTS", ["*"], "HostsUnlimited"),
        ("SECURE", False, "HttpsOff"),
        ("GUANBAO_WITNESS", None, "WitnessMissing"),
        ("GUANBAO_CLAMAV", "", "ScannerMissing"),
        *(
            ("GUANBAO_EGRESS", f"hooks.example.com, {wrong}", "EgressUnreadable")
            for wrong in ("ftp://hooks.example.com", "a.example:x", "b.example=10.1", "c.example/path", "=10.0.0.0/8")
        ),
        ("GUANBAO_FILES_KEY", Path("nowhere.json"), "FilesKeyMissing"),
        ("GUANBAO_MFA_BY_ROLE", False, "SecondFactorOff"),
    ],
)
def test_settings(safe, setting, value, error):
    before = found()
    setattr(safe, setting, value)
    assert found() - before == {error}


def test_keys(safe, monkeypatch):
    before = found()
    secret, ledger = safe.HOME / "secret.key", safe.GUANBAO_LEDGER_KEY
    for file in (secret, ledger, safe.GUANBAO_FILES_KEY):
        file.chmod(0o640)
        assert found() - before == {"FileOpenToOthers"}
        file.chmod(0o600)
    ledger.unlink()
    secret.unlink()
    assert found() - before == {"LedgerKeyMissing", "SecretKeyUnkept"}
    monkeypatch.setenv("GUANBAO_SECRET_KEY", "short")
    assert "SecretKeyUnkept" in found()
    monkeypatch.setenv("GUANBAO_SECRET_KEY", "x" * 50)
    assert found() - before == {"LedgerKeyMissing"}


def test_people(safe):  # noqa: ARG001
    before = found()
    person = Person(login="demo", name="Demo", joined_at=datetime(2020, 1, 1, tzinfo=UTC))
    person.set_password(DEMONSTRATION_PASSWORD)
    person.save()
    assert found() - before == {"DemonstrationPassword"}
    Person.objects.update(left_at=datetime(2021, 1, 1, tzinfo=UTC))
    assert found() == before
    Role.objects.filter(code="platform_administrator").update(needs_mfa=False)
    assert found() - before == {"SecondFactorOff"}


def test_sqlite(safe, monkeypatch, tmp_path):  # noqa: ARG001
    if connection.vendor != "sqlite":
        pytest.skip("asks SQLite")
    before = found()
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    assert found() - before == {"WorkersOnSqlite"}
    monkeypatch.setattr(checks, "_shown", lambda _query: "delete")
    assert found() - before == {"WorkersOnSqlite", "WriteAheadOff"}


def test_postgresql(safe):  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("asks PostgreSQL")
    before = found()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    assert found() - before == {"PostgresUnsafe"}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        cursor.execute("CREATE ROLE modest")
        cursor.execute("GRANT modest TO current_user")
        cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO modest")
        cursor.execute("SET LOCAL ROLE modest")
    assert "RoleTooMighty" not in found()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    ("number", "old"), [(150013, True), (150014, False), (140099, True), (170005, True), (180000, False)]
)
def test_versions(safe, monkeypatch, number, old):  # noqa: ARG001
    said = {"SHOW server_version_num": str(number)}
    monkeypatch.setattr(checks, "_shown", lambda query: said.get(query, "on"))
    assert ("PostgresOld" in {type(error).__name__ for error in checks._postgresql()}) is old
