"""The standing of a term in a period that still runs: exact where it can be, and as often right as it says."""

from fractions import Fraction

import pytest

from guanbao.engine.documents import parse
from guanbao.engine.measures.catalogue import Unit
from guanbao.engine.records.imports import Inputs, records_read
from guanbao.engine.records.mappings import mapping
from guanbao.engine.statements.engines import DuckDB
from guanbao.engine.statements.evidence import series
from guanbao.engine.statements.levels import service_level_of
from guanbao.engine.statements.periods import period
from guanbao.engine.statements.standing import Day, standing_of
from guanbao.engine.statements.statement import statement_compute

CALLS = """
title: Calls
arrangement: WB
calendar: {zone: Asia/Jerusalem, week: {sun-thu: ["07:00-24:00"], fri: ["07:00-14:00"], sat: ["20:00-24:00"]}}
terms:
  - {id: sl, measure: contact.service_level, with: {within_s: 20}, target: "TARGET"}
  - {id: asa, measure: contact.speed_of_answer, target: "<= 30s"}
"""


def target(text, term=0):
    return service_level_of(parse(CALLS.replace("TARGET", text))).terms[term].target


def days(*pairs, is_open=True):
    return [Day(n, d, is_open) for n, d in pairs]


def test_what_is_needed_is_exact():
    past = days(*[(80, 100)] * 10)
    found = standing_of(Day(700, 1000, True), past, [True] * 10, target(">= 80%"), Unit.SHARE)
    assert found.value == Fraction(7, 10)
    assert found.expected == 1000
    assert found.needed == Fraction(9, 10)
    assert found.missing == (2000, 2000)


def test_a_duration_is_needed_in_seconds():
    past = days(*[(30_000 * 10, 10)] * 6)
    found = standing_of(Day(20_000 * 60, 60, True), past, [True] * 6, target(">= 80%", 1), Unit.SECONDS)
    assert (found.value, found.expected, found.needed) == (20, 60, 40)
    assert found.missing == (0, 2000)


def test_the_end_of_a_period_is_certain():
    assert standing_of(Day(79, 100, True), [], [], target(">= 80%"), Unit.SHARE).missing == (2000, 2000)
    assert standing_of(Day(80, 100, True), [], [], target(">= 80%"), Unit.SHARE).missing == (0, 2000)


def test_too_few_days_give_no_chance():
    found = standing_of(Day(1, 1, True), days((1, 1)), [True], target(">= 80%"), Unit.SHARE)
    assert (found.expected, found.needed, found.missing) == (0, None, None)


def test_closed_days_are_drawn_from_closed_days():
    past = [*days(*[(100, 100)] * 6), *days(*[(0, 1)] * 6, is_open=False)]
    found = standing_of(Day(0, 0, True), past, [True, False], target(">= 80%"), Unit.SHARE)
    assert found.expected == 101
    assert found.missing == (0, 2000)


def test_the_same_records_give_the_same_chance():
    past = days(*[(70 + n, 100) for n in range(20)])
    one, two = (standing_of(Day(79, 100, True), past, [True] * 9, target(">= 80%"), Unit.SHARE) for _ in "ab")
    assert one == two
    assert 0 < one.missing[0] < 2000


@pytest.fixture(scope="module")
def months(shared, tmp_path_factory):
    """The days of the service level of six real months: (date, day)."""
    files = sorted((shared / "data/anonymous_bank").glob("*.txt.gz"))
    folder = tmp_path_factory.mktemp("calls")
    records, _ = records_read(Inputs(files, mapping("anonymous-bank")), arrangement="WB", folder=folder)
    level, engine, found = service_level_of(parse(CALLS.replace("TARGET", ">= 60%"))), DuckDB(), []
    for n in range(1, 7):
        computed = statement_compute(level, records, period(f"1999-{n:02d}"), engine=engine)
        buckets = series(computed.outcomes[0], computed)
        found += [
            (b.first, Day(*b.figures[:2], level.calendar.is_open(level.calendar.midnight(b.first) + 12 * 3_600_000)))
            for b in buckets
        ]
    engine.close()
    return found


def test_chances_on_the_real_months_are_as_often_right_as_they_say(months, record_property):
    forecasts = []
    for month in range(2, 7):
        mine = [day for at, day in months if at.month == month]
        before = [day for at, day in months if at.month < month][-60:]
        whole = Day(sum(d.numerator for d in mine), sum(d.denominator for d in mine), open=True)
        usual = Fraction(sum(d.numerator for d in before), sum(d.denominator for d in before))
        for shift in range(-8, 9, 2):
            asked = target(f">= {float(usual) * 100 + shift:.1f}%")
            came = not asked.met_by(Fraction(whole.numerator, whole.denominator))
            for gone in (5, 10, 15, 20, 25):
                seen, ahead = mine[:gone], mine[gone:]
                so_far = Day(sum(d.numerator for d in seen), sum(d.denominator for d in seen), open=True)
                past = (before + seen)[-60:]
                found = standing_of(so_far, past, [d.open for d in ahead], asked, Unit.SHARE, draws=500)
                forecasts.append((Fraction(*found.missing), came))
    brier = sum((chance - came) ** 2 for chance, came in forecasts) / len(forecasts)
    base = Fraction(sum(came for _, came in forecasts), len(forecasts))
    record_property("brier", f"{float(brier):.3f}")
    assert len(forecasts) == 5 * 9 * 5
    assert brier < base * (1 - base) / 2, "half the error of knowing only how often months are missed"
    for low, high, worst in ((0, Fraction(1, 5), Fraction(1, 4)), (Fraction(4, 5), 1, Fraction(1, 4))):
        sure = [(chance, came) for chance, came in forecasts if low <= chance <= high]
        said = sum(chance for chance, _ in sure) / len(sure)
        assert abs(said - Fraction(sum(came for _, came in sure), len(sure))) < worst
    print(f"brier {float(brier):.3f} of {float(base * (1 - base)):.3f}, {len(forecasts)} forecasts")
