"""Evaluators score blind to one another; the ranking is exact, and says how far each weight can move."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from guanbao.apps.sourcing.errors import EvaluationsMissing, InterestDeclared, ScoresMissing, TenderElsewhere
from guanbao.apps.sourcing.models import Bid, Evaluation, Score, Tender
from guanbao.apps.sourcing.ranking import PRICE, line, price_points, ranked, sensitivity, shown
from guanbao.apps.sourcing.selectors import bids_visible, evaluations_visible, ranking_of, scores_visible
from guanbao.apps.sourcing.services.evaluations import (
    Given,
    evaluation_declare,
    scores_save,
    tender_close,
    tender_evaluator_add,
)
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.identity.models import Person

ROLES = ("risk", "it_security", "compliance")


@pytest.fixture
def judged(buying):
    """Opened bids, with evaluators that are named and declared: `buying.judges`, their rows in `buying.rows`."""
    bank = buying.house.bank.organisation
    buying.opened("100", "120", "150")
    buying.judges = [buying.house.person(f"judge-{role}", bank, role)[1] for role in ROLES]
    for judge in buying.judges:
        tender_evaluator_add(actor=buying.buyer, tender=buying.tender, person=judge.person_id)
    buying.rows = [Evaluation.objects.get(person=judge.person_id) for judge in buying.judges]
    return buying


def points(buying, *every):
    """The same points for each criterion, by bid in the order of the bidders."""
    bids = [Bid.objects.get(tender=buying.tender, contractor=rival) for rival in buying.rivals]
    return {
        (bid.pk, n): Given(Decimal(each), "Because") for bid, each in zip(bids, every, strict=False) for n in range(2)
    }


def declared(buying):
    for judge, row in zip(buying.judges, buying.rows, strict=True):
        evaluation_declare(actor=judge, evaluation=row, interest="none")
    return buying


def test_evaluators_see_nothing_of_each_other_before_all_is_closed(judged):
    declared(judged)
    one, two, _three = judged.judges
    scores_save(actor=one, evaluation=judged.rows[0], given=points(judged, 90, 80, 70), submit=True)
    assert scores_visible(actor=one).count() == 6
    for other in (two, judged.buyer):
        assert not scores_visible(actor=other).exists()
    assert [row.person_id for row in evaluations_visible(actor=two)] == [two.person_id]  # nor whether one is done
    client = Client()
    client.force_login(Person.objects.get(pk=two.person_id), "django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/evaluations/{judged.rows[0].pk}/").status_code == 404
    assert client.get(f"/evaluations/{judged.rows[0].pk}/score").status_code == 404
    assert "90.00" not in client.get(f"/tenders/{judged.tender.pk}/?tab=ranking").content.decode()
    assert ranking_of(actor=two, tender=judged.tender) == []


def test_prices_are_kept_back_until_quality_is_scored(judged):
    declared(judged)
    assert set(bids_visible(actor=judged.buyer).values_list("total", flat=True)) == {None}
    for judge, row in zip(judged.judges, judged.rows, strict=True):
        scores_save(actor=judge, evaluation=row, given=points(judged, 90, 80, 70), submit=True)
    tender_close(actor=judged.buyer, tender=judged.tender)
    assert sorted(bids_visible(actor=judged.buyer).values_list("total", flat=True)) == [110, 130, 160]


def test_no_evaluation_is_closed_with_one_missing(judged, facts):
    declared(judged)
    for n in (0, 1):
        scores_save(actor=judged.judges[n], evaluation=judged.rows[n], given=points(judged, 1, 2, 3), submit=True)
    with facts.unchanged(Tender, Bid), pytest.raises(EvaluationsMissing):
        tender_close(actor=judged.buyer, tender=judged.tender)
    with pytest.raises(ScoresMissing):
        scores_save(actor=judged.judges[2], evaluation=judged.rows[2], given=points(judged, 1), submit=True)
    scores_save(actor=judged.judges[2], evaluation=judged.rows[2], given=points(judged, 1, 2, 3), submit=True)
    assert tender_close(actor=judged.buyer, tender=judged.tender).state == "evaluated"
    with pytest.raises(TenderElsewhere):
        scores_save(actor=judged.judges[2], evaluation=judged.rows[2], given=points(judged, 9, 9, 9))


def test_whoever_declares_an_interest_does_not_score(judged, facts):
    row, judge = judged.rows[0], judged.judges[0]
    with pytest.raises(NotPermitted):  # not before declaring
        scores_save(actor=judge, evaluation=row, given=points(judged, 1))
    with pytest.raises(ValidationError):
        evaluation_declare(actor=judge, evaluation=row, interest="some")
    evaluation_declare(actor=judge, evaluation=row, interest="some", interest_note="My brother works there")
    with pytest.raises(InterestDeclared):
        evaluation_declare(actor=judge, evaluation=row, interest="none")
    with facts.unchanged(Score), pytest.raises(NotPermitted):
        scores_save(actor=judge, evaluation=row, given=points(judged, 1))
    with pytest.raises(NotPermitted):  # nor another in their place
        evaluation_declare(actor=judged.judges[1], evaluation=judged.rows[2], interest="none")


def test_what_was_handed_in_stands_and_points_are_of_a_hundred(judged, facts):
    declared(judged)
    row, judge = judged.rows[0], judged.judges[0]
    for wrong in (Given(Decimal("100.01"), "x"), Given(Decimal(-1), "x"), Given(Decimal(1), " ")):
        at = {next(iter(points(judged, 1))): wrong}
        with facts.unchanged(Score), pytest.raises(ValidationError):
            scores_save(actor=judge, evaluation=row, given=at)
    with pytest.raises(ValidationError):
        scores_save(actor=judge, evaluation=row, given={(1, 0): Given(Decimal(1), "x")})
    scores_save(actor=judge, evaluation=row, given=points(judged, 1, 2, 3), submit=True)
    with facts.unchanged(Score), pytest.raises(NotPermitted):
        scores_save(actor=judge, evaluation=row, given=points(judged, 9, 9, 9))


def test_the_ranking_is_shown_with_what_each_criterion_brings(judged):
    declared(judged)
    for judge, row, given_ in zip(judged.judges, judged.rows, ((80, 90, 70), (80, 90, 71), (80, 90, 72)), strict=True):
        scores_save(actor=judge, evaluation=row, given=points(judged, *given_), submit=True)
    tender_close(actor=judged.buyer, tender=judged.tender)
    judged.tender.refresh_from_db()
    rows = ranking_of(actor=judged.buyer, tender=judged.tender)
    # 60 % quality; prices 110, 130, 160: 0.6·80 + 0.4·100, 0.6·90 + 0.4·110/130·100, 0.6·71 + 0.4·110/160·100
    assert [shown(row.total) for row in rows] == [Decimal("88.00"), Decimal("87.85"), Decimal("70.10")]
    client = Client()
    client.force_login(Person.objects.get(pk=judged.buyer.person_id), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/tenders/{judged.tender.pk}/?tab=ranking").content.decode()
    for said in ("88.00", "87.85", "70.10", "40.00", "33.85", "Calls Ltd"):
        assert said in page


def test_points_are_given_by_the_page(judged):
    declared(judged)
    client = Client()
    client.force_login(Person.objects.get(pk=judged.judges[0].person_id), "django.contrib.auth.backends.ModelBackend")
    url = f"/evaluations/{judged.rows[0].pk}/score"
    sent = {}
    for (bid, n), said in points(judged, 70, 80, 90).items():
        sent |= {f"p-{bid}-{n}": str(said.points), f"r-{bid}-{n}": said.remark}
    assert "110" not in client.get(url).content.decode()  # two envelopes
    assert client.post(url, sent | dict.fromkeys(list(sent)[:1], "101")).status_code == 422
    assert client.post(url, sent | {"submit": "1"}).status_code == 302
    assert Evaluation.objects.get(pk=judged.rows[0].pk).submitted_at is not None


def test_formulas_by_hand():
    totals = {1: Decimal(80), 2: Decimal(100), 3: Decimal(120)}
    assert price_points("lowest", totals) == {1: 100, 2: 80, 3: Fraction(200, 3)}
    assert price_points("mean", totals) == {1: 90, 2: 100, 3: 80}  # 20 % under costs 10, 20 % over costs 20
    assert shown(Fraction(1, 8)) == Decimal("0.13")
    assert shown(Fraction(-1, 8)) == Decimal("-0.13")


WEIGHTS = st.lists(st.integers(1, 30), min_size=1, max_size=3)


@how(max_examples=60)
@given(data=st.data(), parts=WEIGHTS, bidders=st.integers(2, 4))
def test_a_weight_moves_so_far_and_no_further(data, parts, bidders):
    weights = {str(n): part for n, part in enumerate(parts)} | {PRICE: 100 - sum(parts)}
    mark = st.integers(0, 100).map(Fraction)
    points_ = {key: {name: data.draw(mark) for name in weights} for key in range(bidders)}
    totals = {key: Decimal(data.draw(st.integers(1, 1000))) for key in range(bidders)}
    rows = ranked(weights, points_, totals)
    for row in rows:  # recomputed plainly
        assert row.total == sum(Fraction(weights[name], 100) * points_[row.key][name] for name in weights)
        better = [other for other in rows if (other.total, -totals[other.key]) > (row.total, -totals[row.key])]
        assert row.place == len(better) + 1
    first = rows[0]
    for each in sensitivity(weights, rows):
        assert each.low <= each.weight <= each.high

        def at(weight, row, name=each.name):
            """The total where `name` weighs so much and the others share the rest as before."""
            left = sum(weights[other] for other in weights if other != name)
            others = [Fraction(weights[name_], left) * row.points[name_] for name_ in weights if name_ != name]
            rest = (100 - weight) * sum(others, Fraction(0))
            return (rest + weight * row.points[name]) / 100

        for weight in (each.low, each.high):
            assert all(at(weight, first) >= at(weight, row) for row in rows)
        for beyond in (each.low - Fraction(1, 1000), each.high + Fraction(1, 1000)):
            if 0 <= beyond <= 100:
                assert any(at(beyond, row) > at(beyond, first) for row in rows)
        without, alone = line(each.name, weights, first)
        assert (without, alone) == (at(Fraction(0), first), at(Fraction(100), first))


def test_prices_in_the_second_envelope_leave_their_columns(judged):
    client = Client()
    client.force_login(Person.objects.get(pk=judged.buyer.person_id), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/tenders/{judged.tender.pk}/?tab=bids").content.decode()
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert page.count('<th scope="col"') == 5  # contractor, two lots, total, when
    assert [row.count("<td") for row in table.split("<tr>")[1:]] == [5, 5, 5]
    assert "100.00" not in table
