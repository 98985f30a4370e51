"""What is personal is covered by every door, and survives being edited under its cover."""

import json

import pytest
from django.core import serializers
from django.template import Context, Template
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from guanbao.apps.parties.models import Contact
from guanbao.apps.parties.services import contact_add
from guanbao.platform.actors import SYSTEM
from guanbao.platform.covering import Covered, email_mask, name_mask, personal_fields, phone_mask
from guanbao.platform.identity.models import Person
from guanbao.platform.ledger.canonical import plain
from guanbao.platform.ledger.errors import ValueUnrecordable
from guanbao.platform.ledger.models import Entry
from guanbao.platform.telling import typed

NAME, PHONE, EMAIL = "欧阳若兰", "13612345678", "ouyang.ruolan@calls.example"
CLEAR = (NAME, PHONE, EMAIL, "若兰", "12345678", "ouyang")


@pytest.fixture
def contact(thread):
    return contact_add(
        actor=SYSTEM, contractor=thread.calls.contractor, name=NAME, post="值班经理", phone=PHONE, email=EMAIL
    )


def browser(who):
    found = Client(headers={"Accept-Language": "en"})
    found.force_login(who[0], "django.contrib.auth.backends.ModelBackend")
    return found


def faults(text):
    return [clear for clear in CLEAR if clear in text]


@pytest.mark.parametrize(
    ("mask", "clear", "shown"),
    [
        (name_mask, NAME, "欧**"),
        (name_mask, "Li Lei", "L**"),
        (phone_mask, PHONE, "136****5678"),
        (phone_mask, "+86 136-1234-5678", "+86 136****5678"),
        (phone_mask, "62281234", "****34"),
        (phone_mask, "110", "****"),
        (email_mask, EMAIL, "o***@calls.example"),
        (email_mask, "none", "****"),
        (email_mask, "@calls.example", "****"),
        *((mask, "", "") for mask in (name_mask, phone_mask, email_mask)),
    ],
)
def test_masks_show_what_they_may(mask, clear, shown):
    assert mask(clear) == shown


@given(st.text(alphabet="0123456789", min_size=1, max_size=40))
def test_of_a_number_at_most_seven_digits_are_left(number):
    left = sum(char.isdigit() for char in phone_mask(number))
    assert left <= min(7, max(0, len(number) - 4))


def test_a_value_prints_as_its_mask_however_it_is_printed(contact):
    row = Contact.objects.get(pk=contact.pk)
    assert personal_fields(Contact) == ("name", "phone", "email")
    template = Template("{{ row }} {{ row.name }} {{ row.phone }} {{ row.email|upper }} {{ row.phone|safe }}")
    printed = [
        str(row), repr(row), f"{row.phone}", f"{row.phone!r}", "%s" % row.email, template.render(Context({"row": row})),  # noqa: UP031
        str(Contact.objects.values("name", "phone", "email").get(pk=row.pk)),
        str(list(Contact.objects.values_list("phone", flat=True))),
        str(vars(Contact.objects.only("phone").get(pk=row.pk))), str(typed(row, "phone")),
    ]  # fmt: skip
    assert [text for text in printed if faults(text.lower())] == []
    with pytest.raises(TypeError):
        json.dumps({"phone": row.phone})
    with pytest.raises(ValueUnrecordable):
        plain(row.phone, "phone")


def test_the_database_and_a_copy_of_the_data_have_it_in_clear(contact):
    assert Contact.objects.filter(phone=PHONE, email=EMAIL, name=NAME).get().pk == contact.pk
    assert Contact.objects.filter(phone=contact.phone).count() == 1
    assert contact.phone == Covered(PHONE, phone_mask) == PHONE
    assert PHONE in serializers.serialize("json", [contact])


@pytest.mark.parametrize("who", ["manager", "office", "auditor"])
def test_pages_files_and_answers_show_no_value(thread, contact, who):
    client, person = browser(getattr(thread, who)), getattr(thread, who)[0]
    Person.objects.filter(pk=person.pk).update(email=EMAIL)
    pk = contact.pk
    found = 0
    for path in (
        "/contacts/", f"/contacts/{pk}/", f"/contacts/{pk}/edit", f"/contacts/{pk}/remove", "/contacts/?sort=phone",
        "/contacts/export?form=csv", f"/contractors/{contact.contractor_id}/?tab=contacts",
        f"/personal/contacts/{pk}", "/api/v1/contacts", f"/api/v1/contacts/{pk}", "/people/", f"/people/{person.pk}/",
        "/api/v1/people", "/ledger/", "/account/", "/people/export?form=csv",
    ):  # fmt: skip
        answer = client.get(path)
        assert faults(answer.content.decode()) == [], path
        found += "136****5678" in answer.content.decode()
    assert found >= 4
    for asked in ("若兰", "1361234", PHONE, "ruolan"):  # whoever could search would have it letter by letter
        assert "136****5678" not in client.get("/contacts/", {"q": asked}).content.decode()
        assert client.get("/api/v1/contacts", {"q": asked}).json()["items"] == []
    told = str(list(Entry.objects.values()))
    assert faults(told) == []


def test_a_form_that_comes_back_as_it_was_shown_keeps_what_is_covered(thread, contact):
    client, path = browser(thread.office), f"/contacts/{contact.pk}/edit"
    form = client.get(path).context["form"]
    sent = {name: str(form[name].value()) for name in form.fields}
    assert sent == {"name": "欧**", "post": "值班经理", "phone": "136****5678", "email": "o***@calls.example"}
    assert client.post(path, sent | {"post": "主管"}).status_code == 302
    row = Contact.objects.get()
    assert (row.post, row.name.clear, row.phone.clear, row.email.clear) == ("主管", NAME, PHONE, EMAIL)
    assert client.post(path, sent | {"phone": "13900001111", "email": ""}).status_code == 302
    row = Contact.objects.get()
    assert (row.phone.clear, row.email.clear) == ("13900001111", "")
    assert Entry.objects.filter(event="contact.edited").latest("index").redacted == ["email", "phone", "post"]


def test_a_program_edits_under_the_cover_and_sees_that_it_was_changed(thread, contact):
    client, at = browser(thread.office), f"/api/v1/contacts/{contact.pk}"
    first = client.get(at)
    assert first.json()["phone"] == "136****5678"

    def edited(match, **body):
        return client.post(f"{at}/edit", json.dumps(body), "application/json", headers={"If-Match": match})

    answer = edited(first["ETag"], name="欧**", post="主管")
    assert answer.status_code == 200, answer.content.decode()
    assert Contact.objects.get().phone.clear == PHONE
    assert Contact.objects.get().name.clear == NAME
    before = client.get(at)
    Contact.objects.update(phone="13687654321"[:7] + "5678")
    after = client.get(at)
    assert before.content == after.content, "the mask is the same"
    assert before["ETag"] != after["ETag"]
    assert edited(before["ETag"], name="欧**", post="x").status_code == 412
