"""docs/coverage.md says what of the source documents is in: each row's words are where it says, and its test exists."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from guanbao.apps.parties.services import contractor_add, institution_add
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Membership, Person

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
_ROW = re.compile(r"\| (?P<item>[^|]+) \| (?P<seed>[^|]+) \| `(?P<where>[^`]+)` \| `(?P<test>[^`]+)` \|")
_WORDS = re.compile("「([^」]+)」")
_COUNT = re.compile("([0-9]+) ?[项类种个]")
LEAST = 50  # rows: a table that is no longer read would hold everything


class Row(NamedTuple):
    """A row of the table."""

    item: str
    seed: str
    where: str
    test: str

    @property
    def words(self) -> list[str]:
        return _WORDS.findall(self.item)


def rows_of(text: str) -> list[Row]:
    return [Row(*found.groups()) for line in text.splitlines() if (found := _ROW.fullmatch(line))]


ROWS = rows_of(TEXT)


def test_every_line_of_a_table_is_read():
    tables = [line for line in TEXT.splitlines() if line.count("|") == 5 and not re.match(r"\|(---| item )", line)]
    assert len(tables) == len(ROWS) >= LEAST


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.item[:24])
def test_a_rows_test_exists(row):
    file, _, name = row.test.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.item[:24])
def test_a_row_counts_what_it_lists(row):
    assert row.words
    if counted := _COUNT.search(row.item.partition("「")[0]):
        assert len(row.words) == int(counted[1])


@pytest.fixture
def reader(client, db):  # noqa: ARG001
    """The bank's outsourcing office, reading Chinese; with the keys that addresses name."""
    roles_sync()
    bank = institution_add(actor=SYSTEM, name="甲银行", kind="bank")
    contractor = contractor_add(actor=SYSTEM, institution=bank, name="乙公司", kind="product")
    person = Person.objects.create(login="office", name="office", joined_at="2026-01-01T00:00Z", language="zh")
    Membership.objects.create(person=person, organisation=bank.organisation, since=date(2020, 1, 1))
    for role in Role.objects.filter(code__in=("outsourcing_office", "platform_administrator")):
        Grant.objects.create(person=person, organisation=bank.organisation, role=role, since=date(2020, 1, 1))
    client.force_login(person)
    return client, {"institution": bank.pk, "contractor": contractor.pk}


def missing(row, reader) -> list[str]:
    """The words that are not where the row says."""
    if row.where.startswith("/"):
        client, keys = reader
        answer = client.get(row.where.format(**keys))
        assert answer.status_code == 200
        # Of the page its content: the menu around it says much, whatever the page.
        text = answer.content.decode().partition('<main class="page-body"')[2].partition("</main>")[0]
    else:
        folder = ROOT / "src/guanbao" if row.where.startswith("packs/") else ROOT
        text = (folder / row.where).read_text(encoding="utf-8")
    return [word for word in row.words if word not in text]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.item[:24])
def test_what_a_row_says_is_there(row, reader):
    assert missing(row, reader) == []


def test_what_is_not_there_is_found(reader):
    page, pack = "/taxonomies/elements/", "packs/access/roles.yaml"
    for where in (page, pack):
        assert missing(Row("「驾驶员」", "S3", where, ""), reader) == ["驾驶员"]
    assert missing(Row("「退出登录」", "S3", page, ""), reader) == ["退出登录"], "what stands around every page"
    assert rows_of("| 「a」 | S3 | `/a/` | `b.py::c` |") == [Row("「a」", "S3", "/a/", "b.py::c")]
