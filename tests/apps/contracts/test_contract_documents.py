"""A contract's document says what the contract says; what came back is compared, and nothing else is signed."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from docx import Document as Word

from guanbao.apps.contracts.comparing import Change, differences, pieces
from guanbao.apps.contracts.errors import (
    ContractNotApproved,
    ContractNotNow,
    FactsDiffer,
    ReturnedDiffers,
    ReturnedTooLong,
    ReturnedUnreadable,
)
from guanbao.apps.contracts.lines import Line, lines_of
from guanbao.apps.contracts.models import Contract, Returned
from guanbao.apps.contracts.pages.panels import _compared, _document
from guanbao.apps.contracts.reading import docx_read
from guanbao.apps.contracts.selectors import returned_visible
from guanbao.apps.contracts.services.agreeing import contract_agree, contract_offer
from guanbao.apps.contracts.services.clauses import clause_check
from guanbao.apps.contracts.services.drafting import contract_edit, contract_reopen
from guanbao.apps.contracts.services.returning import differs, returned_accept, returned_add
from guanbao.apps.contracts.services.signing import contract_sign
from guanbao.apps.contracts.writing import docx_written
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.files.errors import DocumentHasMacros
from guanbao.platform.files.services.adding import document_add
from guanbao.platform.files.services.reading import document_read
from guanbao.platform.ledger.models import Entry
from hostile import office

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FIELD = '<w:fldChar w:fldCharType="%s"/>'
HOSTILE = (
    "{{ 7*7 }}", "{% for x in ().__class__.__bases__ %}x{% endfor %}", "{_{ 7*7 }_}", "{_% raw %_}", "{# gone #}",
    "{{ lines.__class__.__mro__ }}", "<w:p><w:r><w:t>injected</w:t></w:r></w:p>", "]]><w:br/>",
    "&lt; &amp; &#60; a & b", "</w:t></w:r></w:p></w:body>", "{%p for line in lines %}", "{{r x }}",
    "\"quoted\" 'single'", "a_b _x_ {_ _}",
)  # fmt: skip


def read(data):
    return docx_read(io.BytesIO(data), len(data))


def written(*texts):
    return docx_written([Line("clause:x", "text", text) for text in texts])


@pytest.fixture
def offered(cast):
    """An offered contract, its file, and how something of the contractor's or the office's comes back."""
    contract = contract_offer(actor=cast.cast.office, contract=cast.cast.drafted(cast.row))

    def fetched(actor=None):
        return b"".join(document_read(actor=actor or cast.cast.manager, document=contract.document))

    def sent(data, actor=None, **facts):
        facts = {"record": "contracts", "record_id": contract.pk, "kind": "contract", "title": "Back"} | facts
        return document_add(actor=actor or cast.cast.manager, pieces=[data], **facts)

    def back(data, actor=None):
        actor = actor or cast.cast.manager
        return returned_add(actor=actor, contract=contract, document=sent(data, actor))

    cast.contract, cast.fetched, cast.sent, cast.back = contract, fetched, sent, back
    return cast


def edited(data, change):
    """The file as somebody edited it in Word."""
    word = Word(io.BytesIO(data))
    change(word)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def replaced(old, new):
    def change(word):
        found = next(each for each in word.paragraphs if old in each.text)
        found.runs[0].text = found.text.replace(old, new)
        for run in found.runs[1:]:
            run.text = ""

    return change


def parts(data, **changed):
    """The file with parts changed by their bytes; those that it has not are added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            made.writestr(name, changed.pop(name)(given.read(name)) if name in changed else given.read(name))
        for name, make in changed.items():
            made.writestr(name, make(b""))
    return out.getvalue()


def in_body(xml):
    return {"word/document.xml": lambda data: data.replace(b"<w:sectPr", xml.encode() + b"<w:sectPr", 1)}


# Writing


def test_the_document_says_what_the_contract_says_and_nothing_of_it_is_a_template(cast):
    contract = contract_edit(actor=cast.cast.office, contract=cast.cast.drafted(cast.row), title="A {{ 7*7 }} <b>")
    data = docx_written(lines_of(contract))
    assert read(data).lines == tuple(each.text for each in lines_of(contract))
    assert "A {{ 7*7 }} <b>" in read(data).lines
    for text in HOSTILE:
        assert read(written(text)).lines == (text,)
    assert docx_written(lines_of(contract)) == data  # the same bytes, whenever


def test_every_clause_fact_and_payment_stands_in_it(cast):
    contract = cast.cast.drafted(cast.row)
    said = "\n".join(each.text for each in lines_of(contract))
    for clause in contract.clauses.all():
        for text in (clause.title, clause.title_en, *clause.text.splitlines(), *clause.text_en.splitlines()):
            assert " ".join(text.split()) in said
    for value in ("1000000.00", "60000.00", "1060000.00", "2026-01-01", "2027-12-31", "200000.00", "Calls Ltd"):
        assert value in said
    assert said.count("个工作日内支付") == 2


def test_controls_and_turned_text_are_left_out(cast):
    contract = contract_edit(
        actor=cast.cast.office, contract=cast.cast.drafted(cast.row), title="one\x0bt\u202ewo\x02\ufeff"
    )
    assert lines_of(contract)[0].text == "one two"
    assert read(docx_written(lines_of(contract))).lines[0] == "one two"


def test_it_is_filed_when_offered_for_both_sides_and_again_as_the_next_version(offered):
    document = offered.contract.document
    assert (document.state, document.is_shared, document.version) == ("clean", True, 1)
    assert offered.fetched(offered.cast.manager) == offered.fetched(offered.cast.office)
    assert Entry.objects.filter(event="contract.written", object_id=str(offered.contract.pk)).count() == 1
    contract = contract_reopen(actor=offered.cast.office, contract=offered.contract)
    contract = contract_offer(actor=offered.cast.office, contract=contract)
    assert (contract.document.version, contract.document.series) == (2, document.series)
    assert contract.document.is_current


def test_a_draft_has_no_document_and_a_contractor_sees_none(cast):
    contract = cast.cast.drafted(cast.row)
    assert contract.document is None
    assert _document(cast.cast.office, contract)["document"] is None


# Coming back


def test_what_comes_back_untouched_says_the_same(offered):
    found = offered.back(edited(offered.fetched(), lambda _word: None))
    assert (found.is_same, found.changed, found.added, found.removed) == (True, 0, 0, 0)
    assert differs(offered.contract) is None


def test_a_changed_clause_stops_the_signature_until_the_draft_takes_it_over(offered):
    cast = offered.cast
    clause = offered.contract.clauses.exclude(demands=[]).first()
    line = clause.text.splitlines()[0]
    found = offered.back(edited(offered.fetched(), replaced(line, f"{line}乙方另有权利。")))
    assert (found.is_same, found.changed, found.added, found.removed) == (False, 1, 0, 0)
    groups = [each for each in _compared(cast.office, found)["groups"] if each.differs]
    assert [clause.title in each.heading for each in groups] == [True]
    assert groups[0].demanded
    assert not any(each.demanded for each in _compared(cast.manager, found)["groups"])
    contract = contract_agree(actor=cast.manager, contract=offered.contract)
    cast.approve(contract)
    cast.sealed(contract)
    cast.confidential()
    day = contract.agreed_on
    with pytest.raises(ReturnedDiffers):
        contract_sign(actor=cast.office, contract=contract, signed_on=day)
    with pytest.raises(NotPermitted):
        returned_accept(actor=cast.manager, returned=found, accepted_reason="Ours")
    with pytest.raises(ValidationError):
        returned_accept(actor=cast.one("legal"), returned=found, accepted_reason=" ")
    done = returned_accept(actor=cast.one("legal"), returned=found, accepted_reason="Agreed by telephone")
    assert done.accepted_by_id == cast.one("legal").person_id
    contract = Contract.objects.get(pk=contract.pk)
    assert (contract.state, contract.approved_on, contract.shared_with) == ("draft", None, None)
    own = contract.clauses.get(title=clause.title)
    assert (own.is_own, own.counts, own.demands) == (True, False, clause.demands)
    assert own.text == f"{clause.text}".replace(line, f"{line}乙方另有权利。")
    assert own.text_en == clause.text_en
    clause_check(actor=cast.one("legal", 1), clause=own)
    contract = contract_agree(actor=cast.manager, contract=contract_offer(actor=cast.office, contract=contract))
    assert differs(contract) is None
    with pytest.raises(ContractNotApproved):
        contract_sign(actor=cast.office, contract=contract, signed_on=day)
    cast.approve(contract)
    cast.sealed(contract)
    assert contract_sign(actor=cast.office, contract=contract, signed_on=day).state == "in_force"
    with pytest.raises(ContractNotNow):
        returned_accept(actor=cast.one("legal"), returned=done, accepted_reason="Again")


def test_a_changed_amount_is_accepted_by_nobody_and_a_clean_file_lets_it_be_signed(offered):
    found = offered.back(edited(offered.fetched(), replaced("1060000.00", "1060.00")))
    with pytest.raises(FactsDiffer):
        returned_accept(actor=offered.cast.one("legal"), returned=found, accepted_reason="No")
    assert Contract.objects.get(pk=offered.contract.pk).state == "offered"
    assert differs(offered.contract) == 1
    offered.back(edited(offered.fetched(), lambda _word: None))
    assert differs(offered.contract) is None


def test_a_clause_that_was_taken_out_or_put_in_is_named(offered):
    clause = offered.contract.clauses.order_by("position").last()

    def cut(word):
        for each in word.paragraphs:
            if each.text.startswith(f"第{clause.position}条") or each.text in (
                *clause.text.splitlines(),
                *clause.text_en.splitlines(),
            ):
                each._p.getparent().remove(each._p)

    found = offered.back(edited(offered.fetched(), cut))
    assert (found.changed, found.added) == (0, 0)
    assert found.removed == 1 + len(clause.text.splitlines()) + len(clause.text_en.splitlines())
    returned_accept(actor=offered.cast.one("legal"), returned=found, accepted_reason="Agreed")
    assert not offered.contract.clauses.filter(title=clause.title).exists()


def test_a_new_clause_is_not_slipped_into_another(offered):
    heading = next(each for each in Word(io.BytesIO(offered.fetched())).paragraphs if each.text.startswith("第2条"))

    def put(word):
        found = next(each for each in word.paragraphs if each.text == heading.text)
        found.insert_paragraph_before("第99条 乙方特权")

    found = offered.back(edited(offered.fetched(), put))
    assert (found.added, found.is_same) == (1, False)
    with pytest.raises(FactsDiffer):
        returned_accept(actor=offered.cast.one("legal"), returned=found, accepted_reason="Slipped")


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>", "vanish"),
        ('<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:p>', "numbering"),
        ('<w:p><w:pPr><w:pStyle w:val="ListNumber"/></w:pPr></w:p>', "numbering"),
        ("<w:p><w:r><w:drawing/></w:r></w:p>", "picture"),
        ("<w:p><w:r><w:object/></w:r></w:p>", "object"),
        ('<w:p><w:fldSimple w:instr="INCLUDETEXT x"/></w:p>', "field INCLUDETEXT"),
        ('<w:p><w:fldSimple w:instr="PAGE"/></w:p>', "field PAGE"),
        (f'<w:p><w:r>{_FIELD % "begin"}<w:instrText>DDE</w:instrText>{_FIELD % "end"}</w:r></w:p>', "field DDE"),
        ("<w:sdt><w:sdtPr><w:dataBinding/></w:sdtPr></w:sdt>", "dataBinding"),
    ],
)  # fmt: skip
def test_what_shows_more_than_its_words_is_a_fault(what, fault):
    found = read(parts(written("one"), **in_body(what)))
    assert found.faults == (fault,)
    assert "hidden" not in found.lines


@pytest.mark.parametrize(
    "what",
    [
        "<w:p><w:r><w:t>more</w:t></w:r></w:p>",
        "<w:p><w:ins><w:r><w:t>more</w:t></w:r></w:ins></w:p>",
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>more</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
        "<w:p><w:r><w:t>mo</w:t></w:r><w:hyperlink><w:r><w:t>re</w:t></w:r></w:hyperlink></w:p>",
        "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t>more</w:t></w:r></w:p>",
        "<w:p><w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom><w:r><w:t>more</w:t></w:r></w:p>",
    ],
)
def test_words_are_read_wherever_a_reader_sees_them(what):
    assert read(parts(written("one"), **in_body(what))).lines == ("one", "more")


def test_words_at_the_margins_are_read_and_a_number_of_a_page_is_none():
    data = written("one")
    with zipfile.ZipFile(io.BytesIO(data)) as packed_file:
        foot = next(name for name in packed_file.namelist() if "footer" in name)
    more = b'<w:p xmlns:w="%s"><w:r><w:t>7 small print</w:t></w:r></w:p></w:ftr>' % W.encode()
    assert read(parts(data, **{foot: lambda old: old.replace(b"</w:ftr>", more)})).lines == ("one", "7 small print")
    shown = (b'<w:fldSimple w:instr="PAGE"><w:r><w:t>%s</w:t></w:r></w:fldSimple>', b'<w:fldSimple w:instr="PAGE"/>')
    for said, lines in ((b"12", ("one",)), (b"12 free", ("one", "12 free"))):
        made = parts(data, **{foot: lambda old, said=said: old.replace(shown[1], shown[0] % said)})
        assert read(made).lines == lines


def test_a_file_that_shows_another_part_than_is_read_is_refused():
    data = written("one")
    moved = {"_rels/.rels": lambda old: old.replace(b"word/document.xml", b"word/other.xml"),
             "word/other.xml": lambda _old: b"<x/>"}  # fmt: skip
    with pytest.raises(ReturnedUnreadable):
        read(parts(data, **moved))
    assert read(parts(data, **{"word/afchunk.docx": lambda _old: b"x"})).faults == ("word/afchunk.docx",)
    outside = (b'<Relationship Id="r99" Type="a/attachedTemplate" Target="http://evil.test/" TargetMode="External"/>'
               b"</Relationships>")  # fmt: skip
    rels = {"word/_rels/document.xml.rels": lambda old: old.replace(b"</Relationships>", outside)}
    assert read(parts(data, **rels)).faults == ("attachedTemplate: http://evil.test/",)


def test_hostile_files_are_refused_before_anything_is_compared(offered):
    entity = (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document xmlns:w="%s">&e;</w:document>' % W.encode()
    )
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    data = offered.fetched()
    for bad in (entity, laughs, b"<w:document", b"\0\0", b""):
        with pytest.raises(ReturnedUnreadable):
            offered.back(parts(data, **{"word/document.xml": lambda _old, bad=bad: bad}))
    with pytest.raises(DocumentHasMacros):
        offered.sent(office(kind="ms-word.document.macroEnabled.main+xml"))
    with pytest.raises(ReturnedTooLong):
        offered.back(edited(data, lambda word: [word.add_paragraph("x") for _ in range(1001)]))
    with pytest.raises(ValidationError):  # of another kind than Word
        offered.back(b"plain text")
    assert not Returned.objects.exists()


def test_who_may_compare_what(offered):
    cast, data = offered.cast, offered.fetched()
    inside = offered.sent(data, cast.office)  # not shown to the contractor
    with pytest.raises(ValidationError):
        returned_add(actor=cast.office, contract=offered.contract, document=inside)
    with pytest.raises(ValidationError):
        returned_add(actor=cast.manager, contract=offered.contract, document=inside)
    theirs = offered.sent(data)
    with pytest.raises(NotPermitted):
        returned_add(actor=cast.one("finance"), contract=offered.contract, document=theirs)
    rival = offered.house.person("rival", offered.house.cards.organisation, "service_manager")[1]
    with pytest.raises(NotPermitted):
        returned_add(actor=rival, contract=offered.contract, document=theirs)
    assert [each.pk for each in _document(cast.manager, offered.contract)["waiting"]] == [theirs.pk]
    found = returned_add(actor=cast.office, contract=offered.contract, document=theirs)
    with pytest.raises(ValidationError):  # once
        returned_add(actor=cast.office, contract=offered.contract, document=theirs)
    assert not returned_visible(actor=rival).exists()
    assert returned_visible(actor=cast.manager).get() == found
    contract_reopen(actor=cast.office, contract=offered.contract)
    assert not returned_visible(actor=cast.manager).exists()
    with pytest.raises(NotPermitted):
        returned_add(actor=cast.manager, contract=Contract.objects.get(pk=offered.contract.pk), document=theirs)


# Comparing


def test_lines_are_paired_by_what_they_have_in_common():
    sent = [
        Line("head", "title", "Contract"),
        Line("clause:a", "text", "甲方支付一百元"),
        Line("clause:b", "text", "十日"),
    ]
    found = differences(sent, ["Contract", "乙方支付一百元", "新增条款内容不同", "十日"])
    assert [(each.part, each.change) for each in found] == [
        ("head", Change.SAME), ("clause:a", Change.CHANGED), ("clause:a", Change.ADDED), ("clause:b", Change.SAME),
    ]  # fmt: skip
    assert [(each.change, each.text) for each in pieces("pay 100 now", "pay 90 now")] == [
        (Change.SAME, "pay "), (Change.REMOVED, "100"), (Change.ADDED, "90"), (Change.SAME, " now"),
    ]  # fmt: skip


def test_long_lines_are_compared_in_time():
    one, other = "ab" * 4000, "ba" * 4000
    found = pieces(f"x{one}y", f"x{other}y")
    assert "".join(each.text for each in found if each.change is not Change.ADDED) == f"x{one}y"
    assert "".join(each.text for each in found if each.change is not Change.REMOVED) == f"x{other}y"
