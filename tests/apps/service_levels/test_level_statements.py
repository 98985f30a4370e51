"""From records to an issued statement: figures that are the engine's, decided by two, never changed afterwards."""

import json
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from desks import FEBRUARY, HOURS, sent
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from guanbao.apps.service_levels.documents import level_read
from guanbao.apps.service_levels.errors import (
    DecidedAlready,
    DecidedByProposer,
    ExclusionsOpen,
    IssuerIsDrafter,
    LevelIsInForce,
    LevelMissing,
    MonthUnfit,
    StatementIsIssued,
    StatementOutdated,
)
from guanbao.apps.service_levels.models import Amount, Exclusion, Remark, Statement
from guanbao.apps.service_levels.selectors import calendars_visible, levels_visible, terms_visible
from guanbao.apps.service_levels.services.exclusions import exclusion_decide, exclusion_propose
from guanbao.apps.service_levels.services.imports import import_run
from guanbao.apps.service_levels.services.levels import (
    calendar_add,
    calendar_edit,
    level_begin,
    level_edit,
    level_enforce,
    term_add,
    term_edit,
    term_remove,
)
from guanbao.apps.service_levels.services.statements import (
    remark_add,
    standing_refresh,
    statement_draft,
    statement_issue,
)
from guanbao.engine.records.imports import Inputs, records_read
from guanbao.engine.records.mappings import mapping
from guanbao.engine.statements.engines import DuckDB
from guanbao.engine.statements.periods import period
from guanbao.engine.statements.signing import signature_holds
from guanbao.engine.statements.statement import statement_compute
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.models import Job


@pytest.fixture
def draft(desk):
    return statement_draft(actor=SYSTEM, arrangement=desk.calls, month=FEBRUARY)


def test_a_statement_is_what_the_engine_says_of_the_same_file(desk, draft, calls, tmp_path):
    file = tmp_path / "again.txt"
    file.write_bytes(calls)
    folder = tmp_path / "read"
    folder.mkdir()
    records, _ = records_read(Inputs([file], mapping("anonymous-bank")), arrangement="WB-1", folder=folder)
    engine = DuckDB()
    alone = statement_compute(level_read(draft.definitions), records, period("1999-02"), engine=engine).statement
    engine.close()
    assert json.loads(json.dumps(alone)) == draft.content
    assert draft.content["terms"][1]["credit"] == "10000.00"
    real = sum(b"PHANTOM" not in row for row in calls.splitlines()[1:])
    assert (draft.version, draft.state, draft.cut, desk.imported.counts["accepted"]) == (1, "draft", 1, real)


def test_the_same_again_is_the_same_statement(desk, draft):
    assert statement_draft(actor=SYSTEM, arrangement=desk.calls, month=FEBRUARY) == draft
    assert Statement.objects.count() == 1


def test_issuing_signs_and_enters_the_amounts(desk, draft):
    issued = statement_issue(actor=desk.office[1], statement=draft)
    assert issued.state == "issued"
    file = desk.home / "statement.pub.json"
    assert signature_holds(issued.content | {"signature": issued.signature}, file)
    amount = Amount.objects.get()
    assert (amount.kind, amount.amount, amount.currency, amount.month) == ("credit", Decimal(10_000), "CNY", FEBRUARY)
    with pytest.raises(StatementIsIssued):
        statement_issue(actor=desk.office[1], statement=issued)
    assert Amount.objects.count() == 1


def test_whoever_drafts_does_not_issue(desk):
    draft = statement_draft(actor=desk.office[1], arrangement=desk.calls, month=FEBRUARY)
    with pytest.raises(IssuerIsDrafter):
        statement_issue(actor=desk.office[1], statement=draft)
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement.objects.filter(pk=draft.pk).update(issued_by=desk.office[0], state="issued")
    other = desk.house.person("second", desk.house.bank.organisation, "outsourcing_office")[1]
    assert statement_issue(actor=other, statement=draft).state == "issued"


def test_the_database_keeps_statements_and_amounts(desk, draft):
    statement_issue(actor=desk.office[1], statement=draft)
    for change in (
        lambda: Statement.objects.filter(pk=draft.pk).update(content={}),
        lambda: Statement.objects.filter(pk=draft.pk).update(digest="0" * 64),
        lambda: Statement.objects.filter(pk=draft.pk).delete(),
        lambda: Amount.objects.update(amount=1),
        lambda: Amount.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_dispute_runs_from_one_side_to_the_other_and_into_a_new_version(desk, draft):
    issued = statement_issue(actor=desk.office[1], statement=draft)
    manager, office = desk.manager[1], desk.office[1]
    missed = [row for row in evidence(desk, draft) if row["label"] == "missed"][:30]
    given = {"arrangement": desk.calls, "period_from": FEBRUARY, "terms": ["service-level"]}
    proposed = exclusion_propose(actor=manager, records=[row["id"] for row in missed], reason="Your line.", **given)
    with pytest.raises(DecidedByProposer):
        exclusion_decide(actor=manager, exclusion=proposed, state="accepted", decision="Yes.")
    exclusion_decide(actor=office, exclusion=proposed, state="accepted", decision="It was our line.")
    with pytest.raises(DecidedAlready):
        exclusion_decide(actor=office, exclusion=proposed, state="rejected", decision="No.")
    job = Job.objects.get(kind="statement.draft")
    again = statement_draft(actor=SYSTEM, arrangement=desk.calls, month=date.fromisoformat(job.arguments["month"]))
    before, after = issued.content["terms"][1], again.content["terms"][1]
    assert (again.version, after["excluded"], after["denominator"]) == (2, 30, before["denominator"] - 30)
    assert after["numerator"] == before["numerator"]
    statement_issue(actor=office, statement=again)
    issued.refresh_from_db()
    assert (issued.state, issued.digest) == ("superseded", draft.digest)
    rows = Amount.objects.order_by("pk")
    assert [row.amount for row in rows] == [Decimal(10_000), Decimal(-10_000), Decimal(10_000)]
    assert rows[1].reverses == rows[0]


def evidence(desk, statement):
    file = desk.home / "records" / str(desk.house.bank.pk) / "evidence" / statement.digest / "service-level.parquet"
    rows = duckdb.connect().execute("select id, label from read_parquet($f) order by 1", {"f": str(file)})
    return [{"id": key, "label": label} for key, label in rows.fetchall()]


def test_nothing_is_issued_while_something_is_undecided_or_has_changed(desk, draft, calls):
    proposed = exclusion_propose(
        actor=desk.office[1],
        arrangement=desk.calls,
        period_from=FEBRUARY,
        reason="Maintenance.",
        starts_at="1999-02-03T09:00",
        ends_at="1999-02-03T11:00",
    )
    with pytest.raises(ExclusionsOpen):
        statement_issue(actor=desk.office[1], statement=draft)
    exclusion_decide(actor=desk.manager[1], exclusion=proposed, state="accepted", decision="Agreed.")
    with pytest.raises(StatementOutdated):
        statement_issue(actor=desk.office[1], statement=draft)
    draft = statement_draft(actor=SYSTEM, arrangement=desk.calls, month=FEBRUARY)
    header, *rows = calls.splitlines(keepends=True)
    april = b"".join(row.replace(b"\t9902", b"\t9904") for row in rows[:50])
    import_run(actor=desk.manager[1], import_=sent(desk.manager[1], desk.calls, header + april))
    issued = statement_issue(actor=desk.office[1], statement=draft)
    assert issued.state == "issued", "records of another month change nothing"


def test_more_records_of_the_month_outdate_a_draft(desk, draft, calls):
    header, *rows = calls.splitlines(keepends=True)
    more = b"".join(row.replace(b"AA01", b"ZZ01") for row in rows[:200])
    import_run(actor=desk.manager[1], import_=sent(desk.manager[1], desk.calls, header + more))
    with pytest.raises(StatementOutdated):
        statement_issue(actor=desk.office[1], statement=draft)
    assert not Amount.objects.exists()


def test_who_may_not_changes_nothing(desk, draft):
    stranger = desk.house.person("cards", desk.house.cards.organisation, "service_manager")[1]
    auditor, before = desk.auditor[1], Entry.objects.count()
    window = {"starts_at": "1999-02-03T09:00", "ends_at": "1999-02-03T11:00", "reason": "x", "period_from": FEBRUARY}
    for actor in (stranger, auditor):
        for attempt in (
            lambda actor=actor: statement_draft(actor=actor, arrangement=desk.calls, month=FEBRUARY),
            lambda actor=actor: statement_issue(actor=actor, statement=draft),
            lambda actor=actor: remark_add(actor=actor, statement=draft, text="x"),
            lambda actor=actor: exclusion_propose(actor=actor, arrangement=desk.calls, **window),
            lambda actor=actor: level_begin(actor=actor, arrangement=desk.calls, calendar=desk.calendar),
        ):
            with pytest.raises(NotPermitted):
                attempt()
    with pytest.raises(NotPermitted):
        statement_issue(actor=desk.manager[1], statement=draft)
    assert Entry.objects.count() == before
    assert not Exclusion.objects.exists()
    assert not Remark.objects.exists()


def test_both_sides_comment(desk, draft):
    for actor, side in ((desk.office[1], "institution"), (desk.manager[1], "contractor")):
        assert remark_add(actor=actor, statement=draft, text="Seen.").side == side


def test_a_level_in_force_is_followed_not_changed(desk):
    term = desk.level.terms.first()
    for attempt in (
        lambda: term_edit(actor=SYSTEM, term=term, target=">= 1%"),
        lambda: term_remove(actor=SYSTEM, term=term),
        lambda: level_enforce(actor=SYSTEM, level=desk.level, holds_from=date(2000, 1, 1)),
    ):
        with pytest.raises(LevelIsInForce):
            attempt()
    second = level_begin(actor=desk.office[1], arrangement=desk.calls, calendar=desk.calendar)
    assert (second.version, second.terms.count()) == (2, desk.level.terms.count())
    for wrong in (date(1999, 1, 1), date(1999, 3, 2)):
        with pytest.raises(MonthUnfit):
            level_enforce(actor=SYSTEM, level=second, holds_from=wrong)
    level_enforce(actor=SYSTEM, level=second, holds_from=date(1999, 3, 1))
    assert statement_draft(actor=SYSTEM, arrangement=desk.calls, month=FEBRUARY).level == desk.level
    with pytest.raises(LevelMissing):
        statement_draft(actor=SYSTEM, arrangement=desk.calls, month=date(1998, 12, 1))


def test_the_standing_says_what_is_needed_and_how_likely_it_fails(desk, calls):
    header, *rows = calls.splitlines(keepends=True)
    january = b"".join(row.replace(b"\t9902", b"\t9901") for row in rows)
    import_run(actor=desk.manager[1], import_=sent(desk.manager[1], desk.calls, header + january))
    found = standing_refresh(arrangement=desk.calls)
    assert found.month == FEBRUARY
    promise = next(row for row in found.content if row["code"] == "service-level")
    assert promise["missing"][1] == 2000
    assert {"needed", "expected", "value"} <= promise.keys()


def test_a_draft_of_the_bank_is_not_the_contractors_to_read(desk):
    second = level_begin(actor=desk.office[1], arrangement=desk.calls, calendar=desk.calendar)
    assert set(levels_visible(actor=desk.office[1])) == {desk.level, second}
    assert set(levels_visible(actor=desk.manager[1])) == {desk.level}
    assert not terms_visible(actor=desk.manager[1]).filter(level=second).exists()
    other = calendar_add(actor=SYSTEM, institution=desk.house.bank, name="Other", definition=HOURS)
    level_edit(actor=desk.office[1], level=second, calendar=other)
    assert [str(row) for row in calendars_visible(actor=desk.manager[1])] == ["Desk"]
    foreign = calendar_add(actor=SYSTEM, institution=desk.house.other, name="Theirs", definition=HOURS)
    with pytest.raises(ValidationError):
        level_edit(actor=desk.office[1], level=second, calendar=foreign)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"measure": "contact.nothing"}, "measure"),
        ({"arguments": {"within": 20}}, "arguments"),
        ({"condition": "priority = "}, "condition"),
        ({"condition": "__import__('os')"}, "condition"),
        ({"target": ">= often"}, "target"),
        ({"credit": "80%"}, "credit"),
        ({"credit": "x: 2%"}, "credit"),
        ({"code": "a b"}, "code"),
    ],
)
def test_what_the_engine_refuses_stands_at_its_field(wrong, field, desk):
    level = level_begin(actor=desk.office[1], arrangement=desk.calls, calendar=desk.calendar)
    good = {"code": "new", "title": "New", "measure": "contact.service_level", "target": ">= 80%", "weight": Decimal(1)}
    before = level.terms.count()
    with pytest.raises(ValidationError) as refused:
        term_add(actor=desk.office[1], level=level, **good | wrong)
    assert refused.value.message_dict.keys() == {field}
    assert level.terms.count() == before
    assert term_add(actor=desk.office[1], level=level, **good).pk


def test_a_calendar_reads_no_file_of_the_server(desk):
    for wrong in ("holidays: /etc/passwd", "holidays: cn.yaml"):
        with pytest.raises(ValidationError):
            calendar_edit(
                actor=desk.office[1], workingcalendar=desk.calendar, name="Desk", definition=f"{HOURS}{wrong}\n"
            )
