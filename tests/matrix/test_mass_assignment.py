"""Fields that no form offers are sent along with those that it does: nothing comes of them, on pages and by the API."""

import json
from datetime import datetime
from functools import partial

import pytest
from django.db import models, transaction
from django.forms.models import model_to_dict
from filling import api_body, fields_of, page_body, related_of

from guanbao.platform.identity.choices import Side
from guanbao.web.resource import resource_of, resources

pytestmark = pytest.mark.django_db


def doings(world, side):
    """Each verb of each resource, with somebody of that side who may do it, and a row (None to add one)."""
    people = [
        who for who in world.people if not who.scope and (who.tenant in world.banks) is (side is Side.INSTITUTION)
    ]
    for resource in resources():
        for verb in filter(None, (resource.add, *resource.verbs)):
            for who in (who for who in people if verb.may(who.actor)):
                rows = [None] if verb is resource.add else resource.rows(actor=who.actor)
                if row := next(((r,) for r in rows if r is None or verb.when(r, who.actor)), None):
                    yield resource, verb, who, row[0]
                    break


def own_keys(resource, verb, who):
    """The key of a row that they may choose, by field."""
    found = {}
    for name, model in related_of(resource, verb).items():
        of = resource_of(model)
        if of is not None and (row := of.rows(actor=who.actor).first()) is not None:
            found[name] = row.pk
    return found


def other(field, row):
    """A value that the field does not have, as text."""
    now = getattr(row, field.attname, None)
    match field:
        case models.ForeignKey():
            return next((key for key in field.related_model.objects.values_list("pk", flat=True) if key != now), None)
        case models.BooleanField():
            return not now
        case models.JSONField():
            return ["injected"]
        case models.DateTimeField():
            return "2001-01-01T00:00:00Z"
        case models.DateField():
            return "2001-01-01"
        case models.IntegerField() | models.DecimalField():
            return 77
        case _:
            return next((code for code, _ in field.flatchoices if code != now), "injected")


def injected(resource, verb, row):
    """Every field of the model that the form does not offer, by each of its names."""
    offered = set(fields_of(resource, verb))
    sent = {"pk": 1, "actor": 1, "tenant": 1}
    for field in resource.model._meta.get_fields():
        if field.name not in offered and field.concrete and not field.many_to_many:
            names = {field.name, field.attname} - offered  # a form may name somebody by `person_id`
            sent |= dict.fromkeys(sorted(names), other(field, row))
        elif field.name not in offered and field.many_to_many and not field.auto_created:
            sent[field.name] = list(field.related_model.objects.values_list("pk", flat=True)[:3])
    return {name: value for name, value in sent.items() if value is not None}


def rows_of(model):
    """What there is, but for moments and for what is different each time."""
    never = ("digest", "password", "secret", "task_id", "key", "document")  # of PostgreSQL a number is given once
    once = {f.attname for f in model._meta.concrete_fields if f.name in never}
    return {
        row["id"]: {
            n: v
            for n, v in row.items()
            if n not in once and not isinstance(v, datetime) and not str(v).startswith("own_")  # codes of own roles
        }
        for row in model.objects.values()
    }


def _sent(client, url, raw, headers):
    """The status of an endpoint's answer, and the fields that it finds fault with."""
    answer = client.generic("POST", url, raw, "application/json", headers=headers)
    wrong = answer.json().get("errors", ()) if answer.status_code == 422 else ()
    return answer.status_code, {each.get("pointer", "").removeprefix("/") for each in wrong}


def _status(client, url, sent):
    return client.post(url, sent).status_code


def effect(resource, send):
    """What is answered, the rows that it changed and those that it made; all of it undone."""
    before = rows_of(resource.model)
    with transaction.atomic():
        answer = send()
        after = rows_of(resource.model)
        transaction.set_rollback(True)
    changed = {key: row for key, row in after.items() if key in before and row != before[key]}
    made = [{n: v for n, v in row.items() if n != "id"} for key, row in after.items() if key not in before]
    return answer, changed, made, before.keys() - after.keys()


@pytest.mark.parametrize("side", [Side.INSTITUTION, Side.CONTRACTOR])
def test_a_page_takes_what_its_form_offers(world, side):
    taken = []
    for resource, verb, who, row in doings(world, side):
        url = resource.url("add") if row is None else resource.url("verb", row.pk, verb.name)
        body = page_body(resource, verb, own_keys(resource, verb, who).items())
        if row is not None:
            known = model_to_dict(row, fields=[name for name in body if hasattr(row, name)])
            body |= {name: value for name, value in known.items() if isinstance(value, str | int)}
        more = injected(resource, verb, row)
        plain, along = (effect(resource, partial(_status, who.client, url, sent)) for sent in (body, more | body))
        assert along == plain, (resource.name, verb.name, str(who))
        taken += [(resource.name, verb.name)] if plain[0] == 302 and any(plain[1:]) else []
    assert len(taken) >= (25 if side is Side.INSTITUTION else 8), taken


@pytest.mark.parametrize("side", [Side.INSTITUTION, Side.CONTRACTOR])
def test_an_endpoint_refuses_what_it_does_not_name(world, side):
    asked = 0
    for resource, verb, who, row in doings(world, side):
        url = f"/api/v1/{resource.name}" if row is None else f"/api/v1/{resource.name}/{row.pk}/{verb.name}"
        headers = {"Authorization": f"Bearer {who.secret}", "If-Match": "*"}
        body = api_body(resource, verb, own_keys(resource, verb, who).items())
        more = injected(resource, verb, row)
        asks = partial(_sent, who.client, url, json.dumps(body | more, default=str), headers)

        (status, named), *effects = effect(resource, asks)
        assert (status, any(effects)) == (422, False), (resource.name, verb.name)
        assert set(more) <= named, (resource.name, verb.name)
        asked += len(more)
    assert asked > 100
