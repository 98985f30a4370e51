"""The OpenAPI: a golden copy, examples everywhere, and nothing served that it does not describe."""

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
from django.urls import get_resolver

from guanbao.api.application import ROOT, api_made
from guanbao.api.openapi import document
from guanbao.web.resource import resources

GOLDEN = Path(__file__).with_name("openapi.json")


@pytest.fixture(scope="module")
def described():
    return json.loads(json.dumps(document(api_made(), f"/{ROOT}")))


def operations(described):
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_golden_copy_is_what_we_serve(described, office):
    """`make golden` writes it anew: look at what changed, for programs of others rely on it."""
    if os.environ.get("GUANBAO_GOLDEN"):
        GOLDEN.write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert json.loads(GOLDEN.read_text(encoding="utf-8")) == described
    assert office.get("openapi.json").json() == described
    assert office.get("openapi.json", Accept_Language="zh").json() == described


def test_it_is_openapi_3_1_with_both_ways_to_log_in(described):
    assert described["openapi"] == "3.1.0"
    schemes = described["components"]["securitySchemes"]
    assert {(each["type"], each.get("scheme")) for each in schemes.values()} == {("http", "bearer"), ("apiKey", None)}
    for name, operation in operations(described):
        assert [next(iter(each)) for each in operation["security"]] == ["Token", "Session"], name


def test_everything_has_an_example_that_is_valid(described):
    components = {"components": described["components"]}

    def hold(schema, example):
        jsonschema.validate(example, {**schema, **components}, jsonschema.Draft202012Validator)

    for name, operation in operations(described):
        if body := operation.get("requestBody"):
            for content in body["content"].values():
                hold(content["schema"], content["example"])
        for status, answer in operation["responses"].items():
            if "$ref" in answer:
                answer = described["components"]["responses"][answer["$ref"].rsplit("/", 1)[-1]]  # noqa: PLW2901
            assert status == "204" or answer["content"], (name, status)
            for content in answer.get("content", {}).values():
                hold(content["schema"], content["example"])
        for parameter in operation["parameters"]:
            if "example" in parameter:
                hold(parameter["schema"], parameter["example"])
            assert parameter["in"] == "path" or parameter["description"], (name, parameter["name"])


def test_all_texts_are_english(described):
    assert re.findall("[一-龥]", json.dumps(described, ensure_ascii=False)) == []


def test_every_route_is_described(described):
    api = next(each for each in get_resolver().url_patterns if str(each.pattern) == ROOT)
    routes = {re.sub(r"<(\w+:)?(\w+)>", r"{\2}", str(each.pattern)) for each in api.url_patterns} - {""}
    assert {f"/{ROOT}{route}" for route in routes - {"openapi.json", "docs"}} == set(described["paths"])


def test_every_resource_and_verb_has_its_endpoint(described):
    expected = set()
    for resource in resources():
        expected |= {resource.name, f"{resource.name}.read"}
        expected |= {f"{resource.name}_{verb.name}" for verb in (resource.add, *resource.verbs) if verb}
    found = [operation["operationId"] for _, operation in operations(described)]
    assert expected <= set(found)
    assert len(found) == len(set(found))
