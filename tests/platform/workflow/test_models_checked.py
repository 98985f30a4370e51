"""Uploaded models: what is wrong is told with its place, and nothing hostile is run, expanded or fetched."""

import pytest
from django.utils import translation

from guanbao.platform.workflow.checking import model_faults
from guanbao.platform.workflow.diagrams import diagram_of, tree_of
from guanbao.platform.workflow.drawing import drawn
from guanbao.platform.workflow.shipped import models_shipped

ROLES = {
    "executing_department", "outsourcing_office", "risk", "compliance", "legal", "it_security", "consumer_protection",
    "finance", "committee", "senior_management", "board", "internal_audit",
}  # fmt: skip
NAMES = {"importance", "has_personal_data", "uses_cloud", "is_cross_border", "is_related"}
BPMN, TABLES = models_shipped()["tiered_review"]


@pytest.fixture(autouse=True)
def _told_in_english():
    with translation.override("en"):
        yield


def faults(bpmn=BPMN, tables=TABLES, names=NAMES):
    return model_faults(bpmn.encode(), [table.encode() for table in tables], roles=ROLES, names=names)


def changed(old, new, of=BPMN):
    assert old in of, old
    return of.replace(old, new, 1)


@pytest.mark.parametrize("name", list(models_shipped()))
def test_what_is_shipped_is_taken(name):
    bpmn, tables = models_shipped()[name]
    assert faults(bpmn, tables) == {}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name="risk"', 'name="nobody"', "nobody"),
        ("<bpmn:userTask", "<bpmn:scriptTask", "scriptTask"),
        ('due="3wd"', 'due="soon"', "due"),
        ('seats="3" guanbao:quorum="2"', 'seats="3" guanbao:quorum="4"', "quorum"),
        ('seats="3"', 'seats="999"', "1"),
        ('escalate="senior_management"', 'escalate="someone"', "someone"),
        ('camunda:decisionRef="countersigners"', 'camunda:decisionRef="other"', "other"),
        ("'risk' in countersigners", "__import__('os')", "__import__"),
        ("'risk' in countersigners", "secret == 1", "secret"),
        ('sourceRef="office" targetRef="levels"', 'sourceRef="office" targetRef="executing"', "executing"),
        ('sourceRef="office" targetRef="levels"', 'sourceRef="office" targetRef="nothing"', "office_levels"),
        ('sourceRef="start" targetRef="executing"', 'sourceRef="start" targetRef="approved"', "executing"),
        ('default="important_approved"', "", "important"),
        ('id="sign_legal" name', 'id="sign_risk" name', "sign_risk"),
        ('bpmnElement="office"', 'bpmnElement="nowhere"', "外包管理部门审核"),
        ('guanbao:copies="internal_audit"', 'guanbao:copies="press"', "press"),
        ('guanbao:due="3wd"', 'guanbao:dew="3wd"', "dew"),
        ("</bpmn:process>", '</bpmn:process><bpmn:process id="b" />', "2"),
        ('id="executing" name', 'id="End" name', "End"),
    ],
)
def test_what_is_wrong_is_told(old, new, told):
    found = faults(changed(old, new))
    assert told in " ".join(found["bpmn"])


def test_faults_name_their_lines():
    found = faults(changed('name="risk"', 'name="nobody"'))["bpmn"]
    line = next(n for n, text in enumerate(BPMN.splitlines(), 1) if 'name="risk"' in text)
    assert any(str(line) in fault for fault in found)


@pytest.mark.parametrize(
    "element", ["callActivity", "serviceTask", "sendTask", "subProcess", "boundaryEvent", "dataObject"]
)
def test_other_elements_are_not_taken(element):
    found = faults(changed("</bpmn:process>", f'<bpmn:{element} id="x" /></bpmn:process>'))
    assert element in found["bpmn"][0]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing",
        b"<a>",
        b"\xff\xfe\x00",
        b"\x00" * 100,
        f"{BOMB}]><x>&i;</x>".encode(),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1/">]><x>&e;</x>',
        BPMN.replace("<bpmn:definitions", "<!doctype x><bpmn:definitions").encode(),
        BPMN.encode("utf-16"),
        b"<x>" * 100_000,
        b"<x/>" + b" " * 600_000,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        TABLES[0].encode(),
    ],
)
def test_a_hostile_file_is_refused(data):
    found = model_faults(data, [table.encode() for table in TABLES], roles=ROLES, names=NAMES)
    assert found["bpmn"]
    found = model_faults(BPMN.encode(), [data], roles=ROLES, names=NAMES)
    assert found.get("tables") or found["bpmn"]


def test_a_way_on_which_nobody_decides_is_found():
    bpmn, _ = models_shipped()["dual_control"]
    past = changed('sourceRef="start" targetRef="check"', 'sourceRef="start" targetRef="approved"', bpmn)
    assert faults(past, ())["bpmn"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"important"', "open('x')", "open"),
        ("<text>True</text>", "<text>a, b</text>", "a, b"),
        ('hitPolicy="COLLECT"', 'hitPolicy="COLLECT" aggregation="SUM"', "COLLECT"),
        ("<text>importance</text>", "<text>wealth</text>", "wealth"),
        ("<text>importance</text>", "<text></text>", "6"),
    ],
)
def test_a_wrong_cell_is_told(old, new, told):
    table = changed(old, new, TABLES[0])
    assert told in " ".join(faults(tables=(table, TABLES[1]))["tables"])


def test_names_in_a_diagram_cannot_break_out_of_it():
    bpmn = changed('name="外包管理部门审核"', 'name="&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x"')
    svg = drawn(diagram_of(tree_of(bpmn.encode())), states={}, steps=())
    assert "<script" not in svg
    assert 'onload="' not in svg
    assert "style" not in svg
