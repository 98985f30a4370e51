"""When something runs by itself: each hour, each day, each month, by the wall clock of the installation."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from django.utils import timezone


class When(Protocol):
    """Tells the times at which something is due."""

    def latest(self, now: datetime) -> datetime:
        """The last time at or before `now`, in UTC."""
        ...

    def following(self, now: datetime) -> datetime:
        """The first time after `now`, in UTC."""
        ...


@dataclass(frozen=True)
class Hourly:
    """At a minute of each hour."""

    minute: int = 0

    def latest(self, now: datetime) -> datetime:
        """The last time at or before `now`, in UTC."""
        found = now.astimezone(UTC).replace(minute=self.minute, second=0, microsecond=0)
        return found if found <= now else found - timedelta(hours=1)

    def following(self, now: datetime) -> datetime:
        """The first time after `now`, in UTC."""
        return self.latest(now) + timedelta(hours=1)


@dataclass(frozen=True)
class Daily:
    """At a time of each day."""

    at: time

    def latest(self, now: datetime) -> datetime:
        """The last time at or before `now`, in UTC."""
        today = timezone.localtime(now).date()
        return max(t for t in (_at(today, self.at), _at(today - timedelta(days=1), self.at)) if t <= now)

    def following(self, now: datetime) -> datetime:
        """The first time after `now`, in UTC."""
        today = timezone.localtime(now).date()
        return min(t for t in (_at(today, self.at), _at(today + timedelta(days=1), self.at)) if t > now)


@dataclass(frozen=True)
class Monthly:
    """On a day of each month, or on its last where it has no such day, at a time."""

    day: int
    at: time

    def latest(self, now: datetime) -> datetime:
        """The last time at or before `now`, in UTC."""
        return max(t for t in self._around(now) if t <= now)

    def following(self, now: datetime) -> datetime:
        """The first time after `now`, in UTC."""
        return min(t for t in self._around(now) if t > now)

    def _around(self, now: datetime) -> list[datetime]:
        first = timezone.localtime(now).date().replace(day=1)
        months = ((first - timedelta(days=1)).replace(day=1), first, (first + timedelta(days=31)).replace(day=1))
        return [
            _at(month.replace(day=min(self.day, monthrange(month.year, month.month)[1])), self.at) for month in months
        ]


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, timezone.get_default_timezone()).astimezone(UTC)
