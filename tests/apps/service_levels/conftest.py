"""A bank and its call centre with real calls of a February, a calendar, and a service level in force."""

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from desks import HOURS, sent

from guanbao.apps.service_levels.services.imports import import_run
from guanbao.apps.service_levels.services.levels import calendar_add, level_begin, level_enforce, term_edit, term_remove
from guanbao.engine.statements.signing import keys_new
from guanbao.platform.actors import SYSTEM

SAMPLE = Path(__file__).parents[3] / "src/guanbao/packs/samples/calls_1999_02.txt.gz"


@pytest.fixture
def home(tmp_path, settings):
    """An installation's folder, with its keys."""
    keys_new(tmp_path, "statement")
    settings.HOME = tmp_path
    settings.GUANBAO_STATEMENT_KEY = tmp_path / "statement.key.json"
    return tmp_path


@pytest.fixture(scope="session")
def calls():
    """The first calls of the sample: header, and 2,000 rows."""
    with gzip.open(SAMPLE, "rb") as packed:
        return b"".join(packed.readline() for _ in range(2_001))


@pytest.fixture
def desk(home, house, thread, calls):
    """`thread`, with `calendar`, `level` in force since 1999, `imported` calls."""
    calendar = calendar_add(actor=SYSTEM, institution=house.bank, name="Desk", definition=HOURS)
    level = level_begin(
        actor=SYSTEM, arrangement=thread.calls, calendar=calendar, preset="call-centre", cap_percent=Decimal(10)
    )
    promise = level.terms.get(code="service-level")
    facts = {name: getattr(promise, name) for name in ("position", "code", "title", "measure", "arguments", "target")}
    facts |= {"weight": promise.weight, "condition": "", "bonus": "", "credit": "80%: 2%; 70%: 5%"}
    term_edit(actor=SYSTEM, term=promise, **facts)
    # What a caller does later decides about this call: calls of another month would change the figure, rightly.
    term_remove(actor=SYSTEM, term=level.terms.get(code="first-contact"))
    level = level_enforce(actor=SYSTEM, level=level, holds_from=date(1999, 1, 1))
    imported = import_run(actor=thread.manager[1], import_=sent(thread.manager[1], thread.calls, calls))
    return SimpleNamespace(**vars(thread), calendar=calendar, level=level, imported=imported, home=home, house=house)
