"""Bad input to every form, endpoint and address: an error at the field, nothing written, never a fault of ours.

Each field is sent some of what is wrong for it, in turn: every value comes to many fields, and every field is asked.
"""

import json
from itertools import count
from zlib import crc32

import pytest
from django import forms
from filling import api_body, fields_of, next_of, page_body, related_of
from routes import ABSENT, OWNERS, keys_of

from guanbao.platform.ledger.models import Entry
from guanbao.web.resource import resources

pytestmark = pytest.mark.django_db
HUGE, LONG, NUL = "1" + "0" * 30, "x" * 30_000, "a\x00b"
# What is text like any other: it may be taken, but may break nothing.
TEXTS = (
    "<script>alert(1)</script>",
    "' or 1=1; drop table x --",
    "%s%n{0}{a.__class__}",
    "=cmd|' /C calc'!A0",
    "\u202e",
    "💥",
)
JSON_WRONG = (None, [], {}, True, 10**30, 1.5, [[]], {"a": {"b": 1}}, LONG, NUL, "", "nothing")
RAW = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"name": "\\ud800"}',
    b'{"a": 1e400}',
    b"\xff",
    b'{"name": "\\u0000"}',
    b"[" * 9_000,
)
VERBS = [(r.name, verb.name) for r in resources() for verb in (r.add, *r.verbs) if verb]


def wrong_for(field):
    """Values that a field must refuse, as a browser sends them."""
    match field:
        case forms.ModelChoiceField():
            return [str(ABSENT), HUGE, "x", NUL]
        case forms.MultipleChoiceField() | forms.ChoiceField():
            return ["nothing", HUGE, LONG, NUL]
        case forms.BooleanField() | forms.FileField():
            return []
        case forms.DateField() | forms.DateTimeField():
            return ["x", "2026-02-30", "99999-01-01", HUGE, NUL]
        case forms.DecimalField() | forms.IntegerField():
            return ["x", HUGE, "NaN", "Infinity", "1e999999", NUL, "٣x"]
        case forms.JSONField():
            return ["{", NUL, "[" * 9_000]
        case _:
            return [NUL, *([LONG] if field.max_length else [])]


def turn_of(name, doing_what):
    """Where a verb begins in what is sent in turn: the same in each run."""
    return count(crc32(f"{name} {doing_what}".encode()) % 1_000)


def doing(world, resource, verb):
    """Somebody who may do it, and a row of theirs to which it can be done; None for either that there is not."""
    for who in world.people:
        if who.scope or not verb.may(who.actor):
            continue
        if verb is resource.add:
            return who, None
        if row := next((row for row in resource.rows(actor=who.actor) if verb.when(row, who.actor)), None):
            return who, row
    return None, None


@pytest.mark.parametrize(("name", "doing_what"), VERBS)
def test_a_verb_refuses_at_the_field(world, name, doing_what):
    resource = next(each for each in resources() if each.name == name)
    verb = next(each for each in (resource.add, *resource.verbs) if each and each.name == doing_what)
    who, row = doing(world, resource, verb)
    if who is None:
        pytest.skip("nobody can do it to anything in this world")
    keys = {model: list(keys_of(model)) for model in related_of(resource, verb).values() if model in OWNERS}
    own = {field: keys[model][0] for field, model in related_of(resource, verb).items() if keys.get(model)}
    url = resource.url("add") if row is None else resource.url("verb", row.pk, verb.name)
    before, turn = Entry.objects.count(), turn_of(name, doing_what)
    for field_name, field in who.client.get(url).context["form"].fields.items():
        wrong = wrong_for(field)
        empty = [""] if field.required and not field.disabled else []
        for value in [*(next_of(wrong, turn, 2) if wrong else []), *empty]:
            answer = who.client.post(url, page_body(resource, verb, own.items()) | {field_name: value})
            assert answer.status_code == 422, (field_name, value[:40])
            assert field_name in answer.context["form"].errors, (field_name, value[:40])
        for value in next_of(TEXTS, turn, 2):
            answer = who.client.post(url, page_body(resource, verb, own.items()) | {field_name: value})
            assert answer.status_code < 500, (field_name, value)
            if answer.status_code == 422:
                assert Entry.objects.count() == before
            else:
                return  # taken, as text; what comes after would be about another row
    assert Entry.objects.count() == before


@pytest.mark.parametrize(("name", "doing_what"), VERBS)
def test_an_endpoint_refuses(world, name, doing_what):
    resource = next(each for each in resources() if each.name == name)
    verb = next(each for each in (resource.add, *resource.verbs) if each and each.name == doing_what)
    who, row = doing(world, resource, verb)
    if who is None:
        pytest.skip("nobody can do it to anything in this world")
    url = f"/api/v1/{name}" if row is None else f"/api/v1/{name}/{row.pk}/{verb.name}"
    headers = {"Authorization": f"Bearer {who.secret}", "If-Match": "*"}
    body, fields = api_body(resource, verb), fields_of(resource, verb)
    turn = turn_of(name, doing_what)
    wrong = [body | {field: value} for field in fields for value in next_of(JSON_WRONG, turn, 4)]
    for raw in [*RAW[1:], *(json.dumps(each).encode() for each in wrong)]:
        before = Entry.objects.count()
        answer = who.client.generic("POST", url, raw, "application/json", headers=headers)
        assert answer.status_code < 500, raw[:200]
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert Entry.objects.count() == before, raw[:200]
        else:
            assert raw not in RAW or not fields, raw[:200]
            break  # taken: what comes after would be about another row
