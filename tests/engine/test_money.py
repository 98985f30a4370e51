"""Quotients, rounding, attainment, score, credits: exact, against the decimal module and by hand."""

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanbao.engine.statements.money import Money, Step, attainment, decimal_text, rounded, score

MODES = {
    "half_even": decimal.ROUND_HALF_EVEN,
    "half_up": decimal.ROUND_HALF_UP,
    "half_down": decimal.ROUND_HALF_DOWN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
}


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**9), max_value=10**9), st.integers(0, 4)
)
@pytest.mark.parametrize("mode", MODES)
def test_rounding_agrees_with_the_decimal_module(mode, value, places):
    with decimal.localcontext(prec=60):
        expected = value.quantize(Decimal(1).scaleb(-places), rounding=MODES[mode])
    found = rounded(Fraction(value), places, mode)
    assert found == expected
    assert found.as_tuple().exponent == -places


@given(st.integers(0, 10**30), st.integers(1, 10**30))
def test_a_value_has_twelve_significant_digits_and_no_exponent(numerator, denominator):
    text = decimal_text(Fraction(numerator, denominator))
    assert "e" not in text.lower()
    assert not text.endswith(".")
    assert not ("." in text and text.endswith("0"))
    exact = Fraction(numerator, denominator)
    if exact:
        with decimal.localcontext(prec=80):
            precise = Decimal(exact.numerator) / Decimal(exact.denominator)
            unit = Decimal(1).scaleb(precise.adjusted() - 11)
            assert abs(Decimal(text) - precise) <= unit / 2
    else:
        assert text == "0"


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (1, 3, "0.333333333333"),
        (2, 3, "0.666666666667"),
        (1, 8, "0.125"),
        (10**15, 1, "1000000000000000"),
        (1, 10**9, "0.000000001"),
    ],
)
def test_values_by_hand(numerator, denominator, text):
    assert decimal_text(Fraction(numerator, denominator)) == text


MONEY = Money(Decimal("200000.00"), "CNY", cap_of_fee=Fraction(1, 10))
BELOW = (Step("below", Fraction(8, 10), Fraction(2, 100), None), Step("below", Fraction(7, 10), Fraction(5, 100), None))


@pytest.mark.parametrize(
    ("value", "amount"), [("0.8", "0.00"), ("0.7999999", "4000.00"), ("0.7", "4000.00"), ("0.69", "10000.00")]
)
def test_the_deepest_step_alone_counts_and_steps_are_strict(value, amount):
    assert MONEY.of_steps(BELOW, Fraction(value), 1) == Decimal(amount)
    assert MONEY.of_steps(BELOW[::-1], Fraction(value), 3) == 3 * Decimal(amount)


def test_steps_above_and_bonus_steps():
    above = (Step("above", Fraction(5), None, Decimal("10.005")), Step("above", Fraction(9), None, Decimal(20)))
    assert MONEY.of_steps(above, Fraction(5), 1) == 0
    assert MONEY.of_steps(above, Fraction(6), 1) == Decimal("10.00")  # half even
    assert MONEY.of_steps(above, Fraction(10), 1) == 20
    bonus = (Step("at_least", Fraction(9, 10), None, Decimal(5)), Step("at_least", Fraction(95, 100), None, Decimal(7)))
    assert MONEY.of_steps(bonus, Fraction(9, 10), 1) == 5
    assert MONEY.of_steps(bonus, Fraction(95, 100), 1) == 7


def test_caps():
    assert MONEY.capped(Decimal("20000.00"), 1) == (Decimal("20000.00"), False)
    assert MONEY.capped(Decimal("20000.01"), 1) == (Decimal("20000.00"), True)
    lower = Money(Decimal(100), "CNY", cap_of_fee=Fraction(1, 3), cap_amount=Decimal(30))
    assert lower.capped(Decimal(31), 1) == (Decimal("30.00"), True)
    thirds = Money(Decimal(100), "CNY", cap_of_fee=Fraction(1, 3))
    assert thirds.capped(Decimal(50), 1) == (Decimal("33.33"), True)


@pytest.mark.parametrize(
    ("value", "level", "met", "higher", "reached"),
    [
        ("0.9", "0.8", True, True, "1"),
        ("0.6", "0.8", False, True, "3/4"),
        ("0.2", "0.05", False, False, "1/4"),
        ("0", "0", False, True, "0"),  # undefined
        ("5", "0", False, False, "0"),
    ],
)
def test_attainment(value, level, met, higher, reached):
    assert attainment(Fraction(value), Fraction(level), met=met, higher=higher) == Fraction(reached)


def test_score_is_weighted_and_has_two_decimals_half_even():
    assert score([(Fraction(40), Fraction(1)), (Fraction(60), Fraction(1, 2))]) == "70.00"
    assert score([(Fraction(1), Fraction("0.12345")), (Fraction(0), Fraction(1))]) == "12.34"
    assert score([]) is None
    assert score([(Fraction(0), Fraction(1))]) is None
