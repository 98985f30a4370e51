"""The working days of an institution, and which day it has now."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone

from guanbao.engine.calendars import Calendar
from guanbao.platform.calendars import calendar_of
from guanbao.platform.obligations.days import Workdays


def workdays_of(organisation_id: int) -> Workdays:
    """The working days of an institution, whoever asks."""
    return _workdays(calendar_of(organisation_id))


def today_of(organisation_id: int, now: datetime | None = None) -> date:
    """Which day it is there."""
    return calendar_of(organisation_id).local(int((now or timezone.now()).timestamp() * 1000)).date()


@lru_cache(maxsize=256)
def _workdays(calendar: Calendar) -> Workdays:
    return Workdays(calendar)
