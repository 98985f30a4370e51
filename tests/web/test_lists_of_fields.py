"""What may be searched, filtered, answered or written: as it is known, and nothing that is not also to be read."""

import json
import os
from pathlib import Path

import pytest

from guanbao.apps.parties.models import Branch
from guanbao.platform.covering import personal_fields
from guanbao.web.forms import form_class
from guanbao.web.lists import sorts
from guanbao.web.resource import resource_named, resources

KNOWN = Path(__file__).with_name("lists_of_fields.json")


@pytest.mark.parametrize("part", ["search", "filters"])
def test_nothing_is_asked_that_is_not_told(part):
    untold = []
    for resource in resources():
        told = {*resource.columns, *resource.shown, *resource.answered, *(resource.exported or ())}
        asked = {field.split("__")[0] for field in getattr(resource, part)}
        untold += [f"{resource.name}: {field}" for field in sorted(asked - told)]
    assert untold == []


def test_nothing_is_searched_or_put_in_order_by_what_is_inside():
    """So that who looks by the palette, or names a row in a file that is imported, learns nothing of it."""
    inside = {
        resource.name: resource.inside & {field.lstrip("-") for field in (*resource.search, *resource.order)}
        for resource in resources()
    }
    assert {name: fields for name, fields in inside.items() if fields} == {}


def test_nothing_is_searched_filtered_or_put_in_order_by_what_is_covered():
    """Each answer would tell a little of it: who asks often enough has it whole."""
    covered = {
        resource.name: {*personal_fields(resource.model)}
        & {
            field.lstrip("-").split("__")[0]
            for field in (*resource.search, *resource.filters, *resource.order, *sorts(resource))
        }
        for resource in resources()
    }
    assert {name: fields for name, fields in covered.items() if fields} == {}
    assert {"phone", "email", "name"} == {*personal_fields(resource_named("contacts").model)}


def test_what_is_related_is_not_searched_by_what_is_covered():
    """`person__email` tells of it as `email` does."""
    for resource in resources():
        for lookup in (*resource.search, *resource.filters, *(name.lstrip("-") for name in resource.order)):
            model = resource.model
            for name in lookup.split("__"):
                assert name not in personal_fields(model), f"{resource.name}: {lookup}"
                model = None if name == "pk" else model._meta.get_field(name).related_model
                if model is None:
                    break


def lists():
    """Each list of fields of every resource, and the fields of each of its forms."""
    for resource in resources():
        for part in ("search", "filters", "answers", "inside"):
            yield f"{resource.name} {part}", sorted(getattr(resource, part))
        for verb in filter(None, (resource.add, *resource.verbs)):
            yield f"{resource.name} {verb.name}", sorted(form_class(resource, verb).base_fields)


def test_every_list_of_fields_is_as_it_is_known():
    """`make golden` writes them anew: look at what changed, for by each field more is read or written."""
    found = {name: fields for name, fields in lists() if fields}
    if os.environ.get("GUANBAO_GOLDEN"):
        lines = (f" {json.dumps(name)}: {json.dumps(fields)}" for name, fields in found.items())
        KNOWN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    assert json.loads(KNOWN.read_text(encoding="utf-8")) == found


def test_rows_whose_fields_lead_nowhere_are_read_alone():
    """`select_related()` without names follows every field: where the database limits rows, some would be lost."""
    branches = resource_named("branches")
    assert branches.joined(Branch.objects.all(), ("name", "city")).query.select_related is False
    assert branches.joined(Branch.objects.all(), ("name", "institution")).query.select_related == {"institution": {}}
