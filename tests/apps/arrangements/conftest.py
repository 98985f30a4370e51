"""Arrangements by themselves: what other apps ask for before a stage is left is theirs to test."""

from dataclasses import replace

import pytest

from guanbao.apps.arrangements import rules, stages


@pytest.fixture
def own_gates(monkeypatch):
    """Of the usual pack only the gates of arrangements bind."""
    usual = rules.rule_packs()[rules.USUAL]
    own = {name for name, gate in stages.gates().items() if gate.check.__module__ == "guanbao.apps.arrangements.gates"}
    classes = tuple(
        replace(one, gates={name: rule for name, rule in one.gates.items() if name in own}) for one in usual.classes
    )
    monkeypatch.setattr(rules, "rule_packs", lambda: {rules.USUAL: replace(usual, classes=classes)})
