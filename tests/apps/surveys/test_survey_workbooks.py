"""Workbooks: sent back unchanged whatever they hold; what is not taken is named by sheet, line and column."""

import io
import zipfile

import openpyxl
import pytest
from django.test import Client

from guanbao.engine.documents import parse
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.questionnaires.errors import WorkbookUnreadable
from guanbao.platform.questionnaires.models import Answer, QuestionnaireVersion
from guanbao.platform.questionnaires.selectors import answers_of
from guanbao.platform.questionnaires.services.answering import Filled, answers_save
from guanbao.platform.questionnaires.services.versions import version_keep, version_upload
from guanbao.platform.questionnaires.workbooks.answers import ANSWERS, answers_fill, answers_write
from guanbao.platform.questionnaires.workbooks.cells import MOST_ROWS
from guanbao.platform.questionnaires.workbooks.definitions import QUESTIONS, definition_write

pytestmark = pytest.mark.django_db
HOSTILE = [
    '=HYPERLINK("http://evil.example","x")', "=1+1", "+1", "-1", "@SUM(A1)", "\tTab", "a\nb\r\nc", "#REF!", "'quoted",
    "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "{question}", "x" * 4000,
    "中文；分号; both", "\u202eright", "0012",
]  # fmt: skip


def fetched(desk, issue, tmp_path, actor=None):
    """The workbook of an issue, written as somebody fetches it."""
    file = tmp_path / "answers.xlsx"
    answers_write(actor=actor or desk.manager, issue=issue, file=file)
    return file


def edited(file, changes, sheet=ANSWERS):
    """Put values into cells: {(code, column): value}, columns counted from 1."""
    book = openpyxl.load_workbook(file)
    rows = {row[0].value: row for row in book[sheet].iter_rows(min_row=2)}
    for (code, column), value in changes.items():
        rows[code][column - 1].value = value
    book.save(file)
    return file


ANSWER, UNFIT, WHY, SEEN = 7, 8, 9, 11


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_answer_goes_out_as_text_and_comes_back_unchanged(desk, tmp_path, text):
    issue = desk.sent()
    filled = {"way": Filled("rented"), "why": Filled(text), "met": Filled("yes", explanation=text[:2000])}
    assert not answers_save(actor=desk.manager, issue=issue, filled=filled).faults
    file = fetched(desk, issue, tmp_path)
    book = openpyxl.load_workbook(file)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    before = Answer.objects.count()
    filling = answers_fill(actor=desk.manager, issue=issue, file=file)
    assert (filling.kept, filling.rejected) == (0, [])
    assert Answer.objects.count() == before


def test_what_is_filled_in_is_kept(desk, tmp_path):
    issue = desk.sent()
    changes = {
        ("met", ANSWER): "部分", ("way", ANSWER): "Rented", ("why", ANSWER): "Cheaper", ("parts", ANSWER): "A; b",
        ("grade", UNFIT): "是", ("grade", WHY): "No surveys", ("day", ANSWER): "2026-11-30",
    }  # fmt: skip
    file = edited(fetched(desk, issue, tmp_path), changes)
    filling = answers_fill(actor=desk.manager, issue=issue, file=file)
    assert (filling.kept, filling.rejected) == (6, [])
    found = {code: each.value for code, each in answers_of(issue).items()}
    assert found == {
        "met": "partial", "way": "rented", "why": "Cheaper", "parts": ["a", "b"], "grade": None, "day": "2026-11-30",
    }  # fmt: skip
    assert answers_of(issue)["grade"].is_unfit
    assert answers_fill(actor=desk.manager, issue=issue, file=fetched(desk, issue, tmp_path)).kept == 0


def test_every_row_that_is_not_taken_is_named_and_nothing_is_kept(desk, tmp_path):
    issue = desk.sent()
    changes = {
        ("met", ANSWER): "perhaps", ("way", ANSWER): "own", ("why", ANSWER): "Not asked", ("grade", ANSWER): 11,
        ("parts", ANSWER): "=A1", ("day", UNFIT): "perhaps",
    }  # fmt: skip
    file = edited(fetched(desk, issue, tmp_path), changes)
    book = openpyxl.load_workbook(file)
    book[ANSWERS].append(["made_up", "", "", "", "", "", "x"])
    book[ANSWERS].append(["met", "", "", "", "", "", "yes"])
    book.save(file)
    filling = answers_fill(actor=desk.manager, issue=issue, file=file)
    assert filling.kept == 0
    assert [(each.sheet, each.line) for each in filling.rejected] == [
        (ANSWERS, line) for line in (2, 4, 5, 6, 7, 9, 10)
    ]
    assert all(each.column and each.reason for each in filling.rejected)
    assert not Answer.objects.exists()


def test_what_somebody_answered_meanwhile_is_not_overwritten(desk, tmp_path):
    issue = desk.sent()
    file = edited(fetched(desk, issue, tmp_path), {("met", ANSWER): "no", ("way", ANSWER): "own"})
    answers_save(actor=desk.colleague, issue=issue, filled={"met": Filled("yes")})
    filling = answers_fill(actor=desk.manager, issue=issue, file=file)
    assert [each.line for each in filling.rejected] == [2]
    assert {code: each.value for code, each in answers_of(issue).items()} == {"met": "yes"}


def bomb():
    """A workbook that unpacks to more than anybody needs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 120_000_000)
    return out.getvalue()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no workbook", b"a,b\n1,2\n", bomb()])
def test_what_is_no_workbook_is_refused(desk, tmp_path, content):
    issue = desk.sent()
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(WorkbookUnreadable):
        answers_fill(actor=desk.manager, issue=issue, file=file)


def test_a_workbook_of_another_questionnaire_or_too_long_is_refused(desk, tmp_path):
    issue, other = desk.sent(), desk.sent()
    with pytest.raises(WorkbookUnreadable):
        answers_fill(actor=desk.manager, issue=other, file=fetched(desk, issue, tmp_path))
    file = fetched(desk, issue, tmp_path)
    book = openpyxl.load_workbook(file)
    for _ in range(MOST_ROWS + 1):
        book[ANSWERS].append(["met"])
    book.save(file)
    with pytest.raises(WorkbookUnreadable):
        answers_fill(actor=desk.manager, issue=issue, file=file)


def browser(actor):
    client = Client(headers={"accept-language": "en"})
    client.post("/login", {"username": actor.name, "password": "a long enough password"})
    return client


def upload(client, url, content, name="file.xlsx"):
    sent = io.BytesIO(content)
    sent.name = name
    return client.post(url, {"file": sent})


def test_a_definition_comes_back_as_a_workbook_with_faults_at_their_cells(desk, tmp_path, every):
    file = tmp_path / "book.xlsx"
    definition_write(every.text.format(side="contractor", shown="false"), file)
    office = browser(desk.office)
    before = QuestionnaireVersion.objects.count()
    answer = upload(office, "/questionnaires-in-force/", file.read_bytes())
    assert answer.status_code == 302
    assert QuestionnaireVersion.objects.count() == before + 1
    made, first = QuestionnaireVersion.objects.order_by("-pk")[0], QuestionnaireVersion.objects.order_by("pk")[0]
    assert made.digest == first.digest
    assert made.enforced_at is None
    book = openpyxl.load_workbook(file)
    heads = [cell.value for cell in book[QUESTIONS][1]]
    book[QUESTIONS].cell(2, heads.index("weight") + 1).value = "much"
    book[QUESTIONS].cell(3, heads.index("critical") + 1).value = "perhaps"
    book.save(file)
    page = upload(office, "/questionnaires-in-force/", file.read_bytes())
    assert page.status_code == 422
    found = [(each.sheet, each.line, each.column) for each in page.context["rejected"]]
    assert found == [(QUESTIONS, 2, "J"), (QUESTIONS, 3, "K")]
    book[QUESTIONS].cell(2, heads.index("weight") + 1).value = 1
    book[QUESTIONS].cell(3, heads.index("critical") + 1).value = None
    book[QUESTIONS].cell(4, heads.index("when") + 1).value = '{"question": "gone", "is": ["x"]}'
    book.save(file)
    page = upload(office, "/questionnaires-in-force/", file.read_bytes())
    assert page.status_code == 422
    assert f"{QUESTIONS}:4:U" in page.content.decode()
    assert QuestionnaireVersion.objects.count() == before + 1


def test_definitions_are_an_institutions_to_read_and_of_few_to_replace(desk, every):
    before = QuestionnaireVersion.objects.count()
    content = every.text.format(side="contractor", shown="true").encode()
    manager, auditor = browser(desk.manager), browser(desk.thread.auditor[1])
    for url in ("/questionnaires-in-force/", "/questionnaires-in-force/site/workbook"):
        assert manager.get(url).status_code == 404
        assert auditor.get(url).status_code == 200
    assert auditor.get("/questionnaires-in-force/nothing/workbook").status_code == 404
    assert browser(desk.elsewhere).get("/questionnaires-in-force/every_kind/workbook").status_code == 404
    assert auditor.get("/questionnaires-in-force/every_kind/workbook").status_code == 200
    assert "Check and upload" not in auditor.get("/questionnaires-in-force/").content.decode()
    for who in (manager, auditor):
        assert upload(who, "/questionnaires-in-force/", content, "made.yaml").status_code == 404
    for who in (desk.manager, desk.thread.auditor[1]):
        with pytest.raises(NotPermitted):
            version_upload(actor=who, text=content)
        with pytest.raises(NotPermitted):
            version_keep(actor=who, document=parse(content.decode()), text=content.decode())
    assert QuestionnaireVersion.objects.count() == before
    assert upload(browser(desk.office), "/questionnaires-in-force/", content, "made.yaml").status_code == 302
    assert QuestionnaireVersion.objects.count() == before + 1
    wrong = upload(browser(desk.office), "/questionnaires-in-force/", b"name: x", "made.yaml")
    assert wrong.status_code == 422
    assert "title" in wrong.content.decode()


def test_workbooks_go_through_the_pages(desk, tmp_path):
    issue = desk.sent()
    manager = browser(desk.manager)
    answer = manager.get(f"/questionnaires/{issue.pk}/workbook")
    assert answer["Content-Disposition"].startswith("attachment")
    file = tmp_path / "back.xlsx"
    file.write_bytes(answer.content)
    edited(file, {("met", ANSWER): "Yes", ("grade", ANSWER): 12})
    page = upload(manager, f"/questionnaires/{issue.pk}/fill", file.read_bytes())
    assert page.status_code == 422
    assert [(each.line, each.sheet) for each in page.context["rejected"]] == [(6, ANSWERS)]
    edited(file, {("grade", ANSWER): 8})
    assert upload(manager, f"/questionnaires/{issue.pk}/fill", file.read_bytes()).status_code == 302
    assert answers_of(issue)["grade"].value == "8"
    for who in (desk.rival, desk.elsewhere):
        client = browser(who)
        assert client.get(f"/questionnaires/{issue.pk}/workbook").status_code == 404
        assert upload(client, f"/questionnaires/{issue.pk}/fill", file.read_bytes()).status_code == 404
