"""What the panels of calendars, service levels, imports and statements are given to show."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from django.utils import timezone

from guanbao.apps.service_levels.computing import month_of
from guanbao.apps.service_levels.documents import level_read, level_text
from guanbao.apps.service_levels.models import Import, Level, Statement, WorkingCalendar
from guanbao.apps.service_levels.permissions import EXCLUSION_PROPOSE, RECORDS_IMPORT
from guanbao.apps.service_levels.selectors import exclusions_accepted, exclusions_visible
from guanbao.apps.service_levels.services.statements import evidence_folder
from guanbao.apps.service_levels.words import dataset_text, reason_text
from guanbao.engine.calendars import Calendar
from guanbao.engine.errors import InputError
from guanbao.engine.language import explain, say_value
from guanbao.engine.measures.catalogue import Unit
from guanbao.engine.reports.numbers import money_text, numerator_text, percent_text, value_text
from guanbao.engine.reports.words import column_text, measure_in_words, period_text, target_text
from guanbao.engine.statements.levels import Term
from guanbao.engine.statements.periods import Period
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.wording import reader_language, told


class TermRow(NamedTuple):
    """A term of a statement as it is read."""

    code: str
    title: str
    formula: str
    numerator: str
    denominator: str
    result: str
    target: str
    verdict: str
    colour: str
    attainment: str
    money: str
    notes: str
    opens: bool


def calendar_year(_actor: Actor, row: WorkingCalendar) -> dict[str, Any]:
    """This year's months, each day with its working hours."""
    try:
        found, year = row.calendar(), timezone.localdate().year
        months = [(f"{year}-{n:02d}", _weeks(found, year, n)) for n in range(1, 13)]
    except InputError as error:
        return {"refused": explain(error, reader_language())}
    heads = [told(day) for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")]
    return {"year": year, "months": months, "heads": heads, "zone": row.calendar().zone.key}


def _weeks(found: Calendar, year: int, month: int) -> list[list[tuple[int, str, str]]]:
    weeks = calendar.Calendar().monthdatescalendar(year, month)
    return [[_day(found, day) if day.month == month else (0, "", "") for day in week] for week in weeks]


def _day(found: Calendar, day: date) -> tuple[int, str, str]:
    worked = found.elapsed(found.midnight(day), found.midnight(date.fromordinal(day.toordinal() + 1)))
    hours = value_text(Fraction(worked, 1000), Unit.SECONDS, reader_language())
    return day.day, "on" if worked else "off", hours if worked else told("closed")


def preview_months(_actor: Actor, level: Level) -> dict[str, Any]:
    """The months to choose from: twelve back from now, and those that statements are of."""
    months = set(Statement.objects.filter(arrangement=level.arrangement_id).values_list("period_from", flat=True))
    at = month_of(timezone.localdate())
    for _ in range(12):
        months.add(at.first)
        at = month_of(date.fromordinal(at.first.toordinal() - 1))
    return {"level": level, "months": sorted(months, reverse=True)}


def level_file(_actor: Actor, level: Level) -> dict[str, Any]:
    """The service level in the engine's file form, or what the engine says against it."""
    try:
        text = level_text(level)
        level_read(text)
    except InputError as error:
        return {"refused": explain(error, reader_language())}
    return {"text": text}


def import_report(actor: Actor, row: Import) -> dict[str, Any]:
    """What became of an import, and its first rejected rows."""
    names = {
        "read": told("Rows read"),
        "accepted": told("Accepted"),
        "filtered": told("Filtered"),
        "rejected": told("Rejected"),
        "known": told("Known already"),
        "versions": told("New versions"),
        "entities": told("Records"),
    }
    counts = [(label, _count(row.counts.get(name))) for name, label in names.items() if name in row.counts]
    may = not reach(actor, RECORDS_IMPORT).is_empty
    return {
        "row": row,
        "counts": counts,
        "filters": {reason_text(reason): n for reason, n in row.counts.get("filtered", {}).items()},
        "faults": [_fault_told(fault) for fault in row.faults],
        "refusal": row.refusal.get(reader_language(), ""),
        "quarantine": may and row.batch is not None and bool(row.counts.get("rejected")),
        "may": may,
        "percent": 100 * row.received // row.size if row.size else 0,
    }


def _fault_told(fault: dict[str, Any]) -> dict[str, Any]:
    lang = reader_language()
    return fault | {"reason": say_value(fault["reason"], lang), "column": column_text(fault["column"] or "", lang)}


def _count(value: Any) -> str:  # noqa: ANN401 - a number, or numbers by reason
    return f"{sum(value.values()) if isinstance(value, dict) else value:,}"


def statement_verdict(_actor: Actor, statement: Statement) -> dict[str, Any]:
    """The few figures at the head."""
    said, lang = statement.content, reader_language()
    period = Period(statement.period_from, statement.period_to)
    judged = [term for term in said["terms"] if term["met"] is not None]
    credit, bonus = said["credit"], said["bonus"]
    tiles = [
        (told("Score"), said["score"] or "—", told("of 100")),
        (told("Terms missed"), f"{statement.missed}", told("of {n} judged", n=len(judged))),
        (
            told("Credit due"),
            money_text(_money(credit["amount"]), credit["currency"], lang),
            told("capped") if credit["capped"] else "",
        ),
    ]
    if bonus["amount"] and Decimal(bonus["amount"]):
        tiles.append((told("Bonus due"), money_text(_money(bonus["amount"]), bonus["currency"], lang), ""))
    entities = sum(entry["entities"] for entry in said["records"].values())
    tiles.append((told("Records in the store then"), f"{entities:,}", ", ".join(map(dataset_text, said["records"]))))
    return {
        "tiles": tiles,
        "statement": statement,
        "state": statement.get_state_display(),
        "period": period_text(period, lang),
        "good": statement.missed == 0,
    }


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def statement_terms(actor: Actor, statement: Statement) -> dict[str, Any]:
    """Every term with its figures; each opens to its records."""
    terms = {term.id: term for term in level_read(statement.definitions).terms}
    rows = statement_rows(statement.content["terms"], terms, evidence_folder(statement))
    left_out = exclusions_accepted(statement.arrangement, statement.period_from)
    waiting = exclusions_visible(actor=actor).filter(
        arrangement=statement.arrangement_id, period_from=statement.period_from, state="proposed"
    )
    return {
        "rows": rows,
        "statement": statement,
        "left_out": left_out,
        "waiting": list(waiting),
        "propose": not reach(actor, EXCLUSION_PROPOSE).is_empty,
    }


def statement_rows(said: list[dict[str, Any]], terms: Mapping[str, Term], evidence: Path | None) -> list[TermRow]:
    """Stated terms as they are read; those whose records lie in `evidence` open."""
    return [
        _term_row(one, terms[one["id"]], opens=evidence is not None and (evidence / f"{one['id']}.parquet").is_file())
        for one in said
    ]


def _term_row(said: dict[str, Any], term: Term, *, opens: bool) -> TermRow:
    lang = reader_language()
    if term.measure is None:
        waits = told("waits for {dataset}", dataset=dataset_text(said.get("waits_for", "")))
        return TermRow(
            term.id, term.title or term.id, "", "—", "—", "—", "—", waits, "secondary", "—", "—", "", opens=False
        )
    unit = term.measure.unit
    value = exact_value(said, unit)
    notes = [
        told(sentence, n=f"{said[name]:,}")
        for name, sentence in (("open", "{n} open"), ("excluded", "{n} excluded"), ("no_target", "{n} without target"))
        if said[name]
    ]
    verdict, colour = {True: (told("met"), "green"), False: (told("missed"), "red"), None: ("—", "secondary")}[
        said["met"]
    ]
    reached = said["attainment"]
    return TermRow(
        code=term.id,
        title=term.title or term.id,
        formula=measure_in_words(term, lang),
        numerator=numerator_text(said["numerator"], unit, value, lang),
        denominator=f"{said['denominator']:,}",
        result=value_text(value, unit, lang, against=term.target),
        target=target_text(term, lang),
        verdict=verdict,
        colour=colour,
        attainment="—" if reached is None else percent_text(Fraction(reached), 1),
        money=said["credit"] or said["bonus"] or "—",
        notes=" · ".join(notes),
        opens=opens,
    )


def exact_value(said: dict[str, Any], unit: Unit) -> Fraction | None:
    """A stated term's exact value, from its integers."""
    if not said["denominator"]:
        return None
    exact = Fraction(said["numerator"], said["denominator"])
    return exact / 1000 if unit is Unit.SECONDS else exact


def statement_remarks(actor: Actor, statement: Statement) -> dict[str, Any]:
    """What both sides said; of the other side it is not told who."""
    rows = list(statement.remarks.order_by("at", "pk"))
    names = names_of((row.person_id for row in rows), organisation_id=actor.organisation_id)
    said = [(Side(row.side).label, names.get(row.person_id or 0, ""), row.at, row.text) for row in rows]
    return {"remarks": said, "statement": statement}


def statement_basis(_actor: Actor, statement: Statement) -> dict[str, Any]:
    """The digests, the signature, other versions, and how anybody recomputes it."""
    said = statement.content
    others = Statement.objects.filter(arrangement=statement.arrangement_id, period_from=statement.period_from)
    return {
        "statement": statement,
        "digests": [
            (told("Statement"), said["digest"]),
            (told("Definitions"), said["definitions_digest"]),
            *(
                (told("Records: {dataset}", dataset=dataset_text(name)), entry["digest"])
                for name, entry in said["records"].items()
            ),
        ],
        "versions": [(row, row.get_state_display()) for row in others.order_by("version")],
        "definitions": statement.definitions,
    }
