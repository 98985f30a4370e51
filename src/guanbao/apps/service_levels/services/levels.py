"""Writes of calendars, service levels and their terms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, OF_ARRANGEMENT
from guanbao.apps.parties.models import Institution
from guanbao.apps.service_levels import events
from guanbao.apps.service_levels.choices import LevelState
from guanbao.apps.service_levels.documents import condition_check, level_read, level_text, term_text, terms_of_preset
from guanbao.apps.service_levels.errors import LevelIsEmpty, LevelIsInForce, MonthUnfit
from guanbao.apps.service_levels.models import Level, Term, WorkingCalendar
from guanbao.apps.service_levels.permissions import LEVEL_EDIT, LEVEL_ENFORCE
from guanbao.engine.errors import InputError, Where
from guanbao.engine.language import explain
from guanbao.engine.measures.catalogue import WAITING, measure_named
from guanbao.engine.statements.statement import definitions_digest
from guanbao.platform.access.reach import Columns, need_object
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known, row_change
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.obligations.services.arming import record_changed
from guanbao.platform.wording import reader_language

_INSTITUTIONS = Columns(institution="organisation")
_CALENDARS = Columns(institution="institution__organisation")
MONEY = ("fee_monthly", "fee_currency", "cap_percent", "rounding_places", "rounding_mode", "nets_bonus")


def calendar_add(
    *, actor: Actor, institution: Institution, name: str, definition: str, is_office: bool = False
) -> WorkingCalendar:
    """Add a working calendar; duties fall on the days of that of the office.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, LEVEL_EDIT, institution, _INSTITUTIONS)
    facts = {"institution": institution, "name": name, "definition": definition, "is_office": is_office}
    return _calendar_write(actor, WorkingCalendar(), **facts)


def calendar_edit(
    *, actor: Actor, workingcalendar: WorkingCalendar, name: str, definition: str, is_office: bool = False
) -> WorkingCalendar:
    """Change a calendar. Service levels in force keep the one that they came into force with.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, LEVEL_EDIT, workingcalendar, _CALENDARS)
    return _calendar_write(actor, workingcalendar, name=name, definition=definition, is_office=is_office)


def _calendar_write(actor: Actor, calendar: WorkingCalendar, **values: object) -> WorkingCalendar:
    with transaction.atomic():
        is_new = calendar.pk is None
        if not is_new:
            calendar = WorkingCalendar.objects.select_for_update().get(pk=calendar.pk)
        change = row_change(calendar, **values)
        calendar.save()
        ledger_append(
            actor=actor,
            event=events.CALENDAR_ADDED if is_new else events.CALENDAR_EDITED,
            subject=calendar,
            before=change.before,
            after=change.after,
            scopes={"institution": calendar.institution.organisation_id},
        )
    return calendar


def level_begin(
    *,
    actor: Actor,
    arrangement: Arrangement,
    calendar: WorkingCalendar,
    title: str = "",
    preset: str = "",
    fee_monthly: Decimal | None = None,
    fee_currency: str = "CNY",
    cap_percent: Decimal | None = None,
) -> Level:
    """Begin a new version: with the terms of the version before, else of a preset, else with none.

    Without a fee the arrangement's own is taken over. Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, LEVEL_EDIT, arrangement, ARRANGEMENTS)
    with transaction.atomic():
        last = Level.objects.filter(arrangement=arrangement).order_by("-version").first()
        version = (Level.objects.filter(arrangement=arrangement).aggregate(n=Max("version"))["n"] or 0) + 1
        given: dict[str, Any] = {"fee_monthly": fee_monthly, "fee_currency": fee_currency, "cap_percent": cap_percent}
        if fee_monthly is None:
            given |= {"fee_monthly": arrangement.fee_monthly, "fee_currency": arrangement.fee_currency}
        terms: list[Term] = []
        if preset:
            named, terms = terms_of_preset(preset)
            title = title or named
        elif last is not None:
            terms, title = list(last.terms.all()), title or last.title
            given |= {name: getattr(last, name) for name in MONEY if fee_monthly is None or name not in given}
        level = Level(arrangement=arrangement, version=version)
        change = row_change(level, calendar=calendar, title=title or arrangement.title, **given)
        level.save()
        for term in terms:
            term.pk, term.level = None, level
            term.full_clean()
            term.save(force_insert=True)
        told = change.after | {"arrangement": arrangement.pk, "version": version, "preset": preset}
        scopes = arrangement.ledger_scopes
        ledger_append(actor=actor, event=events.LEVEL_BEGUN, subject=level, after=told, scopes=scopes)
    return level


def level_edit(*, actor: Actor, level: Level, **facts: object) -> Level:
    """Change title, calendar or money of a version that is worked on.

    Raises NotPermitted; LevelIsInForce; ValidationError by field.
    """
    need_object(actor, LEVEL_EDIT, level, OF_ARRANGEMENT)
    need_known(facts, {"title", "calendar", *MONEY})
    with transaction.atomic():
        level = _worked_on(level)
        change = row_change(level, **facts)
        if change.after:
            level.save()
            ledger_append(
                actor=actor,
                event=events.LEVEL_EDITED,
                subject=level,
                before=change.before,
                after=change.after,
                scopes=level.arrangement.ledger_scopes,
            )
    return level


def level_enforce(*, actor: Actor, level: Level, holds_from: date) -> Level:
    """Put a version into force from the first of a month on; it is not changed any more.

    Raises NotPermitted; LevelIsInForce, LevelIsEmpty, MonthUnfit; InputError: the engine does not accept it.
    """
    need_object(actor, LEVEL_ENFORCE, level, OF_ARRANGEMENT)
    with transaction.atomic():
        level = _worked_on(level)
        before = Level.objects.filter(arrangement=level.arrangement, state=LevelState.IN_FORCE)
        latest = before.order_by("-holds_from").first()
        if holds_from.day != 1 or (latest is not None and latest.holds_from and holds_from <= latest.holds_from):
            raise MonthUnfit(month=holds_from, version=latest.version if latest else 0)
        if not level.terms.exists():
            raise LevelIsEmpty
        level.calendar_text = level.calendar.definition
        digest = definitions_digest(level_read(level_text(level)), [])
        row_change(level, state=LevelState.IN_FORCE, holds_from=holds_from)
        level.save()
        record_changed("arrangements", level.arrangement_id)
        told = {"version": level.version, "holds_from": holds_from, "digest": digest}
        scopes = level.arrangement.ledger_scopes
        ledger_append(actor=actor, event=events.LEVEL_ENFORCED, subject=level, after=told, scopes=scopes)
    return level


def term_add(*, actor: Actor, level: Level, **facts: Any) -> Term:  # noqa: ANN401 - the fields of a term
    """Add a term to a version that is worked on. Raises NotPermitted; LevelIsInForce; ValidationError by field."""
    need_object(actor, LEVEL_EDIT, level, OF_ARRANGEMENT)
    with transaction.atomic():
        level = _worked_on(level)
        return _term_write(actor, Term(level=level), events.TERM_ADDED, facts)


def term_edit(*, actor: Actor, term: Term, **facts: Any) -> Term:  # noqa: ANN401
    """Change a term. Raises NotPermitted; LevelIsInForce; ValidationError by field."""
    need_object(actor, LEVEL_EDIT, term.level, OF_ARRANGEMENT)
    with transaction.atomic():
        level = _worked_on(term.level)
        term = Term.objects.select_for_update().get(pk=term.pk)
        term.level = level
        return _term_write(actor, term, events.TERM_EDITED, facts)


def term_remove(*, actor: Actor, term: Term) -> Term:
    """Take a term out of a version that is worked on. Raises NotPermitted; LevelIsInForce."""
    need_object(actor, LEVEL_EDIT, term.level, OF_ARRANGEMENT)
    with transaction.atomic():
        level = _worked_on(term.level)
        was = {"code": term.code, "measure": term.measure, "target": term.target}
        scopes = level.arrangement.ledger_scopes
        ledger_append(actor=actor, event=events.TERM_REMOVED, subject=term, before=was, scopes=scopes)
        Term.objects.filter(pk=term.pk).delete()
    return term


TERM_FIELDS = (
    "position", "code", "title", "measure", "arguments", "condition", "target", "weight", "credit", "bonus",
)  # fmt: skip


def _term_write(actor: Actor, term: Term, event: Any, facts: dict[str, Any]) -> Term:  # noqa: ANN401 - an EventType
    need_known(facts, TERM_FIELDS)
    change = row_change(term, **facts)
    _need_accepted(term)
    term.save()
    told = change.after | ({"level": term.level_id} if change.before == {} else {})
    scopes = term.level.arrangement.ledger_scopes
    ledger_append(actor=actor, event=event, subject=term, before=change.before, after=told, scopes=scopes)
    return term


_FIELD_BY_FIELD = ("measure", "arguments", "condition", "target", "credit", "bonus")


def _need_accepted(term: Term) -> None:
    """That the engine takes the term, one field after the other, so that what it refuses stands where it was said.

    Raises:
        ValidationError: at the field.
    """
    if term.measure in WAITING:
        return
    so_far = Term(code=term.code, title=term.title)
    for field in _FIELD_BY_FIELD:
        setattr(so_far, field, getattr(term, field))
        so_far.weight = term.weight if so_far.target or field == "target" else so_far.weight
        try:
            if field == "measure":
                measure_named(term.measure)
            else:
                level = level_read(term_text(so_far))
            if field == "condition" and term.condition:
                condition_check(level)
        except InputError as error:
            error.where = Where()
            raise ValidationError({field: explain(error, reader_language())}) from error


def _worked_on(level: Level) -> Level:
    """The version, locked. Raises LevelIsInForce."""
    rows = Level.objects.select_for_update(of=("self",)).select_related("arrangement__contractor", "calendar")
    level = rows.get(pk=level.pk)
    if level.state != LevelState.DRAFT:
        raise LevelIsInForce(version=level.version)
    return level
