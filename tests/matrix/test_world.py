"""The world is fit for its probes: every text that belongs to somebody holds a mark; and faults that it found once."""

import pytest
from django.db.models import CharField, EmailField, TextField
from routes import OWNERS
from world import found_in

from guanbao.apps.service_levels.models import Remark
from guanbao.platform.covering import PersonalCharField
from guanbao.platform.identity.models import Membership, Organisation

pytestmark = pytest.mark.django_db
OWNED = [model for model in OWNERS if model.__name__ not in ("Schedule", "Entry", "UserSession", "Job")]
# Texts that tell nothing of whose they are.
UNMARKED = {
    "country", "currency", "fee_currency", "calendar_text", "digest", "sha256", "dataset", "mapping", "measure",
    "target", "condition", "credit", "bonus", "starts_at", "ends_at", "decision", "password", "definitions",
    "withdrawn_reason", "scope", "subject_type", "run", "level", "role", "escalate_to",
    "kind", "settlement", "error_en", "error_zh", "host", "address_sealed", "secret_sealed",
    "opening_keys", "sealed",
    "media", "record", "stored_as", "wrapped_key", "template", "anchor", "offset", "every", "gate", "pack",
    "numbers",
}  # fmt: skip
# Rows made by what they belong to, or that came with the product.
EMPTY = {("Role", "code"), ("Identifier", "value"), ("Term", "code"), ("Term", "title"),
         ("Role", "name"), ("Role", "name_en"), ("Task", "title"), ("Task", "title_en"),
         ("Duty", "title"), ("Duty", "title_en"), ("Clause", "code"),
         ("Clause", "title"), ("Clause", "title_en"), ("Clause", "text"), ("Clause", "text_en")}  # fmt: skip


def test_every_text_holds_a_mark(world):
    assert world.people
    bare = []
    for model in (*OWNED, Remark, Membership, Organisation):
        for field in model._meta.concrete_fields:
            covered = isinstance(field, PersonalCharField)
            if (
                not (covered or type(field) in (CharField, TextField, EmailField))
                or field.choices
                or field.name in UNMARKED
            ):
                continue
            said = [getattr(text, "clear", text) for text in model.objects.values_list(field.name, flat=True)]
            marked = [text for text in said if found_in(text)]
            whole = len(marked) == sum(1 for text in said if text) or (model.__name__, field.name) in EMPTY
            if not marked or not whole:
                bare.append(f"{model.__name__}.{field.name}: {sorted(set(said) - set(marked))[:3]}")
    assert bare == [], "mark these in tests/matrix/world.py, or say in UNMARKED that they tell nothing"


def test_what_the_system_did_inside_is_not_told_outside(world):
    contractor = world.contractors["ea"]
    page = world.by["alpha", "service_manager"].client.get(f"/contractors/{contractor.pk}/?tab=history")
    assert page.status_code == 200
    assert "why" not in page.content.decode()
    page = world.by["east", "risk"].client.get(f"/contractors/{contractor.pk}/?tab=history")
    assert "why" in page.content.decode()


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
def test_a_list_and_a_row_are_only_read(world, method):
    client = world.by["east", "platform_administrator"].client
    person = world.by["east", "risk"].person
    for url in ("/people/", f"/people/{person.pk}/"):
        assert getattr(client, method)(url).status_code == 405


def test_who_sent_a_file_is_their_sides_to_know(world):
    office = world.by["east", "outsourcing_office"].client
    [row] = world.arrangements["ea"].imports.all()
    assert "qzalpha0q" not in office.get(f"/imports/{row.pk}/").content.decode()
