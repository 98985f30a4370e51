"""Groups and chains of parents; one contractor of several institutions."""

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from guanbao.apps.parties.models import Contractor, Identifier, Institution
from guanbao.apps.parties.selectors import contractors_visible, identifiers_visible
from guanbao.apps.parties.services import (
    contractor_add,
    contractor_edit,
    contractor_stand,
    institution_add,
    institution_edit,
    institution_place,
)
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Organisation
from guanbao.platform.ledger.models import Entry

LEI = "506700GE1G29325QX363"
OTHER_LEI = "7LTWFZYICNSX8D621K86"


def fields(contractor, **more):
    names = ("name", "name_en", "kind", "is_financial", "is_related", "country", "parent")
    return {name: getattr(contractor, name) for name in names} | more


def test_a_chain_of_institutions_runs_in_no_circle(house):
    chain = [house.bank]
    for n in range(12):
        made = institution_add(actor=SYSTEM, name=f"I{n}", kind="bank_subsidiary", parent=chain[-1])
        chain.append(made)
    for at in (0, 1, 6, 12):
        with pytest.raises(ValidationError) as caught:
            institution_place(actor=SYSTEM, institution=chain[0], parent=chain[at])
        assert caught.value.message_dict.keys() == {"parent"}
    assert institution_place(actor=SYSTEM, institution=chain[6], parent=house.other).parent == house.other
    assert institution_place(actor=SYSTEM, institution=chain[0], parent=chain[12]).parent == chain[12]
    assert institution_place(actor=SYSTEM, institution=chain[0], parent=None).parent is None


def test_a_chain_of_contractors_runs_in_no_circle_and_stays_within_the_institution(house):
    _, office = house.person("office", house.bank.organisation, "outsourcing_office")
    edit = {"actor": office, "contractor": house.calls}
    made = contractor_edit(**edit, **fields(house.calls, parent=house.cards))
    third = contractor_add(actor=office, institution=house.bank, name="T", kind="product", parent=made)
    for parent in (house.calls, third, house.foreign):
        with pytest.raises(ValidationError):
            contractor_edit(**edit, **fields(house.calls, parent=parent))
    with pytest.raises(ValidationError):
        contractor_add(actor=office, institution=house.bank, name="X", kind="product", parent=house.foreign)
    with pytest.raises(ValidationError):
        contractor_edit(actor=office, contractor=house.cards, **fields(house.cards, parent=third))
    assert Contractor.objects.get(pk=house.calls.pk).parent == house.cards


@pytest.mark.django_db(transaction=True)
def test_two_who_close_a_circle_at_once_do_not():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer; in memory it has no second connection")
    for _ in range(20):
        first, second = (institution_add(actor=SYSTEM, name=name, kind="bank") for name in "AB")
        barrier, refused = threading.Barrier(2), []

        def place(one, other, barrier=barrier, refused=refused):
            try:
                barrier.wait()
                institution_place(actor=SYSTEM, institution=one, parent=other)
            except ValidationError:
                refused.append(one)
            finally:
                connection.close()

        threads = [threading.Thread(target=place, args=pair) for pair in ((first, second), (second, first))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        assert Institution.objects.filter(pk__in=(first.pk, second.pk), parent=None).count() == 1


def test_an_institution_is_corrected_by_its_office_and_placed_at_the_console_only(house):
    _, office = house.person("office", house.bank.organisation, "outsourcing_office")
    said = {"name": "East Bank Ltd", "name_en": "", "kind": "local_bank", "country": "CN"}
    assert institution_edit(actor=office, institution=house.bank, **said).kind == "local_bank"
    before = list(Institution.objects.order_by("pk").values()), Entry.objects.count()
    with pytest.raises(NotPermitted):
        institution_edit(actor=office, institution=house.other, **said)
    with pytest.raises(NotPermitted):
        institution_place(actor=office, institution=house.bank, parent=house.other)
    with pytest.raises(ValidationError):
        institution_edit(actor=office, institution=house.bank, **said | {"country": "XX"})
    assert (list(Institution.objects.order_by("pk").values()), Entry.objects.count()) == before


@pytest.mark.parametrize("known", [{"lei": LEI}, {"lei": LEI, "uscc": ""}, {"lei": f" {LEI.lower()}"}])
def test_a_contractor_that_is_known_is_the_same_organisation(known, house):
    first = house.contractor(house.bank, "Known Ltd", lei=LEI)
    _, stranger = house.person("stranger", house.other.organisation, "outsourcing_office")
    count = Organisation.objects.count()
    second = contractor_add(actor=stranger, institution=house.other, name="Known", kind="product", **known)
    assert second.organisation == first.organisation
    assert Organisation.objects.count() == count
    _, theirs = house.person("theirs", first.organisation, "service_manager")
    assert set(contractors_visible(actor=theirs)) == {first, second}


def test_who_enters_a_known_contractor_is_told_nothing_of_others(house):
    first = house.contractor(house.bank, "Known Ltd", lei=LEI)
    contractor_stand(actor=SYSTEM, contractor=first, standing="barred", standing_reason="x",
                     standing_since=date(2026, 1, 1))  # fmt: skip
    _, stranger = house.person("stranger", house.other.organisation, "outsourcing_office")
    add = {"actor": stranger, "institution": house.other, "kind": "product"}
    known = contractor_add(**add, name="Known", lei=LEI)
    unknown = contractor_add(**add, name="Unknown", lei=OTHER_LEI)
    assert (known.standing, known.name) == ("candidate", "Known")
    assert list(contractors_visible(actor=stranger).filter(organisation=first.organisation)) == [known]
    assert [i.contractor for i in identifiers_visible(actor=stranger).filter(value=LEI)] == [known]
    told = [
        [(entry.event, sorted(entry.after)) for entry in Entry.objects.filter(
            organisation_id=stranger.organisation_id, scopes__contractor=made.organisation_id).order_by("index")]
        for made in (known, unknown)
    ]  # fmt: skip
    assert told[0] == told[1], "the ledger shows the same of both"
    ours = Entry.objects.filter(organisation_id=stranger.organisation_id)
    assert "organisation.added" not in {entry.event for entry in ours}


def test_a_contractor_is_entered_once_by_an_institution(house):
    house.contractor(house.bank, "Known Ltd", lei=LEI)
    before = Contractor.objects.count(), Organisation.objects.count(), Identifier.objects.count()
    with pytest.raises(ValidationError) as caught:
        house.contractor(house.bank, "Known again", lei=LEI)
    assert caught.value.message_dict.keys() == {"lei"}
    for wrong in ({"lei": LEI[:-1] + "4"}, {"uscc": "123"}):
        with pytest.raises(ValidationError) as caught:
            house.contractor(house.bank, "Wrong", **wrong)
        assert caught.value.message_dict.keys() == wrong.keys()
    assert (Contractor.objects.count(), Organisation.objects.count(), Identifier.objects.count()) == before
