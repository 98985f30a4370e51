"""Reading what is covered: with a reason, counted, in the ledger; and who is told."""

import json
import os
import re
import threading
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from guanbao.apps.parties.models import Contact
from guanbao.apps.parties.services import contact_add
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Person
from guanbao.platform.ledger.models import Entry
from guanbao.platform.notices.models import Notice, Receipt
from guanbao.platform.personal.errors import NothingToReveal
from guanbao.platform.personal.models import Allowance, Canary, Reveal
from guanbao.platform.personal.services import canary_lift, canary_plant, personal_reveal
from receivers import run

TRIED = int(os.environ.get("GUANBAO_REVEALS_TRIED", "120"))
WHY = {"purpose": "reach", "reason": "to call back"}
PHONE = "13612345678"


def entered(contractor, phone=PHONE, **more):
    return contact_add(actor=SYSTEM, contractor=contractor, **{"name": "欧阳若兰", "phone": phone} | more)


@pytest.fixture
def told(house):
    """Data protection of the bank, and of the other one."""
    people = [
        house.person("guard", house.bank.organisation, "data_protection"),
        house.person("guard2", house.other.organisation, "data_protection"),
    ]
    for person, _actor in people:
        Person.objects.filter(pk=person.pk).update(email=f"{person.login}@bank.example")
    return people


def browser(person):
    found = Client(headers={"Accept-Language": "en"})
    found.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return found


def reveal(actor, row, *fields, **more):
    return personal_reveal(actor=actor, record="contacts", record_id=row.pk, fields=fields or ("phone",), **WHY | more)


def test_a_reveal_shows_once_counts_and_stands_in_the_ledger(thread):
    person, actor = thread.manager
    row, client = entered(thread.calls.contractor, email="a@calls.example"), browser(thread.manager[0])
    page = client.get(f"/contacts/{row.pk}/").content.decode()
    assert "20 of 20 left today" in page
    assert f"/personal/contacts/{row.pk}" in page
    sent = {"fields_asked": ["phone", "email"], "purpose": "reach", "reason": "to call back"}
    answer = client.post(f"/personal/contacts/{row.pk}", sent)
    text = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert PHONE in text
    assert "a@calls.example" in text
    assert "欧阳若兰" not in text
    assert "18 of 20 left" in text
    assert PHONE not in client.get(f"/personal/contacts/{row.pk}").content.decode()
    entry = Entry.objects.get(event="personal_data.read")
    assert (entry.person_id, entry.object_id, entry.after) == (
        person.pk, str(row.pk), {"fields": ["email", "phone"], "reason": "to call back"},
    )  # fmt: skip
    kept = Reveal.objects.get()
    assert (kept.organisation_id, kept.owner_id) == (actor.organisation_id, thread.calls.institution.organisation_id)
    assert (kept.fields, kept.is_refused, kept.is_canary) == (["phone", "email"], False, False)


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"reason": " . "}, "reason"),
        ({"reason": "call\0back"}, "reason"), ({"reason": "x" * 201}, "reason"),
        ({"purpose": "fun"}, "purpose"), ({"fields": ()}, "fields"),
        ({"fields": ("post",)}, "fields"), ({"fields": ("email",)}, "fields"), ({"fields": ("pk", "phone")}, "fields"),
    ],
)  # fmt: skip
def test_without_a_reason_or_for_nothing_nothing_is_shown_nor_counted(thread, wrong, at):
    row = entered(thread.calls.contractor)
    asked = {"record": "contacts", "record_id": row.pk, "fields": ("phone",), **WHY} | wrong
    with pytest.raises(ValidationError) as refused:
        personal_reveal(actor=thread.manager[1], **asked)
    assert list(refused.value.message_dict) == [at]
    assert not Allowance.objects.filter(used__gt=0).exists()
    assert not Reveal.objects.exists()
    client = browser(thread.manager[0])
    answer = client.post(f"/personal/contacts/{row.pk}", {"fields_asked": ["phone"], "purpose": "", "reason": ""})
    assert answer.status_code == 422
    assert PHONE not in answer.content.decode()


def test_what_is_not_theirs_is_not_there(thread, house):
    foreign, other = entered(thread.cards.contractor), entered(thread.foreign.contractor)
    for who in (thread.manager, thread.office):
        rows = (foreign, other) if who is thread.manager else (other,)
        for row in rows:
            with pytest.raises(NothingToReveal):
                reveal(who[1], row)
            assert browser(who[0]).get(f"/personal/contacts/{row.pk}").status_code == 404
    for record in ("contractors", "nothing"):
        assert browser(thread.office[0]).get(f"/personal/{record}/1").status_code == 404
    agent = house.person("agent", thread.calls.contractor.organisation, "agent")
    with pytest.raises((NotPermitted, NothingToReveal)):
        reveal(agent[1], entered(thread.calls.contractor))
    assert not Reveal.objects.exists()


@pytest.mark.usefixtures("told")
def test_a_session_that_reads_thousands_of_records_gets_no_more_than_its_budget(thread, settings, mailbox):
    """By page and by program; the alert is in the mail within a minute, once."""
    contractor = thread.calls.contractor
    phones = [f"13{n:09d}" for n in range(TRIED)]
    Contact.objects.bulk_create(Contact(contractor=contractor, name=f"客户{n}", phone=p) for n, p in enumerate(phones))
    client, seen, alerted = browser(thread.manager[0]), "", None
    rows = list(Contact.objects.order_by("pk"))
    cursor, pages = "", 0
    while cursor is not None:
        answer = client.get("/api/v1/contacts", {"limit": 200} | ({"cursor": cursor} if cursor else {})).json()
        seen, cursor, pages = seen + json.dumps(answer), answer["next"], pages + len(answer["items"])
    assert pages == TRIED
    begun = time.monotonic()
    for n, row in enumerate(rows):
        if n % 2:
            sent = {"record": "contacts", "record_id": row.pk, "fields": ["name", "phone"], **WHY}
            answer = client.post("/api/v1/reveals/ask", json.dumps(sent), "application/json")
        else:
            sent = {"fields_asked": ["name", "phone"], **WHY}
            answer = client.post(f"/personal/contacts/{row.pk}", sent)
        assert answer.status_code in (200, 409 if n % 2 else 422)
        seen += answer.content.decode()
        if alerted is None and answer.status_code != 200:
            asked = time.monotonic()
            run()  # as the worker does every second
            alerted = time.monotonic() - asked
    clear = sum(phone in seen for phone in phones) + sum(f"客户{n}" in seen for n in range(TRIED))
    print(f"{TRIED} records read, {TRIED} reveals asked for in {time.monotonic() - begun:.0f} s: {clear} clear values, "
          f"alert after {alerted:.2f} s")  # fmt: skip
    assert clear == settings.GUANBAO_REVEALS["contractor"] == Allowance.objects.get().used
    assert alerted < 60
    run()
    assert [mail["To"] for mail in mailbox.mails] == ["guard@bank.example"]
    assert Reveal.objects.filter(is_refused=True).count() == TRIED - clear // 2
    assert Entry.objects.filter(event="reveal.refused").count() == TRIED - clear // 2


def test_tomorrow_is_another_day(thread, settings):
    settings.GUANBAO_REVEALS = {"institution": 1, "contractor": 1}
    row = entered(thread.calls.contractor)
    actor = thread.manager[1]
    assert reveal(actor, row) == {"phone": PHONE}
    assert reveal(actor, row) is None
    Allowance.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert reveal(actor, row) == {"phone": PHONE}
    with pytest.raises(IntegrityError), transaction.atomic():
        Allowance.objects.filter(day=timezone.localdate()).update(used=2)


def test_a_canary_always_alerts_and_only_its_owners_know_of_it(thread, house, told, settings, mailbox):
    settings.GUANBAO_REVEALS = {"institution": 5, "contractor": 1}
    guard, (_person, manager) = told[0], thread.manager
    bait, plain = entered(thread.calls.contractor, "13999999999"), entered(thread.calls.contractor)
    page = browser(guard[0]).post(f"/contacts/{bait.pk}/canary", {})
    assert page.status_code == 302
    canary = Canary.objects.get()
    assert browser(thread.office[0]).post(f"/contacts/{plain.pk}/canary", {}).status_code == 404
    assert "canary" not in browser(thread.manager[0]).get(f"/contacts/{bait.pk}/").content.decode().lower()
    assert reveal(manager, bait) == {"phone": "13999999999"}
    assert reveal(manager, bait) is None, "its budget is used up; the canary sings all the same"
    run()
    kinds = sorted(Notice.objects.values_list("kind", flat=True))
    assert kinds == ["canary.touched", "canary.touched", "reveals.exhausted"]
    assert {receipt.person_id for receipt in Receipt.objects.all()} == {guard[0].pk, thread.auditor[0].pk}
    assert len(mailbox.mails) == 3
    admin = house.person("theirs", thread.calls.contractor.organisation, "contractor_administrator", "service_manager")
    for path in ("/ledger/", "/reveals/", "/canaries/", f"/contacts/{bait.pk}/?tab=timeline", "/notices/",
                 "/api/v1/canaries", "/api/v1/reveals", f"/canaries/{canary.pk}/"):  # fmt: skip
        for person in (thread.manager[0], admin[0], told[1][0]):
            text = re.sub("<option.*?</option>", "", browser(person).get(path).content.decode().lower())
            assert person == told[1][0] or "canary" not in text.replace("/canaries", "") or "canaries" in path, path
            assert "to call back" not in text
            assert "13999999999" not in text
    assert browser(told[1][0]).get(f"/canaries/{canary.pk}/").status_code == 404
    assert "to call back" in browser(guard[0]).get("/reveals/").content.decode()
    canary_lift(actor=guard[1], canary=canary)
    assert not Canary.objects.filter(lifted_at=None).exists()
    with pytest.raises(NotPermitted):
        canary_lift(actor=told[1][1], canary=canary)
    with pytest.raises(NotPermitted):
        canary_plant(actor=thread.office[1], record="contacts", record_id=plain.pk)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_than_is_left(request, settings):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory is one connection; its writers wait for each other anyway")
    thread = request.getfixturevalue("thread")
    settings.GUANBAO_REVEALS = {"institution": 3, "contractor": 3}
    row, answers = entered(thread.calls.contractor), []

    def ask():
        try:
            answers.append(reveal(thread.manager[1], row))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(answers) == 10
    assert sum(answer is not None for answer in answers) == 3 == Allowance.objects.get().used
