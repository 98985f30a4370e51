"""The figures of concentration: against a computation by hand, and what holds of any."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from guanbao.apps.sourcing.choices import Dimension, Level
from guanbao.apps.sourcing.concentration import (
    Held,
    apart,
    currency_of,
    herfindahl,
    judged,
    level_of,
    percent,
    rounded,
    shares,
    spread,
)

# Contractors 1 and 2 are of group 1; 3 stands by itself.
ROWS = [
    Held(11, 1, 1, ("CN",), 7, True, Decimal(600), "CNY"),
    Held(12, 2, 1, ("CN", "SG"), 7, True, Decimal(300), "CNY"),
    Held(13, 3, 3, ("SG",), 8, False, Decimal(100), "CNY"),
    Held(14, 3, 3, ("CN",), None, False, None, ""),
    Held(15, 3, 3, ("CN",), 8, False, Decimal(50), "EUR"),
]
weights = st.dictionaries(st.integers(), st.fractions(min_value=Fraction(1, 100), max_value=10**6), min_size=1)


def hhi(dimension, by):
    return herfindahl(getattr(spread(ROWS, dimension, "CNY"), by))


def test_a_computation_by_hand_says_the_same():
    assert currency_of(ROWS) == "CNY"
    # By fee 600 : 300 : 100 of 1000, squared 3600 + 900 + 100; with the group as one 900 : 100.
    assert hhi(Dimension.CONTRACTOR, "fee") == 4600
    assert hhi(Dimension.GROUP, "fee") == 8200
    # By number 1 : 1 : 3 of 5, squared 400 + 400 + 3600; with the group as one 2 : 3.
    assert hhi(Dimension.CONTRACTOR, "number") == 4400
    assert hhi(Dimension.GROUP, "number") == 5200
    # The arrangement of two countries counts half in each: 3.5 : 1.5, and 750 : 250.
    assert hhi(Dimension.COUNTRY, "number") == Fraction(5800)
    assert hhi(Dimension.COUNTRY, "fee") == 6250
    # Of four with a function two each; one has none.
    assert hhi(Dimension.FUNCTION, "number") == 5000
    assert spread(ROWS, Dimension.FUNCTION, "CNY").outside == 1


def test_what_cannot_be_weighed_is_said():
    assert apart(ROWS, "CNY") == (1, {"EUR": (1, Decimal(50))})
    assert herfindahl({}) is None
    assert herfindahl({1: Fraction(0)}) is None
    assert currency_of([ROWS[3]]) == ""
    assert currency_of([ROWS[4], ROWS[0]]) == "CNY"


def test_an_award_is_seen_before_and_after():
    award = Held(13, 1, 1, ("CN",), 8, True, Decimal(100), "CNY")
    said = judged(ROWS, award)  # of what contractor 3 has, arrangement 13 goes to contractor 1
    assert (said["counted"], said["currency"], said["without_fee"]) == (5, "CNY", 1)
    assert said["other_currencies"] == {"EUR": {"number": 1, "fee": "50"}}
    assert (said["critical"], said["critical_with_contractor"]) == (3, 2)
    of = said["dimensions"]["contractor"]
    assert of["fee_now"] == {"share": "60.0", "index": "4600"}  # 600, 300 and 100 of 1000
    assert of["fee_after"] == {"share": "70.0", "index": "5800"}  # 700 and 300 of 1000
    assert of["number_now"] == {"share": "20.0", "index": "4400"}  # 1, 1 and 3 of 5
    assert of["number_after"] == {"share": "40.0", "index": "3600"}
    assert said["dimensions"]["group"]["fee_after"] == {"share": "100.0", "index": "10000"}


def test_nothing_before_the_first_award():
    said = judged([], Held(1, 1, 1, ("CN",)))
    assert said["dimensions"]["contractor"]["number_now"] == {"share": "", "index": ""}
    assert said["dimensions"]["contractor"]["number_after"] == {"share": "100.0", "index": "10000"}
    assert said["dimensions"]["function"]["number_after"] == {"share": "", "index": ""}


def test_bounds_and_rounding():
    assert [level_of(Fraction(n)) for n in (999, 1000, 1800, 1801)] == [
        Level.LOW, Level.MODERATE, Level.MODERATE, Level.HIGH,
    ]  # fmt: skip
    assert level_of(None) is None
    assert str(percent(Fraction(1, 3))) == "33.3"
    assert str(rounded(Fraction(5, 2))) == "2"
    assert rounded(None) is None
    assert percent(None) is None


@given(weights)
def test_shares_are_one_and_the_index_lies_between(found):
    assert sum(shares(found).values()) == 1
    assert Fraction(10_000, len(found)) <= herfindahl(found) <= 10_000


@given(weights.filter(lambda found: len(found) > 1), st.data())
def test_merging_two_parts_never_lowers_it(found, data):
    one, two = data.draw(st.lists(st.sampled_from(sorted(found)), min_size=2, max_size=2, unique=True))
    merged = {key: weight for key, weight in found.items() if key != two}
    merged[one] += found[two]
    assert herfindahl(merged) > herfindahl(found)
