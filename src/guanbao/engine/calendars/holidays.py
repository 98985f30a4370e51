"""Public holidays and shifted working days: the pack `cn`, or a bank's own list in the same form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from guanbao.engine import documents
from guanbao.engine.calendars.errors import CalendarYearUnannounced, HolidayTwice
from guanbao.engine.documents import Document, KeyMissing, ValueWrong
from guanbao.engine.errors import Where


@dataclass(frozen=True)
class Holidays:
    """Days off and shifted working days by name, for the announced years `first` to `last`."""

    title: str
    first: int
    last: int
    days_off: dict[date, str]
    working_days: dict[date, str]

    def announced(self, year: int, where: Where) -> None:
        """Nothing, if the holidays of `year` are known.

        Raises:
            CalendarYearUnannounced: they are not.
        """
        if not self.first <= year <= self.last:
            raise CalendarYearUnannounced(where, year=year, calendar=self.title, first=self.first, last=self.last)


@cache
def china() -> Holidays:
    """China's public holidays."""
    text = resources.files("guanbao").joinpath("packs/calendars/cn.yaml").read_text(encoding="utf-8")
    return holidays_of(documents.parse(text), title="cn")


def holidays_of(document: Document, *, title: str) -> Holidays:
    """The list that `document` holds; `title` names it in errors.

    Raises:
        KeyMissing, KeyUnknown, ValueWrong, HolidayTwice: with line and column.
    """
    if not isinstance(document.data, dict) or "days_off" not in document.data:
        raise KeyMissing(document.where(), key="days_off", inside=title)
    documents.check(document, "calendar")
    announced = document.data["announced"]
    if announced["first"] > announced["last"]:
        at = document.where("announced", "last")
        raise ValueWrong(at, key="announced.last", value=announced["last"], expected="a year not before first")
    days_off = _days(document, "days_off", taken={})
    working_days = _days(document, "working_days", taken=days_off)
    return Holidays(title, announced["first"], announced["last"], days_off, working_days)


def _days(document: Document, part: str, taken: dict[date, str]) -> dict[date, str]:
    found: dict[date, str] = {}
    for year, entries in document.data.get(part, {}).items():
        for number, entry in enumerate(entries):
            for index, text in enumerate(entry["days"]):
                where = document.where(part, year, number, "days", index)
                try:
                    day = date.fromisoformat(f"{year}-{text}")
                except ValueError:
                    expected = "a month and day that exist in the year, such as 05-01"
                    raise ValueWrong(where, key=f"{part}.{year}", value=text, expected=expected) from None
                if day in found or day in taken:
                    raise HolidayTwice(where, day=day)
                found[day] = entry["name"]
    return found
