"""By which calendar an institution works, and which day it has now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone

from guanbao.engine import documents
from guanbao.engine.calendars import Calendar
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import SYSTEM
from guanbao.platform.obligations.days import Workdays

# Where an institution has none of its own: China's working days, by the holidays that were announced.
OFFICE = 'zone: Asia/Shanghai\nweek: {mon-fri: ["09:00-18:00"]}\nholidays: cn\n'
_KNOWN: list[Callable[[int], str]] = []


def calendars_by(find: Callable[[int], str]) -> None:
    """Have `find(organisation)` asked for an institution's own calendar, as a file holds it; empty where it has none.

    An app does so once, in its `apps`.
    """
    _KNOWN.append(find)


def workdays_of(organisation_id: int) -> Workdays:
    """The working days of an institution, whoever asks: a contractor goes by them without seeing the calendar."""
    with limited_to(SYSTEM):
        text = next(filter(None, (find(organisation_id) for find in _KNOWN)), OFFICE)
    return _workdays(text)


def today_of(organisation_id: int, now: datetime | None = None) -> date:
    """Which day it is there."""
    return workdays_of(organisation_id).calendar.local(int((now or timezone.now()).timestamp() * 1000)).date()


@lru_cache(maxsize=256)
def _workdays(text: str) -> Workdays:
    return Workdays(Calendar.of(documents.parse(text)))
