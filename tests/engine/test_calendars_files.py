"""A calendar's file: what is wrong is said with its line and column."""

from pathlib import Path

import pytest

from guanbao.engine import documents
from guanbao.engine.calendars import Calendar
from guanbao.engine.calendars import errors as faults
from guanbao.engine.documents import FileUnreadable, KeyMissing, KeyUnknown, ValueWrong
from guanbao.engine.errors import InputError

LIST = """announced: {first: 2026, last: 2027}
days_off:
  '2026':
    - {name: Founding day, days: [05-20, 05-21]}
"""
HOUR, DAY = 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("text", "fault", "place", "said"),
    [
        ("week: {}", KeyMissing, "1:1", "zone"),
        ("zone: UTC", KeyMissing, "1:1", "week"),
        ("- zone", ValueWrong, "1:1", "a working calendar"),
        ("", ValueWrong, "", "a working calendar"),
        ("zone: UTC\nweek: {}\nhours: {}", KeyUnknown, "3:8", "hours"),
        ("zone: UTC\nweek: {}\ndays_off: {}", KeyUnknown, "3:11", "days_off"),
        ("zone: Mars/Phobos\nweek: {}", faults.ZoneUnknown, "1:7", "Mars/Phobos"),
        ("zone: localtime\nweek: {}", faults.ZoneUnknown, "1:7", "localtime"),
        ("zone: ../../etc/passwd\nweek: {}", faults.ZoneUnknown, "1:7", "passwd"),
        ("zone: Asia\nweek: {}", faults.ZoneUnknown, "1:7", "Asia"),
        ("zone: asia/shanghai\nweek: {}", faults.ZoneUnknown, "1:7", "asia/shanghai"),
        ("zone: 8\nweek: {}", ValueWrong, "1:7", "Asia/Shanghai"),
        ("zone: UTC\nweek: {monday: []}", ValueWrong, "2:16", "monday"),
        ("zone: UTC\nweek: {mon-: []}", ValueWrong, "2:14", "mon-"),
        ("zone: UTC\nweek: {mon-fri-sat: []}", ValueWrong, "2:21", "mon-fri-sat"),
        ("zone: UTC\nweek: {mon: 09:00-12:00}", ValueWrong, "2:13", "09:00-12:00"),
        ("zone: UTC\nweek:\n  mon: [09:00-12:00, 9:00-10:00]", ValueWrong, "3:22", "9:00-10:00"),
        ("zone: UTC\nweek: {mon: [09:00-24:01]}", ValueWrong, "2:14", "24:01"),
        ("zone: UTC\nweek: {mon: [24:00-06:00]}", ValueWrong, "2:14", "24:00-06:00"),
        ("zone: UTC\nweek: {mon: [09:00-12:60]}", ValueWrong, "2:14", "12:60"),
        ("zone: UTC\nweek: {mon: [09:00–12:00]}", ValueWrong, "2:14", "09:00–12:00"),
        ("zone: UTC\nweek: {mon: [09:00-09:00]}", faults.SegmentEmpty, "2:14", "09:00-09:00"),
        ("zone: UTC\nweek: {mon: [00:00-00:00]}", faults.SegmentEmpty, "2:14", "00:00-24:00"),
        ("zone: UTC\nweek: {mon: [13:00-18:00, 09:00-13:30]}", faults.SegmentsOverlap, "2:14", "09:00-13:30"),
        ("zone: UTC\nweek: {mon: [22:00-06:00, 23:00-24:00]}", faults.SegmentsOverlap, "2:27", "22:00-06:00"),
        ("zone: UTC\nweek: {mon: [22:00-06:00], tue: [05:00-07:00]}", faults.SegmentsOverlap, "2:13", "tue"),
        ("zone: UTC\nweek: {sun: [22:00-06:00], mon: [05:00-07:00]}", faults.SegmentsOverlap, "2:13", "sun"),
        ("zone: UTC\nweek:\n  mon-fri: []\n  fri-sat: []", faults.WeekdayTwice, "4:12", "«fri»"),
        ("zone: UTC\nweek: {}\nexcept: {2026-02-29: []}", ValueWrong, "3:22", "2026-02-29"),
        ("zone: UTC\nweek: {}\nexcept: {2026-2-9: []}", ValueWrong, "3:20", "2026-2-9"),
        ("zone: UTC\nweek: {}\nexcept: {2026-05-04: }", ValueWrong, "3:10", "2026-05-04"),
        (
            "zone: UTC\nweek: {}\nexcept: {2026-05-04: [10:00-12:00, 11:00-13:00]}",
            faults.SegmentsOverlap,
            "3:36",
            "",
        ),
        ("zone: UTC\nweek: {}\nholidays: [cn]", ValueWrong, "3:11", "cn"),
        ("zone: UTC\nweek: {}\nholidays: nowhere.yaml", FileUnreadable, "nowhere.yaml", ""),
    ],
)
def test_a_fault_is_named_with_its_place(text, fault, place, said):
    with pytest.raises(InputError) as caught:
        Calendar.of(documents.parse(text))
    assert type(caught.value) is fault
    assert str(caught.value.where) == place
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "fault", "place"),
    [
        ("days_of: {}", KeyMissing, "1:1"),
        ("days_off: {}", KeyMissing, "1:1"),
        (LIST.replace("2027", "2025"), ValueWrong, "1:32"),
        (LIST.replace("2027", "'2027'"), ValueWrong, "1:32"),
        (LIST.replace("05-21", "05-32"), ValueWrong, "4:42"),
        (LIST.replace("05-21", "5-1"), ValueWrong, "4:42"),
        (LIST.replace("05-21", "05-20"), faults.HolidayTwice, "4:42"),
        (LIST + "working_days: {'2026': [{name: x, days: [05-21]}]}", faults.HolidayTwice, "5:42"),
        (LIST + "working_days: {'2026': [{days: [05-21]}]}", KeyMissing, "5:25"),
        (LIST + "worked: {}", KeyUnknown, "5:9"),
    ],
)
def test_a_fault_in_a_holiday_list_is_named_with_its_place(tmp_path: Path, text, fault, place):
    (tmp_path / "list.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "calendar.yaml").write_text("zone: UTC\nweek: {}\nholidays: list.yaml\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Calendar.read(tmp_path / "calendar.yaml")
    assert type(caught.value) is fault
    assert str(caught.value.where) == f"{tmp_path / 'list.yaml'}:{place}"


def test_a_bank_s_own_list_closes_days_and_shifts_others(tmp_path: Path):
    (tmp_path / "lists").mkdir()
    own = LIST + "working_days: {'2026': [{name: Founding day, days: [05-23]}]}\n"
    (tmp_path / "lists" / "own.yaml").write_text(own, encoding="utf-8")
    text = 'zone: UTC\nweek: {mon: ["10:00-16:00"], tue-fri: ["09:00-12:00"]}\nholidays: lists/own.yaml\n'
    (tmp_path / "calendar.yaml").write_text(text, encoding="utf-8")
    made = Calendar.read(tmp_path / "calendar.yaml")
    hours = {}
    for day in made.month(2026, 5):
        start = made.midnight(day.date)
        hours[day.date.day] = made.elapsed(start, start + DAY) // HOUR
    assert [hours[day] for day in (18, 19, 20, 21, 22, 23, 24)] == [6, 3, 0, 0, 3, 6, 0]
    assert made.month(2026, 5)[19].name == "Founding day"
    with pytest.raises(
        faults.CalendarYearUnannounced, match=r"calendar.yaml:3:11: .*2028.*lists/own.yaml.*2026 to 2027"
    ):
        made.month(2028, 1)
    assert str(tmp_path) not in str(made.definition([2026]))


def test_ranges_wrap_and_a_day_named_once_is_enough():
    made = Calendar.of(documents.parse('zone: UTC\nweek: {sat-mon: ["09:00-10:00"], thu: ["08:00-24:00"]}'))
    week = made.definition([])["week"]
    assert [day for day, hours in week.items() if hours] == ["mon", "thu", "sat", "sun"]


def test_touching_hours_do_not_overlap():
    text = 'zone: UTC\nweek: {mon: ["09:00-12:00", "12:00-13:00", "20:00-06:00"], tue: ["06:00-07:00"]}'
    made = Calendar.of(documents.parse(text))
    monday = made.instant("2026-06-08")
    assert made.elapsed(monday, monday + 2 * DAY) == 15 * HOUR


@pytest.mark.parametrize("fault", [f for f in vars(faults).values() if isinstance(f, type) and f is not InputError])
def test_every_error_states_a_fact_and_a_remedy(fault):
    fact, remedy = fault.templates()
    assert fact
    assert remedy
