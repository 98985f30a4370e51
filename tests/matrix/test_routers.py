"""Endpoints that apps register are described and asked by the matrix; every key can be asked for, the first too."""

import json
import re
from pathlib import Path

from routes import routes

from guanbao.api.application import routers

GOLDEN = Path(__file__).parents[1] / "api/openapi.json"  # what is served, as another test holds


def test_what_an_app_registers_is_described_and_asked():
    described = {re.sub(r"\{\w+\}", "{}", path) for path in json.loads(GOLDEN.read_text(encoding="utf-8"))["paths"]}
    asked = {re.sub(r"<[^>]+>", "{}", route.address).rstrip("/") for route in routes() if route.name.startswith("api:")}
    registered = {
        re.sub(r"\{[^}]+\}", "{}", f"/api/v1/{prefix}{path}").rstrip("/")
        for prefix, router in routers()
        for path in router.path_operations
    }
    assert len(registered) >= 3
    assert registered - {path.rstrip("/") for path in described} == set()
    assert registered - asked == set()


def test_the_first_entry_can_be_asked_for():
    entry = next(route for route in routes() if route.name == "ledger-entry")
    assert entry.url(index=0) == "/ledger/0/"
