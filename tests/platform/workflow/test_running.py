"""Runs of the shipped models, kept as text between any two steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanbao.platform.workflow.diagrams import diagram_of, tree_of
from guanbao.platform.workflow.running import Run
from guanbao.platform.workflow.shipped import models_shipped

FACTS = {
    "importance": "important",
    "has_personal_data": False,
    "uses_cloud": False,
    "is_cross_border": False,
    "is_related": False,
}


def begun(name, **facts):
    bpmn, tables = models_shipped()[name]
    return Run.begin(bpmn, list(tables), FACTS | facts)


def roles(name):
    nodes = diagram_of(tree_of(models_shipped()[name][0].encode())).nodes
    return {node.id: node.role for node in nodes.values() if node.kind == "userTask"}


def test_three_reviews_are_by_three_posts():
    run, order = begun("three_reviews"), []
    while not run.is_over:
        (level,) = run.asked()
        order.append(level)
        run.complete(level)
        run = Run.restore(run.keep())
    assert order == ["first", "second", "final"]
    assert len(set(roles("three_reviews").values())) == 3


def test_dual_control_asks_one():
    run = begun("dual_control")
    assert run.asked() == ["check"]
    run.complete("check")
    assert run.is_over
    with pytest.raises(LookupError):
        run.complete("check")


def wanted(facts):
    """Who countersigns, written plainly."""
    important = facts["importance"] == "important"
    found = {"risk", "compliance"}
    found |= {"legal"} if important or facts["is_cross_border"] else set()
    found |= {"finance"} if important or facts["is_related"] else set()
    found |= {"consumer_protection"} if facts["has_personal_data"] else set()
    found |= {"it_security"} if facts["has_personal_data"] or facts["uses_cloud"] else set()
    return found


@given(
    facts=st.fixed_dictionaries(
        {
            "importance": st.sampled_from(["general", "important"]),
            **dict.fromkeys(("has_personal_data", "uses_cloud", "is_cross_border", "is_related"), st.booleans()),
        }
    ),
    order=st.randoms(use_true_random=False),
)
def test_a_tiered_review_asks_whom_the_tables_name_in_whatever_order_they_answer(facts, order):
    run, asked = begun("tiered_review", **facts), []
    while not run.is_over:
        level = order.choice(run.asked())
        asked.append(level)
        run.complete(level)
        run = Run.restore(run.keep())
    signed = {level.removeprefix("sign_") for level in asked if level.startswith("sign_")}
    assert signed == wanted(facts)
    assert asked[0] == "executing"
    last = ["office", "committee"] + (["senior"] if facts["importance"] == "important" else [])
    assert asked[-len(last) :] == last
    assert len(asked) == 1 + len(signed) + len(last)
    assert "approved" in run.passed()


def test_the_board_decides_where_the_table_says_so():
    bpmn, tables = models_shipped()["tiered_review"]
    own = [table.replace('"senior_management"', '"board"') for table in tables]
    run, asked = Run.begin(bpmn, own, FACTS), []
    while not run.is_over:
        asked.append(run.asked()[0])
        run.complete(asked[-1])
    assert asked[-2:] == ["senior", "board_decides"]
