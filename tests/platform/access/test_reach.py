"""How far a permission goes: only by grants that hold, only within one's own organisation and scope."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.reach import Columns, need, need_object, reach
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.identity.models import Membership, Organisation, Person

DAY = date(2026, 6, 15)
# Memberships stand for an app's rows: an institution's column, and two that narrower scopes go by.
ROWS = Columns(institution="organisation", department="person", arrangement="pk")


@pytest.fixture
def view(declared):
    return declared("thing.view")


@pytest.fixture
def role(view, db):  # noqa: ARG001
    return Role.objects.create(code="r", side="institution", name="r", name_en="r", permissions=[view.name])


@pytest.fixture
def give(role):
    def make(actor, **how):
        how = {"since": DAY - timedelta(days=9), "role": role} | how
        return Grant.objects.create(person_id=actor.person_id, organisation_id=actor.organisation_id, **how)

    return make


def seen(actor, view, *, on=DAY, columns=ROWS):
    """Whom the database finds; of rows at hand the same are within reach."""
    found, every = reach(actor, view, on=on), Membership.objects.select_related("person")
    logins = set(found.rows(every, columns).values_list("person__login", flat=True))
    assert {row.person.login for row in every if found.covers(row, columns)} == logins
    return logins


@pytest.fixture
def people(person):
    return {name: person(name, "bank") for name in ("anna", "bert", "cleo")} | {"dora": person("dora", "other_bank")}


@pytest.mark.usefixtures("role")
def test_without_a_grant_there_is_nothing(people, view):
    assert seen(people["anna"], view) == set()
    with pytest.raises(NotPermitted, match=r"anna.*thing\.view"):
        need(people["anna"], view)


def test_a_grant_reaches_the_organisation_and_not_beyond(people, view, give):
    give(people["anna"])
    assert seen(people["anna"], view) == {"anna", "bert", "cleo"}
    assert seen(people["bert"], view) == set()


def test_narrow_grants_add_up(people, view, give):
    give(people["anna"], scope="department", key=people["bert"].person_id)
    assert seen(people["anna"], view) == {"bert"}
    row = Membership.objects.get(person__login="cleo")
    give(people["anna"], scope="arrangement", key=row.pk)
    assert seen(people["anna"], view) == {"bert", "cleo"}


def test_a_narrow_grant_never_leaves_the_organisation(people, view, give):
    give(people["anna"], scope="department", key=people["dora"].person_id)
    assert seen(people["anna"], view) == set()


def test_a_scope_that_a_model_does_not_know_shows_nothing(people, view, give):
    give(people["anna"], scope="contractor", key=1)
    assert seen(people["anna"], view) == set()


def test_a_model_without_a_column_for_ones_side_shows_nothing(people, view, give):
    give(people["anna"])
    assert seen(people["anna"], view, columns=Columns(contractor="organisation")) == set()


def test_a_contractor_is_limited_by_the_contractors_column(person, view, give):
    eve = person("eve", "contractor")
    person("rob", "rival")
    give(eve)
    assert seen(eve, view) == set()
    assert seen(eve, view, columns=Columns(institution="organisation", contractor="organisation")) == {"eve"}


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [(0, None, True), (1, None, False), (-5, 0, True), (-5, -1, False), (0, 0, True)],
)
def test_a_grant_holds_from_day_to_day(  # noqa: PLR0917
    since, until, holds, people, view, give
):
    until = None if until is None else DAY + timedelta(days=until)
    give(people["anna"], since=DAY + timedelta(days=since), until=until)
    assert bool(seen(people["anna"], view)) is holds


def test_what_ends_a_grant(people, view, give):
    anna = people["anna"]
    grant = give(anna)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    ends = [
        (Grant.objects.filter(pk=grant.pk), {"revoked_at": now}, {"revoked_at": None}),
        (Person.objects.filter(pk=anna.person_id), {"left_at": now}, {"left_at": None}),
        (Organisation.objects.filter(pk=anna.organisation_id), {"closed_at": now}, {"closed_at": None}),
        (Membership.objects.filter(person=anna.person_id), {"until": DAY - timedelta(days=1)}, {"until": None}),
        (Role.objects.filter(code="r"), {"permissions": []}, {"permissions": [view.name]}),
    ]
    for rows, end, again in ends:
        assert seen(anna, view)
        rows.update(**end)
        assert not seen(anna, view), end
        rows.update(**again)


def test_a_grant_in_one_organisation_says_nothing_of_another(people, person, view, give):
    both = person("bert", "other_bank")
    give(people["bert"])
    assert seen(both, view) == set()


@pytest.mark.usefixtures("people")
def test_the_system_reaches_everything_and_nobody_nothing(view):
    assert seen(SYSTEM, view) == {"anna", "bert", "cleo", "dora"}
    assert seen(Actor("person", "nobody"), view) == set()


def test_an_object_is_asked_of_the_database(people, view, give):
    give(people["anna"], scope="department", key=people["bert"].person_id)
    ours = Membership.objects.get(person__login="bert")
    need_object(people["anna"], view, ours, ROWS)
    other = Membership.objects.get(person__login="cleo")
    other.person_id = ours.person_id  # what is not saved does not count
    with pytest.raises(NotPermitted):
        need_object(people["anna"], view, other, ROWS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "department"},
        {"scope": "organisation", "key": 1},
        {"scope": "world", "key": 1},
        {"until": date(2020, 1, 1)},
    ],
)
def test_the_database_refuses_what_makes_no_sense(wrong, people, give):
    with pytest.raises(IntegrityError), transaction.atomic():
        give(people["anna"], **wrong)


def test_nobody_gives_to_themselves(people, give):
    with pytest.raises(IntegrityError), transaction.atomic():
        give(people["anna"], given_by_id=people["anna"].person_id)
    assert not Grant.objects.exists()


def test_one_query_answers(people, view, give, django_assert_num_queries):
    for n in range(5):
        give(people["anna"], scope="department", key=n)
    with django_assert_num_queries(1):
        found = reach(people["anna"], view, on=DAY)
    with django_assert_num_queries(1):
        list(found.rows(Membership.objects.all(), ROWS))


def test_within_a_request_grants_are_read_once_and_by_the_next_anew(people, view, give, django_assert_num_queries):
    grant = give(people["anna"])
    asked = replace(people["anna"], read={})
    with django_assert_num_queries(1):
        assert need(asked, view).whole
        assert reach(asked, view).whole
    Grant.objects.filter(pk=grant.pk).update(revoked_at=datetime(2026, 6, 1, tzinfo=UTC))
    assert reach(replace(people["anna"], read={}), view).is_empty
