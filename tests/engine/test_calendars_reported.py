"""Faults of service clocks that users of other systems reported, by where they did."""

from datetime import date, timedelta

from guanbao.engine import documents
from guanbao.engine.calendars import Calendar

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def calendar(zone: str, week: dict[str, list[str]], more: str = "") -> Calendar:
    return Calendar.of(documents.parse(f"zone: {zone}\nweek: {week}\n{more}"))


def office(more: str = "holidays: cn", zone: str = "Asia/Shanghai") -> Calendar:
    return calendar(zone, {"mon-fri": ["09:00-12:00", "13:30-18:00"]}, more=more)


def test_zammad_3180_around_the_clock_loses_no_minute_at_midnight():
    always = calendar("Europe/Berlin", {"mon-sun": ["00:00-24:00"]})
    start = always.instant("2026-03-01T23:30")
    assert always.deadline(start, 60 * MINUTE) == always.instant("2026-03-02T00:30")
    assert always.elapsed(start, start + 400 * DAY) == 400 * DAY
    assert all(always.is_open(always.midnight(date(2026, 3, 1) + timedelta(days=n)) - 1) for n in range(60))


def test_zammad_4432_nothing_falls_due_at_midnight_or_on_a_weekend():
    made = calendar("Europe/Berlin", {"mon-fri": ["09:00-17:00"]})
    friday = made.instant("2022-12-16T12:00")
    for hours in range(1, 60):
        due = made.deadline(friday, hours * HOUR)
        at = made.local(due)
        assert at.weekday() < 5
        assert 9 <= at.hour <= 17
        assert (at.hour, at.minute) <= (17, 0)
        assert made.elapsed(friday, due) == hours * HOUR
    assert made.deadline(friday, 6 * HOUR) == made.instant("2022-12-19T10:00")


def test_glpi_687_out_of_hours_a_deadline_waits_for_the_opening_and_is_not_at_once():
    made = office()
    evening = made.instant("2026-05-08T20:15")  # Friday; Saturday the 9th is worked
    assert made.deadline(evening, 15 * MINUTE) == made.instant("2026-05-09T09:15")
    assert made.deadline(made.instant("2026-05-16T11:00"), HOUR) == made.instant("2026-05-18T10:00")
    assert made.elapsed(evening, evening + HOUR) == 0


def test_glpi_10594_days_over_a_pause_and_a_weekend_are_whole():
    made = office(more="")
    thursday = made.instant("2026-06-11T10:00")
    paused = [(made.instant("2026-06-12T10:00"), made.instant("2026-06-15T10:00"))]
    span = made.timeline(thursday, thursday + 30 * DAY, paused)
    assert span.deadline(thursday, 15 * HOUR) == made.instant("2026-06-16T10:00")
    assert made.working_deadline(thursday, 2) == made.instant("2026-06-15T18:00")


def test_glpi_12167_a_deadline_in_the_second_segment_counts_the_first():
    made = office(more="")
    assert made.deadline(made.instant("2026-06-10T11:00"), 2 * HOUR) == made.instant("2026-06-10T14:30")
    assert made.deadline(made.instant("2026-06-10T12:15"), 30 * MINUTE) == made.instant("2026-06-10T14:00")


def test_glpi_15429_with_several_segments_no_deadline_falls_on_midnight_or_in_a_break():
    made = calendar("Europe/Berlin", {"mon-fri": ["08:00-10:00", "10:30-12:00", "13:00-17:30"]})
    monday = made.instant("2026-06-08T08:00")
    for minutes in range(1, 3 * 480, 7):
        due = made.deadline(monday, minutes * MINUTE)
        assert made.is_open(due - 1)
        assert made.local(due).hour >= 8
        assert made.elapsed(monday, due) == minutes * MINUTE


def test_chatwoot_14009_split_shifts_stop_the_clock_between_them():
    made = calendar("America/New_York", {"mon-sat": ["09:00-13:00", "15:00-20:00"]})
    assert made.elapsed(made.instant("2026-06-10T12:00"), made.instant("2026-06-10T16:00")) == 2 * HOUR


def test_frappe_helpdesk_2212_the_lunch_pause_is_not_working_time():
    made = office(more="")
    noon = made.instant("2026-06-10T12:00")
    assert made.deadline(noon - HOUR, HOUR) == noon
    assert made.deadline(noon - HOUR, HOUR + 1) == noon + 90 * MINUTE + 1
    assert not made.is_open(noon)
    assert made.is_open(noon + 90 * MINUTE)


def test_osticket_1168_business_hours_and_holidays_together():
    made = office()
    # The Spring Festival of 2026 is 15 to 23 February; the 14th and the 28th, Saturdays, are worked.
    start = made.instant("2026-02-14T17:00")
    assert made.deadline(start, 2 * HOUR) == made.instant("2026-02-24T10:00")
    assert made.elapsed(start, made.instant("2026-03-01")) == int((1 + 5 * 7.5) * HOUR)


def test_oneuptime_1599_an_outage_counts_inside_service_hours_only():
    made = calendar("UTC", {"mon-fri": ["08:00-18:00"]})
    outage = made.instant("2026-06-12T17:00"), made.instant("2026-06-15T08:30")
    assert made.elapsed(*outage) == int(1.5 * HOUR)
