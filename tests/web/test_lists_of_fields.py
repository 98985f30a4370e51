"""What may be searched, filtered, answered or written: as it is known, and nothing that is not also to be read."""

import json
import os
from pathlib import Path

import pytest

from guanbao.web.forms import form_class
from guanbao.web.resource import resources

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


def lists():
    """Each list of fields of every resource, and the fields of each of its forms."""
    for resource in resources():
        for part in ("search", "filters", "answers", "inside", "personal"):
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
