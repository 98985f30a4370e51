"""What models refuse, in words: a constraint's name is nothing to show to people."""

import pytest
from django.apps import apps
from django.utils import translation

CONSTRAINTS = {
    constraint.name: constraint
    for model in apps.get_models()
    if model.__module__.startswith("guanbao.")
    for constraint in model._meta.constraints
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_constraint_says_what_it_wants_in_both_languages(name):
    said = CONSTRAINTS[name]
    assert said.violation_error_message != said.default_violation_error_message
    told = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            told.append(str(said.violation_error_message))
    assert told[0].isascii()
    assert not told[1].isascii()
    assert all(name not in text for text in told)
