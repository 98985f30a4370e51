"""The few figures at the head of a statement: money, records, and what the period was like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from guanbao.engine.language import Lang, say
from guanbao.engine.records.datasets import dataset
from guanbao.engine.records.imports import ImportReport
from guanbao.engine.reports import words
from guanbao.engine.reports.numbers import duration_text, money_text, percent_text, value_text
from guanbao.engine.statements import evidence
from guanbao.engine.statements.statement import Computation

_MOST = 4
_LONGEST = 90
_SPARE = ("contact.offered", "ticket.count", "complaint.count")  # the cards of the records say as much


@dataclass(frozen=True)
class Card:
    """One figure: what it is, its value, and over what it was counted."""

    label: str
    value: str
    notes: tuple[str, ...] = ()


def cards_of(computation: Computation, lang: Lang, reports: Sequence[ImportReport]) -> list[Card]:
    """At least money and records; then contacts, tickets, and figures that have no target, up to four."""
    made = [*_money(computation, lang), *_records(computation, lang, reports)]
    made += [*_contacts(computation, lang), *_tickets(computation, lang)]
    for outcome in computation.outcomes:
        term = outcome.term
        if len(made) < _MOST and term.measure and term.target is None and term.measure_id not in _SPARE:
            title = words.data_text(words.measure_title(term, lang), most=_LONGEST)
            value = value_text(outcome.value, term.measure.unit, lang)
            over = say("counted over {n}", lang, n=f"{evidence.counted_of(outcome):,}")
            made.append(Card(title, value, (words.measure_in_words(term, lang), over)))
    return made


def _money(computation: Computation, lang: Lang) -> list[Card]:
    money, months, said = computation.level.money, computation.period.months, computation.statement["credit"]
    if money.currency is None:
        return []
    label = say("Credit due", lang)
    if months is None or said["amount"] is None:
        return [Card(label, "—", (say("the period is not whole months", lang),))]
    amount, fee = Decimal(said["amount"]), money.fee(months)
    notes = []
    if fee:
        share = percent_text(Fraction(amount) / fee, trimmed=True)
        shown = money_text(Decimal(money.monthly_fee or 0) * months, money.currency, lang)
        over_months = say("{share} of the fee of {n} months, {fee}", lang, share=share, n=months, fee=shown)
        notes.append(
            say("{share} of the monthly fee, {fee}", lang, share=share, fee=shown) if months == 1 else over_months
        )
    if money.cap_of_fee is not None:
        notes.append(say("capped at {cap}", lang, cap=percent_text(money.cap_of_fee, trimmed=True)))
    if money.cap_amount is not None:
        notes.append(say("capped at {cap}", lang, cap=money_text(money.cap_amount, money.currency, lang)))
    if said["capped"]:
        notes.append(say("held by the cap", lang))
    bonus = computation.statement["bonus"]["amount"]
    if bonus is not None and Decimal(bonus):
        notes.append(say("bonus {amount}", lang, amount=money_text(Decimal(bonus), money.currency, lang)))
    return [Card(label, money_text(amount, money.currency, lang), tuple(notes))]


def _records(computation: Computation, lang: Lang, reports: Sequence[ImportReport]) -> list[Card]:
    made = []
    for name, entry in computation.statement["records"].items():
        if dataset(name).folds_into:
            continue
        notes = []
        if entry["rows"] != entry["entities"]:
            notes.append(say("folded from {n} updates", lang, n=f"{entry['rows']:,}"))
        ours = [report.counts for report in reports if report.dataset == name]
        if ours:
            filtered: dict[str, int] = {}
            for counts in ours:
                for reason, n in counts.filtered.items():
                    filtered[reason] = filtered.get(reason, 0) + n
            notes.append(say("read {n}", lang, n=f"{sum(counts.read for counts in ours):,}"))
            notes += [
                say("filtered {n} ({reason})", lang, n=f"{n:,}", reason=words.data_text(reason, most=_LONGEST))
                for reason, n in filtered.items()
            ]
            notes.append(say("rejected {n}", lang, n=f"{sum(counts.rejected for counts in ours):,}"))
            notes.append(say("known {n}", lang, n=f"{sum(counts.known for counts in ours):,}"))
            if incomplete := sum(counts.incomplete for counts in ours):
                notes.append(say("incomplete {n}", lang, n=f"{incomplete:,}"))
        else:
            notes.append(say("all that were given", lang))
        made.append(Card(words.records_text(name, lang), f"{entry['entities']:,}", tuple(notes)))
    return made


def _contacts(computation: Computation, lang: Lang) -> list[Card]:
    found = {row["outcome"]: row for row in evidence.overview(computation, "interactions", ["outcome"])}
    if not found:
        return []
    counts = {
        name: int(found[name]["n"]) if name in found else 0 for name in ("answered", "abandoned", "left_before_queue")
    }
    parts = tuple(f"{words.outcome_text(name, lang)} {n:,}" for name, n in counts.items())
    made = [Card(say("Asked for a person", lang), f"{counts['answered'] + counts['abandoned']:,}", parts[:2])]
    answered = found.get("answered")
    if answered and answered["waits"]:
        mean = Fraction(int(answered["wait_ms"]), int(answered["waits"]) * 1000)
        over = say("mean wait of {n} answered", lang, n=f"{answered['waits']:,}")
        made.append(Card(say("Speed of answer", lang), duration_text(mean, lang), (over,)))
    return [_before_exclusions(card, computation, lang) for card in made]


def _tickets(computation: Computation, lang: Lang) -> list[Card]:
    found = evidence.overview(computation, "tickets", ["priority"])
    if not found:
        return []
    parts = tuple(
        say("priority {p}: {n}", lang, p=words.data_text(row["priority"], most=20), n=f"{row['n']:,}")
        for row in found[:6]
    )
    card = Card(say("Opened in the period", lang), f"{sum(row['n'] for row in found):,}", parts)
    return [_before_exclusions(card, computation, lang)]


def _before_exclusions(card: Card, computation: Computation, lang: Lang) -> Card:
    if not any(window.effect == "drop" for window in computation.level.exclusions):
        return card
    return Card(card.label, card.value, (*card.notes, say("before exclusions", lang)))
