"""Where duties fall: by hand, and thousands of times against an oracle that walks day by day."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import days_oracle
from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import parse
from guanbao.platform.calendars import OFFICE
from guanbao.platform.obligations.days import Rule, Workdays, acts_on, owed

CHINA = Workdays(Calendar.of(parse(OFFICE)))
RUNS = int(os.environ.get("GUANBAO_DUTY_RUNS", "600"))
ANCHORS = st.dates(date(2006, 1, 1), date(2030, 12, 31))
EVERY = st.sampled_from(["", "weekly", "monthly", "quarterly", "half_yearly", "yearly", "5wd", "1wd", "10wd"])
OFFSETS = st.one_of(
    st.just(""),
    st.builds(
        "{}{} {}".format, st.integers(1, 60), st.sampled_from(["d", "wd", "m"]), st.sampled_from(["before", "after"])
    ),
)
ROLLS = st.sampled_from(["stays", "forward", "backward"])


@pytest.mark.parametrize(
    ("anchor", "number", "rule", "day", "is_provisional"),
    [
        # The spring festival of 2026 is off from 15 to 23 February, and Saturday the 14th and the 28th are worked.
        (date(2026, 2, 13), 0, Rule("", "1wd after"), date(2026, 2, 14), False),
        (date(2026, 2, 13), 0, Rule("", "2wd after"), date(2026, 2, 24), False),
        (date(2026, 3, 2), 0, Rule("", "1wd before"), date(2026, 2, 28), False),
        (date(2026, 2, 17), 0, Rule(rolls="forward"), date(2026, 2, 24), False),
        (date(2026, 2, 17), 0, Rule(rolls="backward"), date(2026, 2, 14), False),
        (date(2026, 10, 1), 0, Rule(), date(2026, 10, 1), False),
        # The end of a month stays the end of a month, and comes back after a shorter one.
        (date(2026, 1, 31), 1, Rule("monthly"), date(2026, 2, 28), False),
        (date(2026, 1, 31), 2, Rule("monthly"), date(2026, 3, 31), False),
        (date(2026, 1, 31), 25, Rule("monthly"), date(2028, 2, 29), False),
        (date(2028, 2, 29), 1, Rule("yearly"), date(2029, 2, 28), False),
        (date(2028, 2, 29), 4, Rule("yearly"), date(2032, 2, 29), False),
        (date(2026, 11, 30), 0, Rule("", "3m before"), date(2026, 8, 30), False),
        (date(2026, 5, 31), 0, Rule("", "3m before"), date(2026, 2, 28), False),
        # Nobody has announced the holidays of 2027: it is a day, but a provisional one.
        (date(2026, 12, 31), 0, Rule("", "1wd after"), date(2027, 1, 1), True),
        (date(2027, 1, 2), 0, Rule(rolls="backward"), date(2027, 1, 1), True),
        (date(2027, 1, 4), 0, Rule(rolls="forward"), date(2027, 1, 4), True),
        (date(2027, 12, 31), 0, Rule("", "30d before"), date(2027, 12, 1), False),
        (date(2026, 12, 25), 0, Rule("", "20wd before"), date(2026, 11, 27), False),
    ],
)
def test_a_day_is_where_the_rule_has_it(anchor, number, rule, day, is_provisional):
    assert rule.due(anchor, number, CHINA) == (day, is_provisional)
    assert days_oracle.due(anchor, number, rule.every, rule.offset, rule.rolls) == (day, is_provisional)


@settings(max_examples=RUNS)
@given(anchor=ANCHORS, number=st.integers(0, 40), every=EVERY, offset=OFFSETS, rolls=ROLLS)
def test_days_are_those_of_the_oracle(anchor, number, every, offset, rolls):
    found = Rule(every, offset, rolls).due(anchor, number if every else 0, CHINA)
    assert found == days_oracle.due(anchor, number if every else 0, every, offset, rolls)


@settings(max_examples=RUNS // 5)
@given(anchor=st.dates(date(2010, 1, 1), date(2028, 1, 1)), days=st.integers(-400, 1500), every=EVERY, offset=OFFSETS)
def test_the_first_is_the_first_that_is_not_over(anchor, days, every, offset):
    rule, today = Rule(every, offset), anchor + timedelta(days=days)
    number = rule.first(anchor, today, CHINA)
    if not every:
        assert number == 0
        return
    assert rule.due(anchor, number, CHINA).day >= today
    assert number == 0 or rule.due(anchor, number - 1, CHINA).day < today


@pytest.mark.parametrize("wrong", ["daily", "0wd", "1000wd", "wd", "5WD", "-5wd", "5 wd"])
def test_what_cannot_be_read_is_not_a_rule(wrong):
    assert not Rule(wrong).is_written_well


@pytest.mark.parametrize(
    "wrong", ["5", "5wd", "before", "0d before", "5w before", "5d  before", "5d before ", "1000d after"]
)
def test_what_cannot_be_read_is_no_distance(wrong):
    assert not Rule(offset=wrong).is_written_well


@settings(max_examples=RUNS)
@given(data=st.data())
def test_every_lead_time_is_told_once_and_it_goes_up_once_whenever_anybody_looks(data):
    """Days are looked at in any order of gaps; what was told is what an account of each lead time has, no more."""
    due_on = data.draw(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
    leads = data.draw(st.lists(st.integers(0, 90), max_size=5, unique=True))
    grace_d = data.draw(st.integers(0, 20))
    looks = data.draw(st.lists(st.integers(-120, 60), min_size=1, max_size=30))
    told, went_up, notices = set(), None, []
    last = None
    for gap in sorted(looks):
        today = due_on + timedelta(days=gap)
        waits = acts_on(
            due_on=due_on, leads=leads, told=told, grace_d=grace_d, is_escalated=went_up is not None, goes_on=False
        )
        found = owed(
            today=today, due_on=due_on, leads=leads, told=told, grace_d=grace_d, is_escalated=went_up is not None
        )
        assert bool(found.leads or found.escalates) == (waits is not None and waits <= today)
        assert not told & set(found.leads)
        told |= set(found.leads)
        if found.leads:
            notices.append(today)
        if found.escalates:
            went_up = today
        last = gap
    assert told == {lead for lead in leads if last >= -lead}
    assert (went_up is not None) == (last > grace_d)
    assert len(notices) == len(set(notices)) <= len(leads)
