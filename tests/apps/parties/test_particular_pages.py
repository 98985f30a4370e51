"""Pages of identifiers, contacts, certificates and branches, as each side sees them."""

import pytest
from test_particulars import LEI, PAPER, WHOM

from guanbao.apps.parties.models import Certificate, Contact, Contractor, Identifier
from guanbao.apps.parties.services import (
    branch_add,
    certificate_add,
    contact_add,
    contractor_edit,
    contractor_stand,
    department_add,
    identifier_add,
)
from guanbao.platform.actors import SYSTEM
from guanbao.platform.keeping.models import SavedView
from guanbao.web.panels import rows_panel

DAYS = {"valid_from": "2026-01-01", "valid_until": "2026-12-31"}


@pytest.fixture
def bank(client, house):
    client.force_login(house.person("office", house.bank.organisation, "outsourcing_office")[0])
    return client


@pytest.fixture
def theirs(client, house):
    client.force_login(house.person("manager", house.calls.organisation, "service_manager")[0])
    return client


def tab(client, path, name):
    return client.get(path, {"tab": name}).content.decode()


def test_the_page_of_a_contractor_holds_what_belongs_to_it(bank, house):
    contact_add(actor=SYSTEM, contractor=house.calls, **WHOM)
    contact_add(actor=SYSTEM, contractor=house.cards, **WHOM | {"name": "李四光"})
    certificate_add(actor=SYSTEM, contractor=house.calls, **PAPER)
    identifier_add(actor=SYSTEM, contractor=house.calls, scheme="lei", value=LEI)
    contractor_stand(actor=SYSTEM, contractor=house.calls, standing="admitted", standing_reason="all well",
                     standing_since=PAPER["valid_from"])  # fmt: skip
    path = f"/contractors/{house.calls.pk}/"
    assert LEI in tab(bank, path, "identifiers")
    assert "ISO/IEC 27001" in tab(bank, path, "certificates")
    assert "all well" in tab(bank, path, "standings")
    contacts = tab(bank, path, "contacts")
    assert "张**" in contacts
    assert "李**" not in contacts
    assert f'href="/contacts/add?contractor={house.calls.pk}"' in contacts
    form = bank.get("/contacts/add", {"contractor": house.calls.pk}).content.decode()
    assert f'<option value="{house.calls.pk}" selected>' in form


def test_audit_is_offered_no_row_to_add(client, house):
    contact_add(actor=SYSTEM, contractor=house.calls, **WHOM)
    client.force_login(house.person("auditor", house.bank.organisation, "internal_audit")[0])
    contacts = tab(client, f"/contractors/{house.calls.pk}/", "contacts")
    assert "张**" in contacts
    assert "/contacts/add" not in contacts


def test_a_tab_of_named_columns_shows_a_contractor_nothing_that_is_inside(house):
    panel = rows_panel("contractors", by="parent", columns=("name", "standing"))
    shown = {}
    for at, role in (("bank", "outsourcing_office"), ("calls", "service_manager")):
        _, actor = house.person(at, getattr(house, at).organisation, role)
        shown[at] = len(panel.context(actor, house.calls)["headings"])
    assert shown == {"bank": 2, "calls": 1}


def test_what_the_system_notes_inside_is_no_history_of_the_contractors(bank, house):
    why = {"standing": "barred", "standing_reason": "late", "standing_since": PAPER["valid_from"]}
    contractor_stand(actor=SYSTEM, contractor=house.calls, **why)
    facts = {name: getattr(house.calls, name) for name in ("name", "kind", "is_financial", "is_related", "country")}
    contractor_edit(actor=SYSTEM, contractor=house.calls, **facts, name_en="Calls", parent=None)
    path, told = f"/contractors/{house.calls.pk}/", {}
    for at, role in (("bank", "internal_audit"), ("calls", "service_manager")):
        bank.force_login(house.person(at, getattr(house, at).organisation, role)[0])
        told[at] = [entry.event for entry, _ in bank.get(path, {"tab": "history"}).context["given"]["happened"]]
    assert told["bank"] == ["contractor.edited", "contractor.standing_changed", "contractor.added"]
    assert told["calls"] == ["contractor.edited"], "the others tell of what is inside"


def test_a_view_of_a_contractors_keeps_nothing_that_is_inside(theirs):
    theirs.post("/contractors/views", {"name": "Mine", "query": "standing=barred&kind=product"})
    assert SavedView.objects.get().query == "kind=product"


def test_a_contractor_keeps_its_own_contacts_and_certificates(theirs, house):
    given = {**WHOM, "contractor": house.calls.pk}
    assert theirs.post("/contacts/add", given).status_code == 302
    made = Contact.objects.get()
    assert theirs.post(f"/contacts/{made.pk}/edit", WHOM | {"post": "总经理"}).status_code == 302
    assert "总经理" in tab(theirs, f"/contractors/{house.calls.pk}/", "contacts")
    assert theirs.post("/certificates/add", PAPER | DAYS | {"contractor": house.calls.pk}).status_code == 302
    paper = Certificate.objects.get()
    assert paper.verification == "unverified"
    assert theirs.get(f"/certificates/{paper.pk}/verify").status_code == 404
    assert theirs.post(f"/contacts/{made.pk}/remove").status_code == 302
    assert not Contact.objects.exists()


def test_a_contractor_reaches_nothing_of_another(theirs, house):
    contact = contact_add(actor=SYSTEM, contractor=house.cards, **WHOM)
    paper = certificate_add(actor=SYSTEM, contractor=house.cards, **PAPER)
    known = identifier_add(actor=SYSTEM, contractor=house.cards, scheme="lei", value=LEI)
    before = [list(m.objects.values()) for m in (Contact, Certificate, Identifier)]
    for path, verbs in ((f"/contacts/{contact.pk}/", ("edit", "remove")), (f"/certificates/{paper.pk}/", ("edit",)),
                        (f"/identifiers/{known.pk}/", ("remove",)), (f"/ending-certificates/{paper.pk}/", ()),
                        (f"/contractors/{house.cards.pk}/", ("edit",))):  # fmt: skip
        assert theirs.get(path).status_code == 404
        for verb in verbs:
            assert theirs.post(path + verb, WHOM).status_code == 404
    for name, text in (("contacts", "张三丰"), ("certificates", "27001"), ("identifiers", LEI)):
        assert theirs.get(f"/{name}/").context["count"] == 0
        assert theirs.get(f"/{name}/", {"q": text, "contractor": house.cards.pk}).context["count"] == 0
        assert "/" + name not in theirs.get("/find", {"q": text}).content.decode()
    for path, given in (("/contacts/add", WHOM), ("/certificates/add", PAPER | DAYS)):
        answer = theirs.post(path, {**given, "contractor": house.cards.pk})
        assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"contractor"})
    assert theirs.get("/identifiers/add").status_code == 404
    assert theirs.get("/standings/").status_code == 404
    assert theirs.get("/branches/").status_code == 404
    shown = theirs.get(f"/contractors/{house.calls.pk}/").content.decode()
    assert "standings" not in shown
    assert "Subsidiaries" not in shown, "who belongs to whom is the institution's to know"
    assert [list(m.objects.values()) for m in (Contact, Certificate, Identifier)] == before


@pytest.mark.parametrize("side", ["bank", "calls"])
def test_contacts_leave_in_no_file(side, client, house):
    contact_add(actor=SYSTEM, contractor=house.calls, **WHOM)
    role = "outsourcing_office" if side == "bank" else "contractor_administrator"
    client.force_login(house.person("somebody", getattr(house, side).organisation, role)[0])
    assert client.get("/contacts/").context["count"] == 1
    assert "/contacts/export" not in client.get("/contacts/").content.decode()
    for form in ("csv", "xlsx"):
        assert client.post("/contacts/export", {"form": form}).status_code == 404
    assert client.post("/certificates/export", {"form": "csv"}).status_code == 200, "others do"


def test_a_parent_is_not_the_contractors_to_read(theirs, house):
    Contractor.objects.filter(pk=house.calls.pk).update(parent=house.cards)
    for path in ("/contractors/", f"/contractors/{house.calls.pk}/"):
        assert "Cards Ltd" not in theirs.get(path).content.decode()


def test_the_list_of_what_ends_soon(bank, house):
    certificate_add(actor=SYSTEM, contractor=house.calls, **PAPER | {"valid_until": PAPER["valid_from"]})
    assert bank.get("/ending-certificates/").context["count"] == 1
    assert "Certificates that end within 90 days" in bank.get("/").content.decode()


def test_a_contractor_is_entered_with_what_it_is_known_by(bank, house):
    given = {"institution": house.bank.pk, "name": "Neu", "kind": "product", "country": "DE"}
    wrong = bank.post("/contractors/add", given | {"lei": LEI[:-1] + "4"})
    assert set(wrong.context["form"].errors) == {"lei"}
    assert bank.post("/contractors/add", given | {"lei": LEI}).status_code == 302
    assert Identifier.objects.get().contractor.name == "Neu"


def test_an_institution_with_its_departments_and_branches(bank, house):
    department_add(actor=SYSTEM, institution=house.bank, code="C", name="Committee", kind="committee")
    branch_add(actor=SYSTEM, institution=house.bank, code="SH", name="Shanghai Branch")
    path = f"/institutions/{house.bank.pk}/"
    assert "Outsourcing risk management committee" in tab(bank, path, "departments")
    assert "Shanghai Branch" in tab(bank, path, "branches")
    answer = bank.post(
        "/branches/add", {"institution": house.bank.pk, "code": "BJ", "name": "Beijing", "country": "CN"}
    )
    assert answer.status_code == 302
    identifier_add(actor=SYSTEM, contractor=house.calls, scheme="crn", value="THEIRS")
    identifier_add(actor=SYSTEM, institution=house.bank, scheme="crn", value="OURS")
    shown = tab(bank, path, "identifiers")
    assert "OURS" in shown
    assert "THEIRS" not in shown


def test_countries_are_named_in_the_readers_language(bank, house):
    assert "China" in bank.get(f"/contractors/{house.calls.pk}/").content.decode()
    bank.post("/language", {"language": "zh", "next": "/"})
    shown = bank.get("/contractors/add").content.decode()
    assert "中国台湾" in shown
    assert "资质证照" in shown
