"""The labelled records behind a statement's figure, as they lie beside the store, read page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from guanbao.apps.service_levels.words import channel_text
from guanbao.engine.calendars import Calendar
from guanbao.engine.language import Lang
from guanbao.engine.measures.catalogue import Unit
from guanbao.engine.records.imports import CONFIG
from guanbao.engine.reports.numbers import value_text
from guanbao.engine.reports.words import column_text, measured_text, outcome_text
from guanbao.engine.statements.levels import Term
from guanbao.platform.wording import told

PAGE = 50
# What the label says already, what is the same as the time that stands first, and sums that nobody reads by the row.
_HIDDEN = {"counted", "hit", "open", "excluded", "no_target", "amount", "arrived_at", "opened_at", "received_at"}
_FIRST = ("at", "label", "value")


@dataclass(frozen=True)
class Evidence:
    """How many records bear each label, the headings, and one page of rows: the record's key, its cells by heading."""

    tallies: list[tuple[str, str, int]]
    headings: list[str]
    rows: list[tuple[str, list[tuple[str, str]]]]


def evidence_read(file: Path, term: Term, calendar: Calendar, lang: Lang, *, label: str, page: int) -> Evidence:
    """One page of the records of a term, of one label or of all; times as the calendar's clock shows them."""
    with duckdb.connect(config=CONFIG) as con:
        con.execute("set TimeZone = 'UTC'")
        con.read_parquet(str(file)).create_view("labelled")
        tallies = con.execute("select label, count(*) from labelled group by 1 order by 2 desc, 1").fetchall()
        every = [name for (name, *_) in con.execute("describe labelled").fetchall()]
        key, rest = every[0], [name for name in every[1:] if name not in {*_HIDDEN, *_FIRST} and name[-3:] != "_ms"]
        names = [key, *_FIRST, *rest]
        shown = ", ".join(f'"{name}"' for name in names)
        page_of = f"""select {shown} from labelled where $label in ('', label)
            order by "at", "{key}" limit {PAGE} offset $past"""  # noqa: S608 - names of our own file's columns
        found = con.execute(page_of, {"label": label, "past": (page - 1) * PAGE}).fetchall()
    said = [
        n for n, name in enumerate(names) if name in (key, *_FIRST) or any(row[n] not in (None, "") for row in found)
    ]
    unit = term.measure.unit if term.measure else Unit.COUNT
    headings = [_heading(names[n], term, lang) for n in said]
    cells = [[_cell(names[n], row[n], unit, calendar, lang) for n in said] for row in found]
    rows = [(str(row[0]), list(zip(headings, texts, strict=True))) for row, texts in zip(found, cells, strict=True)]
    return Evidence([(name, label_told(name), int(n)) for name, n in tallies], headings, rows)


def label_told(name: str) -> str:
    """A label in the reader's language."""
    return {
        "in_target": told("in target"),
        "missed": told("missed"),
        "counted": told("counted"),
        "open": told("still open"),
        "excluded": told("left out"),
        "no_target": told("without a target"),
    }[name]


def _heading(name: str, term: Term, lang: Lang) -> str:
    ours = {"at": told("Time"), "label": told("Label"), "value": measured_text(term, lang)}
    return ours.get(name) or column_text(name, lang)


def _cell(name: str, value: Any, unit: Unit, calendar: Calendar, lang: Lang) -> str:  # noqa: ANN401, PLR0911 - a branch a kind
    if value is None or value == "":
        return "—"
    if name == "label":
        return label_told(value)
    if name == "outcome":
        return outcome_text(value, lang)
    if name == "channel":
        return channel_text(value)
    if name == "value":
        return (
            f"{value:,}"
            if unit in (Unit.COUNT, Unit.PER_RECORD)
            else value_text(Fraction(value, 1000), Unit.SECONDS, lang)
        )
    if isinstance(value, bool):
        return told("Yes") if value else told("No")
    if isinstance(value, datetime):
        return f"{calendar.local(int(value.timestamp() * 1000)):%m-%d %H:%M:%S}"
    return str(value)
