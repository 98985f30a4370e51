"""An installation on PostgreSQL with two roles: one owns the tables, the other works with them."""

import os
import subprocess
import sysconfig
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

URL = os.environ.get("DATABASE_URL", "")
GUANBAO = str(Path(sysconfig.get_path("scripts")) / "guanbao")
OWN, APPLICATION = "two_roles", "two_roles_application"


@pytest.fixture
def installed(tmp_path):
    """The application's URL, after `guanbao init` in a database of its own."""
    owner = urlsplit(URL)._replace(path=f"/{OWN}").geturl()
    application = owner.replace("//guanbao@", f"//{APPLICATION}:word@")
    with psycopg.connect(URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {OWN}")
    said = os.environ | {"GUANBAO_OWNER_URL": owner, "DATABASE_URL": application, "GUANBAO_HOME": str(tmp_path)}
    try:
        for _ in range(2):  # the second time everything is there
            command = [GUANBAO, "init", "--institution", "East", "--password", "east-0123456"]
            done = subprocess.run(command, env=said, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        yield application
    finally:
        with psycopg.connect(URL, autocommit=True) as server:
            server.execute(f"DROP DATABASE {OWN} WITH (FORCE)")
            server.execute(f"DROP ROLE IF EXISTS {APPLICATION}")


def refused(connection, statement):
    """Why PostgreSQL does not do it."""
    with pytest.raises(psycopg.Error) as error, connection.transaction():
        connection.execute(statement)
    return str(error.value)


@pytest.mark.database
@pytest.mark.skipif(not URL.startswith("postgres"), reason="needs PostgreSQL")
def test_the_application_cannot_lift_what_limits_it(installed):
    with psycopg.connect(installed) as connection:
        assert connection.execute("SELECT count(*) FROM ledger_entry").fetchone()[0] > 0
        for statement in ("UPDATE ledger_entry SET event = 'x'", "DELETE FROM ledger_entry"):
            assert "append-only" in refused(connection, statement)
        assert "permission denied" in refused(connection, "TRUNCATE ledger_entry CASCADE")
        assert "must be owner" in refused(connection, "ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
        assert "must be owner" in refused(connection, "ALTER TABLE parties_department DISABLE ROW LEVEL SECURITY")
        assert "must be owner" in refused(connection, "DROP POLICY tenants ON parties_department")
        columns = "(institution_id, code, name, kind)"
        add = f"INSERT INTO parties_department {columns} SELECT id, 'x', 'x', 'executing' FROM parties_institution"
        assert "row-level security" in refused(connection, add)
        tenant = "SELECT set_config('guanbao.tenant', organisation_id::text, false) FROM parties_institution"
        connection.execute(tenant)
        connection.execute(add)
        assert connection.execute("SELECT count(*) FROM parties_department").fetchone()[0] == 1
        connection.execute("SELECT set_config('guanbao.tenant', '', false)")
        assert connection.execute("SELECT count(*) FROM parties_department").fetchone()[0] == 0
