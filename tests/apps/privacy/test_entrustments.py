"""The record of entrusted processing: kept by the bank, read by its contractor, settled once, asked for by gates."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.privacy.errors import EntrustmentSettled
from guanbao.apps.privacy.gates import data_are_settled, processing_is_recorded
from guanbao.apps.privacy.selectors import entrustments_visible
from guanbao.apps.privacy.services import entrustment_add, entrustment_edit, entrustment_settle
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.ledger.models import Entry

FACTS = {
    "purpose": "Answer calls of card holders",
    "begins_on": date(2026, 1, 1),
    "finishes_on": date(2027, 12, 31),
    "method": "Looked up while a call lasts",
    "kinds": "Name, mobile number, card number",
    "is_sensitive": True,
    "protection": "Masked; no export",
    "duties": "As annex 3 says",
    "at_end": "both",
}


@pytest.fixture
def kept(thread):
    return entrustment_add(actor=thread.office[1], arrangement=thread.calls, **FACTS)


def test_it_is_told_in_the_ledger_and_read_by_both_sides_alone(thread, kept, house):
    rival = house.person("rival", house.cards.organisation, "service_manager")[1]
    for actor, sees in ((thread.office[1], True), (thread.manager[1], True), (rival, False)):
        assert entrustments_visible(actor=actor).filter(pk=kept.pk).exists() is sees
    assert Entry.objects.filter(event="entrustment.added", object_id=str(kept.pk)).exists()


def test_only_who_keeps_them_writes(thread, kept):
    settled = {"settled_on": date(2026, 2, 1), "settlement": "Certificate"}
    for actor in (thread.manager[1], thread.auditor[1]):
        with pytest.raises(NotPermitted):
            entrustment_add(actor=actor, arrangement=thread.calls, **FACTS | {"purpose": "Another"})
        with pytest.raises(NotPermitted):
            entrustment_edit(actor=actor, entrustment=kept, kinds="All")
    with pytest.raises(NotPermitted):
        entrustment_settle(actor=thread.office[1], entrustment=kept, **settled)


@pytest.mark.parametrize(
    "wrong",
    [
        {"finishes_on": date(2025, 1, 1)},
        {"sub_entrusted_to": "Somebody else Ltd"},
        {"purpose": FACTS["purpose"]},
        {"kinds": ""},
        {"at_end": "sold"},
    ],
)
def test_what_makes_no_sense_is_refused(thread, kept, wrong):  # noqa: ARG001
    with pytest.raises(ValidationError):
        entrustment_add(actor=thread.office[1], arrangement=thread.calls, **FACTS | {"purpose": "Another"} | wrong)


def test_it_is_settled_once_and_stands_then(kept, house):
    officer = house.person("officer", house.bank.organisation, "data_protection")[1]
    tomorrow = timezone.localdate() + timedelta(days=1)
    day = date(2026, 2, 1)
    for settled_on, settlement in ((tomorrow, "x"), (None, "x"), (day, "")):
        wrong = {"settled_on": settled_on, "settlement": settlement}
        with pytest.raises(ValidationError):
            entrustment_settle(actor=officer, entrustment=kept, **wrong)
    done = entrustment_settle(actor=officer, entrustment=kept, settled_on=date(2026, 2, 1), settlement="Certificate 7")
    assert done.settled_on == date(2026, 2, 1)
    with pytest.raises(EntrustmentSettled):
        entrustment_edit(actor=officer, entrustment=done, kinds="Less")
    with pytest.raises(EntrustmentSettled):
        entrustment_settle(actor=officer, entrustment=done, settled_on=date(2026, 3, 1), settlement="Again")


def test_personal_data_need_an_assessed_record_before_the_contract_is_left(thread, house):
    row, officer = thread.calls, house.person("officer", house.bank.organisation, "data_protection")[1]
    assert processing_is_recorded(row) is None
    Arrangement.objects.filter(pk=row.pk).update(has_personal_data=True)
    row.refresh_from_db()
    assert processing_is_recorded(row) is not None
    made = entrustment_add(actor=officer, arrangement=row, **FACTS)
    assert processing_is_recorded(row) is not None
    entrustment_edit(actor=officer, entrustment=made, assessed_on=date(2026, 1, 1))
    assert processing_is_recorded(row) is None
    assert data_are_settled(row) is not None
    entrustment_settle(actor=officer, entrustment=made, settled_on=date(2026, 2, 1), settlement="Certificate 7")
    assert data_are_settled(row) is None


def test_its_pages_say_it_in_the_words_of_the_law(thread, kept, client):
    person = thread.office[0]
    person.language = "zh"
    person.save()
    client.force_login(person)
    page = client.get(f"/entrustments/{kept.pk}/").content.decode()
    for word in (
        "处理目的",
        "处理方式",
        "个人信息的种类",
        "保护措施",
        "双方的权利和义务",
        "转委托对象",
        "返还或删除日期",
    ):
        assert word in page
    assert kept.purpose in client.get(f"/arrangements/{thread.calls.pk}/?tab=entrustments").content.decode()
