"""What a statement's page and workbook say, in words and order, before either is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from guanbao.engine.language import Lang, _, say
from guanbao.engine.records.imports import ImportReport
from guanbao.engine.reports import cards, words
from guanbao.engine.reports.cards import Card
from guanbao.engine.reports.numbers import (
    minute_shown,
    numerator_text,
    percent_text,
    value_text,
)
from guanbao.engine.statements import evidence
from guanbao.engine.statements.levels import Exclusion
from guanbao.engine.statements.statement import Computation, Outcome

_LONGEST = 160


@dataclass(frozen=True)
class TermRow:
    """One term as it is printed. `standing` is its standing; `marks` what it leaves out, with how many."""

    outcome: Outcome
    title: str
    formula: str
    details: list[str]
    numerator: str
    denominator: str
    result: str
    target: str
    standing: words.Standing
    verdict: str
    attainment: str
    credit: str
    bonus: str
    marks: list[str]


@dataclass(frozen=True)
class Window:
    """One exclusion as it is printed; `losses` are (term, how many of its records)."""

    start: str
    end: str
    reason: str
    approved_by: str
    effect: str
    losses: list[tuple[str, int | None]]


@dataclass
class Sheet:
    """All that a statement says, in its order."""

    computation: Computation
    lang: Lang
    title: str
    facts: list[str]
    verdict: str
    good: bool | None
    score: str | None
    cards: list[Card]
    rows: list[TermRow]
    currency: str | None
    has_attainment: bool
    has_credit: bool
    has_bonus: bool
    notes: list[str]
    windows: list[Window]
    basis: list[tuple[str, str]] = field(default_factory=list)


def sheet_of(computation: Computation, lang: Lang, reports: Sequence[ImportReport]) -> Sheet:
    """The content of a statement. Give a computation that is `evidence.kept`."""
    level, statement = computation.level, computation.statement
    facts = [words.data_text(level.arrangement, most=_LONGEST), words.data_text(level.title, most=_LONGEST)]
    if level.contractor:
        facts.append(say("contractor {name}", lang, name=words.data_text(level.contractor, most=_LONGEST)))
    rows = [_row(outcome, said, lang) for outcome, said in zip(computation.outcomes, statement["terms"], strict=True)]
    found = {row.standing for row in rows}
    return Sheet(
        computation=computation,
        lang=lang,
        title=say("Service level statement · {period}", lang, period=words.period_text(computation.period, lang)),
        facts=facts,
        verdict=words.overall_text(computation, lang),
        good=False if "missed" in found else True if "met" in found else None,
        score=statement["score"],
        cards=cards.cards_of(computation, lang, reports),
        rows=rows,
        currency=statement["credit"]["currency"],
        has_attainment=statement["score"] is not None,
        has_credit=any(said["credit"] is not None for said in statement["terms"]),
        has_bonus=any(said["bonus"] is not None for said in statement["terms"]),
        notes=_notes(computation, lang),
        windows=[_window(computation, window, lang) for window in level.exclusions],
        basis=_basis(computation, lang),
    )


def _row(outcome: Outcome, said: dict[str, Any], lang: Lang) -> TermRow:
    term, figures = outcome.term, outcome.figures
    reached = said["attainment"]
    details = words.parameters_in_words(term, lang)
    if term.where:
        details.append(say("only where {condition}", lang, condition=words.data_text(term.where, most=_LONGEST)))
    counts = ((say("{n} open", lang, n=f"{figures.open:,}"), figures.open),
              (say("{n} excluded", lang, n=f"{figures.excluded:,}"), figures.excluded),
              (say("{n} without target", lang, n=f"{figures.no_target:,}"), figures.no_target))  # fmt: skip
    numerator, denominator = _quotient(outcome, lang)
    return TermRow(
        outcome=outcome,
        title=words.data_text(words.measure_title(term, lang), most=_LONGEST),
        formula=words.measure_in_words(term, lang),
        details=[words.data_text(text, most=2 * _LONGEST) for text in details],
        numerator=numerator,
        denominator=denominator,
        result=value_text(outcome.value, term.measure.unit, lang, against=term.target) if term.measure else "—",
        target=words.target_text(term, lang),
        standing=words.standing(outcome),
        verdict=words.verdict_text(outcome, lang),
        attainment="—" if reached is None else percent_text(Fraction(reached), 1),
        credit=_amount(said["credit"]),
        bonus=_amount(said["bonus"]),
        marks=[text for text, n in counts if n],
    )


def _quotient(outcome: Outcome, lang: Lang) -> tuple[str, str]:
    measure, figures = outcome.term.measure, outcome.figures
    if measure is None or outcome.labelled is None:
        return "—", "—"
    labels = outcome.labelled.labels[outcome.index]
    if labels.p is not None:
        return "—", f"{evidence.counted_of(outcome):,}"
    if labels.total:
        return f"{figures.numerator:,}", "—"
    return numerator_text(figures.numerator, measure.unit, outcome.value, lang), f"{figures.denominator:,}"


def _amount(text: str | None) -> str:
    return f"{Decimal(text):,f}" if text is not None and Decimal(text) else "—"


def _notes(computation: Computation, lang: Lang) -> list[str]:
    notes = []
    for outcome in computation.outcomes:
        term, figures = outcome.term, outcome.figures
        title = words.data_text(words.measure_title(term, lang), most=_LONGEST)
        if term.waits_for:
            awaited = _("{title} waits for the dataset {dataset}; it is not judged, and costs nothing.")
            notes.append(say(awaited, lang, title=title, dataset=term.waits_for))
        elif outcome.value is None and term.target is not None:
            notes.append(say("{title}: no activity in the period; no credit, no score.", lang, title=title))
        if figures.no_target:
            comma = say(", ", lang)
            parts = comma.join(
                say("priority {p}: {n}", lang, p=words.data_text(p, most=_LONGEST), n=f"{n:,}")
                for p, n in evidence.without_target(outcome)[:20]
            )
            untold = _("{title}: {n} have a priority without target and are not judged ({parts}).")
            notes.append(say(untold, lang, title=title, n=f"{figures.no_target:,}", parts=parts))
        if figures.open:
            unended = _("{title}: {n} are still open and not judged; what is past its target counts as missed.")
            running = _("{title}: {n} are still open and not counted.")
            judged = evidence.judges(outcome) and "targets" in term.arguments
            notes.append(say(unended if judged else running, lang, title=title, n=f"{figures.open:,}"))
    if computation.period.months is None and computation.level.money.currency is not None:
        notes.append(say("The period is not whole months: it carries no money.", lang))
    if "as_of" in computation.statement:
        notes.append(say("Only what was known at {time} counts.", lang, time=computation.statement["as_of"]))
    return notes


def _window(computation: Computation, window: Exclusion, lang: Lang) -> Window:
    zone = computation.level.calendar
    touched = [o for o in computation.outcomes if o.labelled is not None and window.touches(o.term.id)]
    return Window(
        start=minute_shown(window.start, zone) if not window.records else _named(window, lang),
        end=minute_shown(window.end, zone) if not window.records else "",
        reason=words.data_text(window.reason, most=_LONGEST),
        approved_by=words.data_text(window.approved_by, most=_LONGEST),
        effect=say("records left out", lang) if window.effect == "drop" else say("clocks stand still", lang),
        losses=[
            (
                words.data_text(words.measure_title(outcome.term, lang), most=_LONGEST),
                evidence.lost_to(outcome, window) if window.effect == "drop" else None,
            )
            for outcome in touched
        ],
    )


def _named(window: Exclusion, lang: Lang) -> str:
    if len(window.records) == 1:
        return words.data_text(window.records[0], most=_LONGEST)
    return say("{n} named records", lang, n=len(window.records))


def _basis(computation: Computation, lang: Lang) -> list[tuple[str, str]]:
    statement = computation.statement
    basis = [
        (say("Records digest · {name}", lang, name=words.records_text(name, lang)), entry["digest"])
        for name, entry in statement["records"].items()
    ]
    basis += [
        (say("Definitions digest", lang), statement["definitions_digest"]),
        (say("Statement digest", lang), statement["digest"]),
        (say("Time zone", lang), computation.level.calendar.zone.key),
    ]
    if "as_of" in statement:
        basis.append((say("Known until", lang), statement["as_of"]))
    basis.append((say("Recompute", lang), words.verify_command(computation)))
    signature = statement.get("signature")
    basis.append((say("Signature", lang), say("not signed", lang) if signature is None else f"Ed25519 {signature}"))
    return basis
