"""What several tests need: the folder beside the checkout, and one Spark session for the whole run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import translation
from hypothesis import settings

from guanbao.platform.access.tenancy import EVERYONE, SETTING
from guanbao.platform.ledger.models import Head
from guanbao.platform.ledger.triggers import disarmed
from receivers import Mailbox

ROOT = Path(__file__).resolve().parents[1]
LEAST_JAVA = 17
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

# Two busy cores make any deadline a coin toss. Where CI is set, the same examples come every time.
settings.register_profile("guanbao", deadline=None, database=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("guanbao")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses Spark, and keep it in one process: one Java is enough. Mark what uses the database."""
    for item in items:
        if "db" in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.database)
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.spark)
            item.add_marker(pytest.mark.xdist_group("spark"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the checkout: source documents and sample data, not ours to publish."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("there is no folder `shared` beside the checkout")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _ledger_may_be_emptied() -> Iterator[None]:
    """After a test with real transactions Django empties all tables, which the ledger's triggers refuse."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def unarmed(operations: BaseDatabaseOperations, statements: list[str]) -> None:
        connection = operations.connection
        kept: list[Any] = []
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":  # PostgreSQL truncates, and asks no trigger
                cursor.execute(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name NOT LIKE 'ledger%'"
                )
                kept = cursor.fetchall()
            for name, _sql in kept:
                cursor.execute(f"DROP TRIGGER {name}")
        with disarmed(connection):
            flush(operations, statements)
        with connection.cursor() as cursor:
            for _name, sql in kept:
                cursor.execute(sql)
        Head.objects.create()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", unarmed)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:  # noqa: ARG001
    """What tests do outside a request they do as the house: there PostgreSQL keeps no row from them."""
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"]["options"] = f"-c {SETTING}={EVERYONE}"


@pytest.fixture(scope="session")
def tenancy_queries() -> int:
    """How many queries of a request say whose it is: begin, nobody's, the actor's, as it was, end."""
    return 5 if connection.vendor == "postgresql" else 0


@pytest.fixture(autouse=True)
def _people_come_in_easily(settings: Any) -> None:
    """Only tests of second factors ask for them, and passwords are hashed fast."""
    settings.GUANBAO_MFA_BY_ROLE = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nobody_chose_a_language() -> None:
    """A request leaves its reader's language active: no test says what it says by the one before."""
    translation.deactivate()


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark session on two threads of this machine; give it to `ibis.pyspark.connect`."""
    sql = pytest.importorskip("pyspark.sql", reason="the extra `spark` is not installed")
    if (version := java_version()) < LEAST_JAVA:
        pytest.skip(f"Spark needs Java {LEAST_JAVA} or newer; here is {version or 'none'}")
    folder = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        # Spark asks the machine's name for its address, and a name may lead outside.
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = sql.SparkSession.builder.master("local[2]").appName("guanbao-tests")
        for name, value in {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.memory": "1g",
            "spark.local.dir": folder / "local",
            "spark.log.level": "ERROR",
            "spark.sql.execution.arrow.pyspark.enabled": "true",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": folder / "warehouse",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }.items():
            builder = builder.config(name, str(value))
        session = builder.getOrCreate()
        yield session
        session.stop()


@pytest.fixture
def mailbox(settings):
    """A mail server that the application uses."""
    box = Mailbox()
    box.server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.server.port
    settings.DEFAULT_FROM_EMAIL, settings.GUANBAO_ADDRESS = "guanbao@bank.example", "https://guanbao.bank.example"
    yield box
    box.server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps a loop in this thread, and nothing awaits
        with playwright.sync_playwright() as driver:
            flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            opened = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
            yield opened
            opened.close()


def java_version() -> int:
    """The major version of the Java that Spark would start; 0 for none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")
    if java is None:
        return 0
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0
