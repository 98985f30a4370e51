"""The worth of a business case against an independent computation, and the table of duties."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from guanbao.apps.initiatives.figures import parts_wrong, worth_of
from guanbao.apps.initiatives.models import CaseLine, Part

KINDS = ("in_house", "outsourced", "benefit")
LINES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 8), st.decimals(0, 10**9, places=2)), max_size=12)


def lines(*said):
    return [CaseLine(kind=kind, year=year, amount=Decimal(amount), service="s") for kind, year, amount in said]


def test_a_case_worked_out_by_hand():
    """100 saved a year for 60 paid, after 50 paid once, at 10 %: −50 + 40/1.1 + 40/1.21 = 19.42."""
    said = lines(
        ("outsourced", 0, 50), *((kind, n, x) for n in (1, 2) for kind, x in zip(KINDS, (100, 60), strict=False))
    )
    worth = worth_of(said, Decimal(10))
    assert worth.net == {0: Decimal("-50.00"), 1: Decimal("40.00"), 2: Decimal("40.00")}
    assert worth.present == Decimal("19.42")
    assert worth.ratio == Decimal("1.13")  # 173.55 over 154.13
    assert worth.pays_back == 2


def test_nothing_is_worth_nothing():
    worth = worth_of([], Decimal(5))
    assert (worth.net, worth.present, worth.ratio, worth.pays_back) == ({}, Decimal("0.00"), None, None)


@given(LINES, st.decimals(0, 100, places=2))
def test_it_is_what_a_long_decimal_computation_says(said, rate):
    worth = worth_of(lines(*said), rate)
    with localcontext() as context:
        context.prec = 60
        factor = 1 / (1 + rate / 100)
        by_year = {}
        for kind, year, amount in said:
            by_year[year] = by_year.get(year, Decimal()) + (-amount if kind == "outsourced" else amount)
        present = sum((value * factor**year for year, value in by_year.items()), Decimal())
        running, back = Decimal(), None
        for year in range(max(by_year, default=-1) + 1):
            running += by_year.get(year, Decimal()) * factor**year
            back = None if running < 0 else year if back is None else back
        assert abs(worth.present - present) <= Decimal("0.005") + Decimal("1e-40")
        if abs(running) > Decimal("1e-30"):
            assert worth.pays_back == back
        assert {year: value for year, value in worth.net.items() if value} == {
            year: value.quantize(Decimal("0.01"), ROUND_HALF_UP) for year, value in by_year.items() if value
        }


def parts(*said):
    return [Part(activity=activity, post=str(n), letter=letter) for n, (activity, letter) in enumerate(said)]


def test_an_activity_has_one_who_answers_and_one_who_does():
    assert parts_wrong(parts(("a", "A"), ("a", "R"), ("a", "C"))) == []
    assert parts_wrong(parts(("a", "A"), ("a", "A"), ("a", "R"), ("b", "A"), ("c", "R"), ("d", "I"))) == list("abcd")
