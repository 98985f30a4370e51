"""The days that hang on a contract's dates, against plain walking; and faults that others' registers of contracts had.

Names of tests hold the numbers of the public reports: glpi-project/glpi.
"""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from days_oracle import months_on as plain_months
from days_oracle import works
from guanbao.apps.contracts.duties import decision_day, notice_day
from guanbao.apps.contracts.models import Contract
from guanbao.apps.contracts.periods import (
    breach_ends_on,
    months_on,
    notice_until,
    renewal_decided_by,
    report_allows,
    term_end,
    workdays_after,
)
from guanbao.apps.contracts.services.following import contract_follow
from guanbao.platform.calendars import OFFICE, calendar_read
from guanbao.platform.obligations.days import Workdays
from guanbao.platform.obligations.models import Duty, Reminder
from guanbao.platform.obligations.services.arming import record_changed
from guanbao.platform.obligations.services.reminding import duty_act

DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
WORKING = Workdays(calendar_read(OFFICE))


def plain_back(day):
    while not works(day):
        day -= timedelta(days=1)
    return day


@given(DAYS, st.integers(0, 120))
@settings(max_examples=300, deadline=None)
def test_months_are_counted_as_people_count_them(day, number):
    assert months_on(day, number) == plain_months(day, number)


@given(DAYS, st.integers(1, 24))
@settings(max_examples=200, deadline=None)
def test_the_last_day_of_notice(day, months):
    found = notice_until(day, months, WORKING)
    assert found == plain_back(plain_months(day, -months))
    assert months_on(found, months) <= day  # who gives notice that day keeps the period
    assert renewal_decided_by(day, months, WORKING) == notice_until(day, months + 1, WORKING) <= found
    assert notice_until(day, 0, WORKING) == plain_back(day)


@given(DAYS, st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_working_days_after_a_day(day, number):
    left, plain = number, day
    while left:
        plain += timedelta(days=1)
        left -= works(plain)
    assert workdays_after(day, number, WORKING) == plain
    assert report_allows(day, number, WORKING) == plain
    assert report_allows(None, number, WORKING) is None
    assert breach_ends_on(day, number) - day == timedelta(days=number)


@given(DAYS, st.integers(1, 36), st.integers(0, 4000))
@settings(max_examples=200, deadline=None)
def test_the_end_of_the_term_that_runs(first, months, later):
    today = first + timedelta(days=later)
    found, number = first, 0
    while found < today:
        number += 1
        found = plain_months(first, months * number)
    assert term_end(first, months, today) == found
    assert term_end(first, None, today) == first


@pytest.mark.parametrize(
    ("end", "months", "last"),
    [
        (date(2028, 5, 31), 3, date(2028, 2, 29)),  # a leap day, a Tuesday
        (date(2027, 5, 31), 3, date(2027, 2, 26)),  # 28 February is a Sunday
        (date(2027, 12, 31), 3, date(2027, 9, 30)),
        (date(2026, 1, 31), 2, date(2025, 11, 28)),  # 30 November is a Sunday
    ],
)
def test_ends_of_months_and_leap_days(end, months, last):
    assert notice_until(end, months, WORKING) == last


def test_glpi_6004_the_initial_term_counts_in_full():
    """Begun 2018-09-27 for 36 months, renewed yearly, 3 months' notice: not the renewal's year is the term."""
    end = date(2021, 9, 26)
    assert term_end(end, 12, date(2019, 6, 6)) == end
    assert plain_months(end, -3) == date(2021, 6, 26)
    assert notice_until(end, 3, WORKING) == date(2021, 6, 25)  # the 26th is a Saturday


def test_glpi_14703_a_renewed_term_has_its_own_day_of_notice():
    """36 months from 2020-08-01, then year by year: after the first end the notice is of the year that runs."""
    first = date(2023, 7, 31)
    assert term_end(first, 12, date(2023, 7, 31)) == first
    assert term_end(first, 12, date(2023, 8, 1)) == date(2024, 7, 31)
    assert notice_until(term_end(first, 12, date(2026, 2, 11)), 2, WORKING) == date(2026, 5, 29)


@pytest.fixture
def signed(cast):
    return SimpleNamespace(contract=cast.cast.signed(cast.row), **vars(cast))


def duty(contract, kind):
    return Duty.objects.filter(record="contracts", record_id=contract.pk, kind=kind, state="open").first()


def moved(contract, **facts):
    """The contract with other dates, as an amendment would leave it."""
    Contract.objects.filter(pk=contract.pk).update(**facts)
    record_changed("contracts", contract.pk)
    contract.refresh_from_db()
    return contract


def test_glpi_2596_the_end_is_no_day_of_the_beginning(signed):
    found = duty(signed.contract, "contract.expires")
    assert found.due_on == signed.contract.expires_on == date(2027, 12, 31)
    assert duty(signed.contract, "contract.notice").due_on == date(2027, 9, 30)
    assert duty(signed.contract, "contract.decide").due_on == date(2027, 8, 31)


def test_glpi_4571_an_alert_that_was_sent_comes_again_after_a_date_change(signed):
    found = duty(signed.contract, "contract.notice")
    for lead in found.leads:
        Reminder.objects.create(duty=found, due_on=found.due_on, lead_d=lead, at=found.changed_at)
    record_changed("contracts", signed.contract.pk)
    assert duty(signed.contract, "contract.notice").due_on == found.due_on
    contract = moved(signed.contract, expires_on=date(2028, 12, 31), runs_until=date(2028, 12, 31))
    again = duty(contract, "contract.notice")
    assert again.due_on == notice_day(contract) == date(2028, 9, 29)
    assert not Reminder.objects.filter(duty=again, due_on=again.due_on).exists()
    assert again.acts_on == again.due_on - timedelta(days=max(again.leads))


def test_glpi_4760_old_contracts_move_with_their_dates_too(signed):
    """A contract of years ago whose end is put off has one open duty of each kind, on the new days."""
    contract = moved(signed.contract, effective_on=date(2020, 1, 1), signed_on=date(2019, 12, 1))
    contract = moved(contract, expires_on=date(2030, 6, 30), runs_until=date(2030, 6, 30))
    days = {"notice": notice_day(contract), "decide": decision_day(contract), "expires": contract.runs_until}
    for kind, day in days.items():
        open_ = Duty.objects.filter(record="contracts", record_id=contract.pk, kind=f"contract.{kind}", state="open")
        assert [one.due_on for one in open_] == [day]


def test_glpi_6164_who_must_renew_is_told(signed):
    """A contract without automatic renewal: each lead time is told once, before the end."""
    found = duty(signed.contract, "contract.expires")
    told = []
    for lead in sorted(found.leads, reverse=True):
        day = found.due_on - timedelta(days=lead)
        for _ in range(2):
            duty_act(pk=found.pk, now=noon(day))
        told.append(Reminder.objects.filter(duty=found, lead_d=lead).count())
    assert told == [1] * len(found.leads)


def noon(day):
    """Noon of a day in China."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def test_a_contract_renews_itself_and_its_duties_go_along(cast):
    contract = cast.cast.signed(cast.row, renews_automatically=True, renewal_months=12, expires_on=date(2027, 1, 31))
    assert not contract_follow(pk=contract.pk, today=date(2027, 1, 31))
    assert contract_follow(pk=contract.pk, today=date(2027, 2, 1))
    contract.refresh_from_db()
    assert (contract.state, contract.expires_on, contract.runs_until) == (
        "in_force", date(2027, 1, 31), date(2028, 1, 31)
    )  # fmt: skip
    assert duty(contract, "contract.notice").due_on == notice_day(contract) == date(2027, 10, 29)
    assert not contract_follow(pk=contract.pk, today=date(2027, 2, 1))


def test_a_contract_takes_effect_and_expires_by_itself(cast):
    later = date(2027, 3, 1)
    contract = cast.cast.signed(cast.row, effective_on=later, expires_on=date(2027, 6, 30))
    assert contract.state == "signed"
    assert contract_follow(pk=contract.pk, today=later)
    assert contract_follow(pk=contract.pk, today=date(2027, 7, 1))
    contract.refresh_from_db()
    assert contract.state == "expired"
    assert duty(contract, "contract.expires") is None
