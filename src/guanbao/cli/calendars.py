"""`guanbao calendars`: elapsed, deadline, show."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from guanbao.cli import speech
from guanbao.cli.speech import _
from guanbao.engine.calendars import Calendar
from guanbao.engine.errors import InputError
from guanbao.engine.measures.catalogue import duration_ms

FILE = typer.Argument(metavar="CALENDAR.yaml", help=_("The calendar's YAML file."))
_STYLES = {"open": "", "closed": "dim", "holiday": "red", "shifted": "green", "exception": "yellow"}


def build() -> typer.Typer:
    """The verbs about working calendars."""
    app = typer.Typer(
        name="calendars",
        help=_("Working time: between two times, from a time on, over a month."),
        no_args_is_help=True,
    )

    @app.command(help=_("Print the working seconds between two times."))
    def elapsed(
        calendar: Annotated[Path, FILE],
        start: Annotated[str, typer.Argument(help=_("ISO 8601; without offset, in the calendar's zone."))],
        end: Annotated[str, typer.Argument(help=_("ISO 8601; without offset, in the calendar's zone."))],
    ) -> None:
        """Print seconds, a whole number where they are whole."""
        ours = Calendar.read(calendar)
        print(seconds_text(ours.elapsed(ours.instant(start), ours.instant(end))))  # noqa: T201 - this is the output

    @app.command(help=_("Print when so many working seconds after a time will have passed."))
    def deadline(
        calendar: Annotated[Path, FILE],
        start: Annotated[str, typer.Argument(help=_("ISO 8601; without offset, in the calendar's zone."))],
        duration: Annotated[
            str,
            typer.Argument(metavar="SECONDS", help=_("Seconds, or 90s, 15m, 4h; 5wd for five working days.")),
        ],
    ) -> None:
        """Print an ISO 8601 time with offset."""
        ours = Calendar.read(calendar)
        at = ours.instant(start)
        if days := re.fullmatch(r"(\d{1,4})wd", duration):
            print(iso(ours, ours.working_deadline(at, int(days[1]))))  # noqa: T201
            return
        try:
            ms = duration_ms(duration)
        except ValueError as error:
            raise DurationUnreadable(duration=duration, expected=error) from error
        print(iso(ours, ours.deadline(at, ms)))  # noqa: T201

    @app.command(help=_("Draw a month: open times, holidays, shifted working days, exceptions."))
    def show(
        calendar: Annotated[Path, FILE],
        month: Annotated[str, typer.Argument(metavar="YYYY-MM")],
        json: Annotated[bool, typer.Option("--json", help=_("Machine-readable."))] = False,
    ) -> None:
        """Draw the month as weeks."""
        found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month)
        if not found:
            raise MonthUnreadable(month=month)
        ours = Calendar.read(calendar)
        days = ours.month(int(found[1]), int(found[2]))
        if json:
            speech.print_json(
                [
                    {
                        "date": day.date.isoformat(),
                        "segments": list(day.segments),
                        "kind": day.kind,
                        "name": day.name,
                    }
                    for day in days
                ]
            )
            return
        _draw(ours, month, days)

    return app


def _draw(calendar: Calendar, month: str, days: list) -> None:  # type: ignore[type-arg]
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    weeks: list[list[object]] = []
    row: list[object] = [""] * 7
    for day in days:
        lines = [
            str(day.date.day) + (f" {day.name}" if day.name else ""),
            *([segment.replace(":00", "") for segment in day.segments] or ["—"]),
        ]
        row[day.date.weekday()] = Text("\n".join(lines), style=_STYLES[day.kind])
        if day.date.weekday() == 6:
            weeks.append(row)
            row = [""] * 7
    if any(row):
        weeks.append(row)
    speech.table(f"{month}  {calendar.zone.key}", names, weeks)
    speech.out.print(
        f"[red]{_('holiday')}[/]  [green]{_('shifted working day')}[/]  "
        f"[yellow]{_('exception')}[/]  [dim]{_('closed')}[/]"
    )


def seconds_text(ms: int) -> str:
    """Milliseconds as seconds: a whole number where they are whole."""
    sign, whole, rest = "-" if ms < 0 else "", abs(ms) // 1000, abs(ms) % 1000
    return f"{sign}{whole}.{rest:03d}".rstrip("0") if rest else f"{sign}{whole}"


def iso(calendar: Calendar, ms: int) -> str:
    """An instant with the offset of the calendar's zone; milliseconds only where there are some."""
    at = datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000).astimezone(calendar.zone)
    return at.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")


class DurationUnreadable(InputError):
    """«{duration}» is not a duration.

    Expected: {expected}.
    """


class MonthUnreadable(InputError):
    """«{month}» is not a month.

    Write it as 2026-10.
    """
