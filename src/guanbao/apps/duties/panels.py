"""Duties on other pages: those of a record, the facts of one, what waits on the first page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Model

from guanbao.apps.duties.months import colour_of, own_today
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.declaring import carrier_named, carriers
from guanbao.platform.obligations.models import Duty
from guanbao.platform.obligations.permissions import DUTY_EDIT, DUTY_VIEW
from guanbao.platform.obligations.selectors import duties_due, duties_visible
from guanbao.platform.wording import _, told
from guanbao.web.frame import Task
from guanbao.web.resource import Panel, resource_of

_MOST, _NEXT, SOON_D = 100, 8, 30


class Line(NamedTuple):
    """A duty as a list tells it: the colour of its nearness, and how many days are left."""

    duty: Duty
    colour: str
    left: str


def lines(actor: Actor, rows: list[Duty]) -> list[Line]:
    """Duties, each with how near it is."""
    today = own_today(actor)
    return [Line(duty, colour_of(duty, today), _left(duty, today)) for duty in rows]


def of_record(actor: Actor, row: Model) -> dict[str, Any]:
    """The duties of a record: what is open first, then what was."""
    at = next(each for each in carriers() if isinstance(row, each.model))
    rows = duties_visible(actor=actor).filter(record=at.name, record_id=row.pk)
    open_ = list(rows.filter(state=State.OPEN).order_by("due_on", "pk")[:_MOST])
    closed = list(rows.exclude(state=State.OPEN).order_by("-closed_on", "-pk")[:_MOST])
    may = at.name == "arrangements" and at.reached(actor, DUTY_EDIT).filter(pk=row.pk).exists()
    return {"open": lines(actor, open_), "closed": lines(actor, closed), "add": row.pk if may else 0}


def facts(actor: Actor, duty: Duty) -> dict[str, Any]:
    """One duty: what it is about, where its day comes from, and what was told of it."""
    at = carrier_named(duty.record)
    about = None if at is None else at.rows(actor=actor).filter(pk=duty.record_id).first()
    resource = None if about is None else resource_of(type(about))
    today = own_today(actor)
    told_of = {row.lead_d: row for row in duty.reminders.filter(due_on=duty.due_on, is_escalation=False)}
    leads = [(lead, duty.due_on - timedelta(days=lead), told_of.get(lead)) for lead in duty.leads]
    anchor = duty.anchor or ""
    names = names_of([duty.closed_by_id], organisation_id=actor.organisation_id)
    return {
        "line": Line(duty, colour_of(duty, today), _left(duty, today)),
        "about": about,
        "about_url": resource.url("detail", duty.record_id) if resource else "",
        "anchor": at.model._meta.get_field(anchor).verbose_name if at and anchor else "",  # type: ignore[union-attr] # noqa: SLF001
        "leads": leads,
        "who": names.get(duty.closed_by_id or 0, ""),
        "others": list(
            duties_visible(actor=actor).filter(series=duty.series).exclude(pk=duty.pk).order_by("-number")[:12]
        ),
    }


def due_next(actor: Actor, _row: Any) -> dict[str, Any]:  # noqa: ANN401 - of the first page there is no row
    """One's own duties that come next."""
    return {"lines": lines(actor, list(duties_due(actor=actor)[:_NEXT]))}


def waits_for(actor: Actor) -> Iterator[Task]:
    """How many of one's own duties are due soon, or overdue."""
    if seen_by(actor):
        soon = own_today(actor) + timedelta(days=SOON_D)
        number = duties_due(actor=actor).filter(due_on__lte=soon).order_by().count()
        yield Task(told("Duties due within {n} days", n=SOON_D), "/duty-calendar/", number)


def seen_by(actor: Actor) -> bool:
    """Whether an actor sees duties at all."""
    return not reach(actor, DUTY_VIEW).is_empty


def _left(duty: Duty, today: date) -> str:
    """How many days are left, in words."""
    if duty.state != State.OPEN:
        return ""
    days = (duty.due_on - today).days
    if days < 0:
        return told("overdue for {n} days", n=-days)
    return told("in {n} days", n=days) if days else told("today")


OF_RECORD = Panel("duties", _("Duties"), "duties/of_record.html", of_record, may=seen_by, rank=45)
FACTS = Panel("facts", _("Duty"), "duties/facts.html", facts, slot="head")
NEXT = Panel("due-next", _("My duties"), "duties/next.html", due_next, may=seen_by, rank=10)
