"""What a statement's terms, targets, periods and verdicts are called, in Chinese and English."""

from __future__ import annotations

import calendar as months_of
import re
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Literal
from unicodedata import category

from guanbao.engine.language import Lang, _, say
from guanbao.engine.measures.catalogue import Unit
from guanbao.engine.records.datasets import dataset
from guanbao.engine.reports.numbers import decimal_shown, exact_duration_text, percent_text, value_text
from guanbao.engine.statements.levels import Term
from guanbao.engine.statements.periods import Period
from guanbao.engine.statements.statement import Computation, Outcome

__all__ = [
    "measure_in_words", "measure_title", "outcome_text", "overall_text", "parameters_in_words", "period_text",
    "standing", "target_text", "value_text", "verdict_text", "verify_command",
]  # fmt: skip

Standing = Literal["met", "missed", "inactive", "waiting", "untargeted"]
_UNSEEN = {"Cc", "Cf", "Cn", "Cs"}
_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "="}

# --- periods, targets, verdicts -----------------------------------------------------------------------------


def period_text(period: Period, lang: Lang) -> str:
    """`February 1999`, `Q1 1999`, `1999`, or its first and its last day."""
    first, months = period.first, period.months
    if months == 1:
        return say("{month} {year}", lang, month=_month(first, lang), year=first.year)
    if months == 3 and first.month % 3 == 1:
        return say("Q{quarter} {year}", lang, quarter=first.month // 3 + 1, year=first.year)
    if months == 12 and first.month == 1:
        return say("year {year}", lang, year=first.year)
    last = period.end - timedelta(days=1)
    if months is not None:
        ends = [say("{month} {year}", lang, month=_month(day, lang), year=day.year) for day in (first, last)]
        return say("{first} to {last}", lang, first=ends[0], last=ends[1])
    if first == last:
        return day_text(first, lang)
    return say("{first} to {last}", lang, first=day_text(first, lang), last=day_text(last, lang))


def day_text(day: date, lang: Lang) -> str:
    """A date in words."""
    return say("{day} {month} {year}", lang, day=day.day, month=_month(day, lang), year=day.year)


def _month(day: date, lang: Lang) -> str:
    return str(day.month) if lang == "zh" else months_of.month_name[day.month]


def target_text(term: Term, lang: Lang) -> str:
    """`≥ 80%`; — without a target."""
    target = term.target
    if target is None:
        return "—"
    if term.measure is None:
        return re.sub("^(>=|<=)", lambda found: _SIGNS[found[0]], target.text)
    return f"{_SIGNS[target.operator]} {level_text(target.level, term.measure.unit, lang)}"


def level_text(level: Fraction, unit: Unit, lang: Lang) -> str:
    """A level of a target or step, with nothing rounded away that a file can say."""
    if unit is Unit.SHARE:
        return percent_text(level, 9, trimmed=True)
    if unit is Unit.SECONDS:
        return exact_duration_text(level, lang)
    return decimal_shown(level, 9, trimmed=True)


def standing(outcome: Outcome) -> Standing:
    """Where a term stands: met, missed, or why it is not judged."""
    if outcome.term.measure is None:
        return "waiting"
    if outcome.met is not None:
        return "met" if outcome.met else "missed"
    return "inactive" if outcome.value is None else "untargeted"


def verdict_text(outcome: Outcome, lang: Lang) -> str:
    """`standing` in words."""
    return say(
        {
            "met": _("met"),
            "missed": _("missed"),
            "inactive": _("no activity"),
            "waiting": _("waiting for data"),
            "untargeted": _("no target"),
        }[standing(outcome)],
        lang,
    )


def overall_text(computation: Computation, lang: Lang) -> str:
    """How many terms are missed, or that all are met, and how many with a target could not be judged."""
    found = [standing(outcome) for outcome in computation.outcomes]
    promised = [outcome for outcome in computation.outcomes if outcome.term.target is not None]
    unjudged = sum(standing(outcome) in ("inactive", "waiting") for outcome in promised)
    if missed := found.count("missed"):
        return say("{n} missed", lang, n=missed)
    if met := found.count("met"):
        return say("{n} met, {m} not judged", lang, n=met, m=unjudged) if unjudged else say("All met", lang)
    return say("Nothing to judge", lang)


# --- measures -----------------------------------------------------------------------------------------------

_WAITING_TITLES = {"availability.share": _("Availability")}
_SERVICE_LEVEL = {
    "agent_requests": _("answered within {within} ÷ contacts that asked for a person (answered + abandoned in queue)"),
    "answered": _("answered within {within} ÷ answered"),
    "offered": _("answered within {within} ÷ all contacts"),
    "offered_less_short": _("answered within {within} ÷ (answered + abandoned in queue − abandoned within {short})"),
    "answered_plus_short": _("(answered within {within} + abandoned within {short}) ÷ (answered + abandoned in queue)"),
}
_ABANDONMENT = {
    "agent_requests": _("abandoned in queue ÷ contacts that asked for a person (answered + abandoned in queue)"),
    "offered": _("(abandoned in queue + left in the voice menu) ÷ all contacts"),
    "queued": _("abandoned in queue ÷ entered the queue"),
}
_ABANDONMENT_LESS_SHORT = _(
    "(abandoned − abandoned within {short}) ÷ (answered + abandoned in queue − abandoned within {short})"
)
_RESOLUTION = {
    "flag": _("answered and marked resolved ÷ answered and marked"),
    "no_repeat": _("answered, same customer not back within {days} days ÷ answered, customer known"),
}
_SENTENCES: dict[str, str] = {
    "contact.offered": _("all contacts of the period"),
    "contact.answered": _("contacts that a person took"),
    "contact.abandoned": _("contacts that left while queueing"),
    "contact.speed_of_answer": _("Σ wait of the answered ÷ answered"),
    "contact.handling_time": _("Σ (talk + hold + wrap-up) of the answered ÷ answered"),
    "contact.transfer": _("answered and passed on ÷ answered, where the source says so"),
    "contact.short_service": _("answered with talk under {under} ÷ answered"),
    "ticket.count": _("tickets of the period"),
    "ticket.response_in_target": _("responded to within their target ÷ tickets judged"),
    "ticket.resolution_in_target": _("resolved within their target ÷ tickets judged"),
    "ticket.response_time": _("Σ working time to the response ÷ tickets responded to"),
    "ticket.resolution_time": _("Σ working time to the resolution ÷ tickets resolved"),
    "ticket.resolution_percentile": _("working time that {p} of the resolved tickets did not exceed"),
    "ticket.reopened": _("tickets opened again ÷ tickets whose reopenings are known"),
    "ticket.reassignments": _("Σ reassignments ÷ tickets whose reassignments are known"),
    "ticket.knowledge_resolved": _("resolved with the knowledge base ÷ resolved, where the source says so"),
    "ticket.verdict": _("marked as made by the source ÷ tickets with a mark"),
    "ticket.backlog": _("tickets neither resolved nor closed at the period's end"),
    "complaint.count": _("complaints of the period"),
    "complaint.timely": _("marked as timely by the source ÷ complaints with a mark"),
}
_CHOSEN: dict[str, Callable[[dict[str, Any]], str]] = {
    "contact.service_level": lambda given: _SERVICE_LEVEL[given["variant"]],
    "contact.abandonment": lambda given: (
        _ABANDONMENT_LESS_SHORT
        if given["variant"] == "agent_requests" and given["short_s"] is not None
        else _ABANDONMENT[given["variant"]]
    ),
    "contact.wait_percentile": lambda given: {
        "answered": _("wait that {p} of the answered did not exceed"),
        "abandoned": _("wait that {p} of the abandoned did not exceed"),
    }[given["of"]],
    "contact.first_contact_resolution": lambda given: _RESOLUTION[given["judge"]],
}


def measure_title(term: Term, lang: Lang) -> str:
    """What a term is called: by its file, else by its measure."""
    if term.title:
        return term.title
    if term.measure is None:
        return say(_WAITING_TITLES.get(term.measure_id, term.measure_id), lang)
    return say(term.measure.title, lang)


def measure_in_words(term: Term, lang: Lang) -> str:
    """What is divided by what, with the term's own parameters in it."""
    if term.measure is None:
        return say("to be measured on {dataset}", lang, dataset=term.waits_for)
    given = term.arguments
    choose = _CHOSEN.get(term.measure.id)
    sentence = choose(given) if choose else _SENTENCES.get(term.measure.id, term.measure.formula)
    if "{" not in sentence:
        return say(sentence, lang)
    within = given.get("within_s")
    short = given.get("short_s") if given.get("short_s") is not None else within
    return say(
        sentence,
        lang,
        within=_seconds(within, lang),
        short=_seconds(short, lang),
        under=_seconds(given.get("under_s"), lang),
        days=given.get("window_days"),
        p=percent_text(Fraction(given["p"]), 9, trimmed=True) if given.get("p") is not None else "",
    )


def _seconds(value: int | None, lang: Lang) -> str:
    return "" if value is None else exact_duration_text(Fraction(value), lang)


_CHOICES = {
    ("retarget", "initial"): _("judged by the first priority"),
    ("retarget", "each"): _("each priority counts for the time it was in force"),
    ("by", "resolved"): _("in the period by when they were resolved"),
    ("by", "closed"): _("in the period by when they were closed"),
    ("from", "assigned"): _("the clock starts at the first assignment"),
}


def parameters_in_words(term: Term, lang: Lang) -> list[str]:
    """What else a term says of how it is measured: targets by priority, pauses, what is unusual."""
    said = []
    given = term.arguments
    comma = say(", ", lang)
    if targets := given.get("targets"):
        parts = [
            _seconds_of(ms, lang) if priority == "*"
            else say("priority {p} {time}", lang, p=priority, time=_seconds_of(ms, lang))
            for priority, ms in targets.items()
        ]  # fmt: skip
        said.append(say("target: {targets}", lang, targets=comma.join(parts)))
    if pauses := given.get("pauses"):
        said.append(say("clock stops while: {states}", lang, states=comma.join(pauses)))
    said += [say(_CHOICES[name, value], lang) for name, value in given.items() if (name, str(value)) in _CHOICES]
    return said


def _seconds_of(ms: int, lang: Lang) -> str:
    return exact_duration_text(Fraction(ms, 1000), lang)


# --- records ------------------------------------------------------------------------------------------------

_RECORDS = {
    "interactions": _("Contact records"),
    "tickets": _("Ticket records"),
    "complaints": _("Complaint records"),
    "interaction_events": _("Contact log entries"),
    "ticket_events": _("Ticket updates"),
}
_OUTCOMES = {
    "answered": _("answered"),
    "abandoned": _("abandoned in queue"),
    "left_before_queue": _("left in the voice menu"),
}
_COLUMNS = {
    "id": _("Record"),
    "arrived_at": _("Arrived"),
    "queued_at": _("Queued"),
    "answered_at": _("Answered"),
    "ended_at": _("Ended"),
    "opened_at": _("Opened"),
    "assigned_at": _("Assigned"),
    "responded_at": _("Responded"),
    "resolved_at": _("Resolved"),
    "closed_at": _("Closed"),
    "received_at": _("Received"),
    "sent_at": _("Passed on"),
    "kind": _("Kind"),
    "priority": _("Priority"),
    "outcome": _("Outcome"),
    "state": _("State"),
    "group": _("Group"),
    "agent": _("Agent"),
    "product": _("Product"),
    "channel": _("Channel"),
}
_VALUES = {
    "contact.handling_time": _("Handling"),
    "contact.short_service": _("Talk"),
    "contact.first_contact_resolution": _("Until the next contact"),
    "ticket.reassignments": _("Reassignments"),
}


def records_text(name: str, lang: Lang) -> str:
    """What the records of a dataset are called."""
    return say(_RECORDS.get(name, name), lang)


def outcome_text(outcome: str | None, lang: Lang) -> str:
    """How a contact ended."""
    return say(_OUTCOMES.get(outcome or "", outcome or "—"), lang)


def column_text(name: str, lang: Lang) -> str:
    """What a canonical column is called."""
    return say(_COLUMNS.get(name, name), lang)


def measured_text(term: Term, lang: Lang) -> str:
    """What stands as the value of one record of a term."""
    usual = _("Working time") if term.measure_id.startswith("ticket.") else _("Wait")
    return say(_VALUES.get(term.measure_id, usual), lang)


def verify_command(computation: Computation) -> str:
    """The command that recomputes a statement from the same records."""
    names = computation.statement["records"]
    given = sorted(name for name in names if dataset(name).folds_into is None)
    return " ".join(["guanbao verify STATEMENT.json LEVELS.yaml", *(f"--records {n}=FILE@MAPPING" for n in given)])


def data_text(value: object, *, most: int | None = None) -> str:
    """What a file brought as plain text: no control, direction or other invisible characters, perhaps cut."""
    if value is None:
        return "—"
    text = str(value)
    if not text.isprintable():
        seen = (" " if c in "\t\r\n" else "\ufffd" if category(c) in _UNSEEN else c for c in text)
        text = "".join(seen).strip()
    return text if most is None or len(text) <= most else f"{text[: most - 1]}…"
