"""Scores against an oracle that is written plainly; shown figures that add up; conditions."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanbao.platform.questionnaires.choices import Outcome
from guanbao.platform.questionnaires.conditions import condition_of
from guanbao.platform.questionnaires.definitions import definition_read
from guanbao.platform.questionnaires.scoring import Given, apportioned, points_told, rounded, score_of

SHARES = {"yes": Fraction(1), "partial": Fraction(1, 2), "no": Fraction(0)}
QUESTION = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["partial", "number", "file", "multiple"]),
        "weight": st.integers(0, 7),
        "critical": st.booleans(),
        "when": st.booleans(),
        "answer": st.sampled_from(["yes", "partial", "no", None, "unfit"]),
        "number": st.integers(0, 9),
        "chosen": st.sets(st.sampled_from(["a", "b", "c"])),
        "files": st.integers(0, 2),
    }
)


def defined(*questions, **more):
    """A questionnaire of one section."""
    said = {"name": "made", "title": {"zh": "题"}, "source": "s", "version": 1, "answered_by": "institution", **more}
    said["sections"] = [{"code": "only", "title": {"zh": "节"}, "questions": list(questions)}]
    return definition_read(json.dumps(said, ensure_ascii=False))


def made_of(n, drawn):
    """A question as YAML says it, and its answer. One in two is asked only where the first is answered with yes."""
    said = {"code": f"q{n}", "kind": drawn["kind"], "text": {"zh": f"题{n}"}, "weight": drawn["weight"]}
    said |= {"critical": drawn["critical"], "may_not_apply": True}
    if drawn["kind"] == "number":
        said |= {"from": 0, "to": 9}
    if drawn["kind"] == "multiple":
        options = (("a", 0.5), ("b", 0.25), ("c", 1))
        said["options"] = [{"code": code, "text": {"zh": code}, "share": share} for code, share in options]
    if n and drawn["when"]:
        said["when"] = {"question": "q0", "is": ["yes"]}
    if drawn["answer"] in (None, "unfit"):
        return said, None if drawn["answer"] is None else Given(None, is_unfit=True)
    value = {
        "partial": drawn["answer"],
        "number": Decimal(drawn["number"]),
        "file": None,
        "multiple": tuple(sorted(drawn["chosen"])) or None,
    }[drawn["kind"]]
    return said, Given(value, documents=drawn["files"])


def oracle(drawn):
    """The score, plainly: what was earned of what counts, out of a hundred; and whether a critical one failed."""
    first = drawn[0]["answer"] if drawn[0]["kind"] == "partial" else None
    earned = whole = Fraction(0)
    failed = False
    for n, each in enumerate(drawn):
        if n and each["when"] and first != "yes":
            continue
        if each["answer"] == "unfit":
            continue
        if each["answer"] is None:
            share = Fraction(0)
        elif each["kind"] == "partial":
            share = SHARES[each["answer"]]
        elif each["kind"] == "number":
            share = Fraction(each["number"], 9)
        elif each["kind"] == "file":
            share = Fraction(1 if each["files"] else 0)
        else:
            worth = {"a": Fraction(1, 2), "b": Fraction(1, 4), "c": Fraction(1)}
            share = min(Fraction(1), sum((worth[code] for code in each["chosen"]), Fraction(0)))
        whole += each["weight"]
        earned += each["weight"] * share
        failed = failed or (each["critical"] and share < 1)
    return (earned * 100 / whole if whole else None), failed


@settings(max_examples=150)
@given(st.lists(QUESTION, min_size=1, max_size=12))
def test_a_score_is_what_the_oracle_says_and_its_parts_add_up(drawn):
    drawn[0]["kind"] = "partial"
    made = [made_of(n, each) for n, each in enumerate(drawn)]
    definition = defined(*(said for said, _ in made), pass_at=60)
    score = score_of(definition, {f"q{n}": answer for n, (_, answer) in enumerate(made) if answer is not None})
    exact, failed = oracle(drawn)
    assert score.exact == exact
    assert (score.outcome is Outcome.CRITICAL) is failed
    if exact is None:
        assert score.shown is None
        return
    if not failed:
        assert score.outcome is (Outcome.PASSED if exact >= 60 else Outcome.FAILED)
    assert abs(Fraction(score.shown, 100) - exact) <= Fraction(1, 200)
    assert sum(part.shown for part in score.parts) == score.shown
    assert sum(part.shown_most for part in score.parts) == 10_000
    assert sum(part.points for part in score.parts) == exact
    for part in score.parts:
        assert 0 <= part.shown <= part.shown_most
        assert abs(Fraction(part.shown, 100) - part.points) < Fraction(1, 100)
        if part.share == 1:
            assert part.shown == part.shown_most


@settings(max_examples=200)
@given(st.lists(st.fractions(0, 40), max_size=15))
def test_what_is_apportioned_adds_up(points):
    whole = rounded(sum(points, Fraction(0)))
    shown = apportioned(points, whole)
    assert sum(shown) == whole
    assert all(abs(Fraction(one, 100) - exact) < Fraction(1, 100) for one, exact in zip(shown, points, strict=True))


def test_points_are_told_with_two_places():
    assert [points_told(each) for each in (None, 0, 7, 833, 10_000)] == ["—", "0.00", "0.07", "8.33", "100.00"]


@pytest.mark.parametrize(
    ("said", "values", "holds"),
    [
        ({"question": "a", "is": ["x", "y"]}, {"a": "y"}, True),
        ({"question": "a", "is": ["x"]}, {}, False),
        ({"question": "a", "is_not": ["x"]}, {"a": "y"}, True),
        ({"question": "a", "is_not": ["x"]}, {}, False),
        ({"question": "a", "is": ["x"]}, {"a": ("x", "z")}, True),
        ({"question": "a", "at_least": 3}, {"a": Decimal("3.0")}, True),
        ({"question": "a", "at_most": 3}, {"a": Decimal("3.01")}, False),
        ({"question": "a", "answered": False}, {}, True),
        ({"question": "a", "answered": True}, {"a": "x"}, True),
        ({"all": [{"question": "a", "is": ["x"]}, {"question": "b", "answered": True}]}, {"a": "x"}, False),
        ({"any": [{"question": "a", "is": ["x"]}, {"question": "b", "answered": True}]}, {"a": "x"}, True),
    ],
)
def test_a_condition_holds_of_answers(said, values, holds):
    assert condition_of(said).holds(values) is holds


def test_what_is_not_asked_decides_nothing():
    """A chain: the answer to the second is there, but the second is no longer asked."""
    choice = {"kind": "partial", "text": {"zh": "题"}, "weight": 1}
    definition = defined(
        {"code": "a", **choice},
        {"code": "b", **choice, "when": {"question": "a", "is": ["yes"]}},
        {"code": "c", **choice, "when": {"question": "b", "is": ["yes"]}},
    )
    assert list(definition.asked({"a": "yes", "b": "yes"})) == ["a", "b", "c"]
    assert list(definition.asked({"a": "no", "b": "yes"})) == ["a"]
    assert list(definition.asked({"b": "yes"})) == ["a"]
