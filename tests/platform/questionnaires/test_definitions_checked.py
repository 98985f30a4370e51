"""Definitions that are refused, with the place and what is wrong; those that ship, counted against the sources."""

import re
from pathlib import Path

import pytest

from guanbao.engine import documents
from guanbao.engine.errors import InputError
from guanbao.platform.questionnaires.checking import definition_faults
from guanbao.platform.questionnaires.choices import Kind
from guanbao.platform.questionnaires.definitions import definition_read
from guanbao.platform.questionnaires.shipped import shipped, shipped_texts
from guanbao.platform.questionnaires.workbooks.definitions import definition_of_book, definition_write, text_kept

SPEC = Path(__file__).parents[4] / "shared/spec/seed_inventory.md"
HEAD = """name: made
title: {zh: 题}
source: s
version: 1
answered_by: contractor
sections:
  - code: only
    title: {zh: 节}
    questions:
"""


def faults(*questions):
    """What is wrong with a questionnaire of these questions, as (line, message)."""
    text = HEAD + "".join(f"      - {{text: {{zh: 问}}, {each}}}\n" for each in questions)
    return [(fault.where.line, str(fault)) for fault in definition_faults(documents.parse(text))]


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        (["code: a, kind: partial, when: {question: b, is: ['yes']}"], "the code of a question"),
        (["code: a, kind: partial, when: {question: a, is: ['yes']}"], "another question"),
        (
            [
                "code: a, kind: partial, when: {question: c, is: ['yes']}",
                "code: b, kind: partial, when: {question: a, is: ['yes']}",
                "code: c, kind: partial, when: {any: [{question: b, is: ['yes']}]}",
            ],
            "another question",
        ),
        (["code: a, kind: partial", "code: b, kind: text, when: {question: a, is: [maybe]}"], "one of the answers"),
        (["code: a, kind: number", "code: b, kind: text, when: {question: a, is: ['yes']}"], "fits the kind"),
        (["code: a, kind: partial", "code: b, kind: text, when: {question: a, at_least: 2}"], "fits the kind"),
        (["code: a, kind: partial", "code: b, kind: text, when: {question: a}"], "is | is_not"),
        (["code: a, kind: partial", "code: b, kind: text, when: {is: ['yes']}"], "is | is_not"),
        (["code: a, kind: partial", "code: a, kind: text"], "stands once"),
        (["code: a, kind: choice"], "to choose from"),
        (["code: a, kind: choice, options: [{code: x, text: {zh: x}}, {code: x, text: {zh: y}}]"], "stands once"),
        (["code: a, kind: text, weight: 1"], "nothing can be scored"),
        (["code: a, kind: number, critical: true"], "nothing can be scored"),
        (["code: a, kind: choice, weight: 1, options: [{code: x, text: {zh: x}}]"], "nothing can be scored"),
        (["code: a, kind: number, from: 5, to: 5"], "a scale"),
        (["code: a, kind: number, from: 5"], "a scale"),
        (["code: a, kind: partial, options: [{code: x, text: {zh: x}}]"], "has none"),
        (["code: a, kind: text, shares: {yes: 1, partial: 1, no: 0}"], "has none"),
        (["code: a, kind: script"], "partial, choice"),
        (["code: a, kind: text, run: 'import os'"], "run"),
        (["code: a, kind: text, when: 'a == 1'"], "is | is_not"),
    ],
)
def test_a_definition_is_refused_with_its_place(questions, said):
    found = faults(*questions)
    assert found
    assert all(line is not None and line >= 10 for line, _ in found)
    assert any(said in message for _, message in found), found


def test_every_question_of_a_circle_is_named():
    asks = "code: {}, kind: partial, when: {{question: {}, is: ['yes']}}"
    assert [line for line, _ in faults(asks.format("a", "b"), asks.format("b", "a"))] == [10, 11]


def test_conditions_too_deep_are_refused():
    deep = "{all: [{any: [{all: [{any: [{question: a, answered: true}]}]}]}]}"
    assert "three deep" in str(faults("code: a, kind: partial", f"code: b, kind: text, when: {deep}"))


@pytest.mark.parametrize("text", ["", "[]", "name: 1", "a: *b", "- !!python/object:os.system x", "\ufeffname: x", "\0"])
def test_what_is_no_definition_is_refused(text):
    with pytest.raises(InputError):
        definition_read(text)


def test_every_shipped_one_is_bilingual_and_names_its_source():
    assert len(shipped()) == 15
    for name, each in shipped().items():
        assert each.name == name
        assert each.source
        assert each.version
        said = [each.title, *(section.title for section in each.sections)]
        said += [question.text for question in each.questions.values()]
        said += [option.text for question in each.questions.values() for option in question.options]
        assert all(re.search("[一-鿿]", text.zh) and re.search("[A-Za-z]", text.en) for text in said), name
        assert all(not re.search("[一-鿿]", text.en) for text in said), name


@pytest.mark.skipif(not SPEC.is_file(), reason="the folder shared is not beside the checkout")
def test_they_hold_what_the_sources_list():
    """Each list of the inventory, item by item: none is missing, none is made up."""
    spec = SPEC.read_text(encoding="utf-8")

    def texts(name):
        return [question.text.zh for question in shipped()[name].questions.values()]

    def plain(text):
        return re.sub(r"[？?\s]|（[^）]*）", "", text)

    audit = re.findall(r"^\d+ (.+?)\?", spec.split("### 3.6")[1].split("### 3.7")[0], re.MULTILINE)
    assert len(audit) == 12
    for phase in ("before", "during", "after"):
        assert [plain(each) for each in texts(f"it_audit_{phase}")] == [plain(each) for each in audit]
    site = re.search(r"4\.3 运营场所外包.*?\*\*(.+?)\*\*", spec)[1].split(", ")
    site = [plain(each).replace("UPS", "").replace("()", "").removeprefix("按标准配备") for each in site]
    assert [plain(each) for each in texts("site")] == site
    check = re.search(r"合规性检查表.*?: (.+?)\.\n", spec)[1].split("都")[0]
    for each in texts("compliance_check"):
        assert each in check, each
    assert len(texts("compliance_check")) == check.count("·") + 1 == 5
    form = shipped()["compliance_assessment"]
    listed = re.search(r"status enum: (.+?)\.", spec)[1].split("/")
    statuses = form.questions["data_protection"].options
    assert [option.text.zh for option in statuses] == listed
    assert [each.text.zh for each in form.questions.values() if each.kind is Kind.CHOICE] == [
        "数据保护法",
        "反洗钱法",
        "信息安全标准",
    ]
    eight = re.findall(r"[①②③④⑤⑥⑦⑧]([^\s(①-⑧]+)", re.search(r"8 criteria \[C\]\*\*:(.+)", spec)[1])
    assert texts("supplier_criteria") == eight
    five = re.search(r"合作伙伴评估标准 \(short list\): (.+?)\.", spec)[1].split(", ")
    assert texts("partner_criteria") == five
    assert texts("satisfaction") == ["服务质量", "技术水平", "人员沟通", "总体满意度"]
    assert all(each in spec.split("调查表 [T]")[1].split("\n")[0] for each in texts("satisfaction"))
    assert all((each.low, each.high) == (0, 10) for each in shipped()["satisfaction"].questions.values())
    principles = re.search(r"Five scope-design principles: (.+?) →", spec)[1].split(", ")
    assert texts("scope_suitability") == principles


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_definition_goes_through_a_workbook_unchanged(name, tmp_path):
    file = tmp_path / "book.xlsx"
    definition_write(shipped_texts()[name], file)
    document, text, rejected = definition_of_book(file)
    assert rejected == []
    assert definition_read(text_kept(document, text)).digest == shipped()[name].digest
