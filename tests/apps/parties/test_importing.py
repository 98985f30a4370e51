"""Rows from files: tried, shown with what is wrong at each cell, and then added all or none."""

import io
import zipfile
from time import time

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.catalogue.models import Service
from guanbao.apps.parties.models import Department
from guanbao.platform import sheets
from guanbao.platform.keeping.models import ImportedFile
from guanbao.platform.keeping.waiting import waiting_folder
from guanbao.platform.ledger.models import Entry

AT = "/departments/import"
GOOD = "Institution,Code,Name,Layer\n{bank},A1,Audit,{kind}\n{bank},A2,Risk,{kind}\n"


@pytest.fixture
def office(client, house, thread, settings, tmp_path):  # noqa: ARG001 - there are arrangements
    settings.HOME = tmp_path
    person = house.person("both", house.bank.organisation, "outsourcing_office", "platform_administrator")[0]
    client.force_login(person)
    return client


def send(client, content, at=AT, name="rows.csv"):
    data = content.encode() if isinstance(content, str) else content
    return client.post(at, {"file": SimpleUploadedFile(name, data)})


def book(*rows):
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


def waiting():
    return list(waiting_folder().glob("*")) if waiting_folder().is_dir() else []


def headings(client, at=AT):
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{at}?template").content)).active
    return [cell.value for cell in sheet[1]]


def errors(response):
    return {line.number: line.errors for line, _, _ in response.context.get("rows", ()) if line.errors}


def test_a_template_comes_back_filled_in(office):
    head = headings(office)
    before = Department.objects.count()
    kind = Department._meta.get_field("kind").choices
    rows = [[{"Institution": "East Bank", "Code": "A1", "Name": "Audit"}.get(h, str(kind[0][1])) for h in head]]
    rows.append([{"Institution": "East Bank", "Code": "A2", "Name": "=Risk"}.get(h, kind[1][0]) for h in head])
    rows[1][head.index("Name")] = "'Risk"
    shown = send(office, book(head, *rows), name="x.xlsx")
    assert (shown.status_code, errors(shown), shown.context["count"]) == (200, {}, 2)
    assert Department.objects.count() == before, "a preview adds nothing"
    done = office.post(AT, {"digest": shown.context["digest"]})
    assert done.context["done"]
    assert {"A1", "A2"} <= set(Department.objects.values_list("code", flat=True))
    told = Entry.objects.filter(event="rows.imported").get()
    assert (told.after["rows"], told.after["resource"]) == (2, "departments")
    assert waiting() == [], "the file is kept no longer than it is needed"
    assert Entry.objects.filter(event="department.added", after__code="A1").exists()


def sample(house):
    return GOOD.format(bank=house.bank.name, kind=Department._meta.get_field("kind").choices[0][0])


def test_the_same_file_is_taken_once(office, house):
    digest = send(office, sample(house)).context["digest"]
    assert office.post(AT, {"digest": digest}).context["done"]
    before = Department.objects.count(), Entry.objects.count()
    for again in (send(office, sample(house)), office.post(AT, {"digest": digest})):
        assert again.status_code == 422
    assert "imported already" in send(office, sample(house)).content.decode()
    assert (Department.objects.count(), Entry.objects.count()) == before
    assert waiting() == []


def test_each_bad_cell_is_told_at_its_cell_and_nothing_is_added(office, house):
    text = sample(house) + f"No Bank,A3,X,nonsense\n{house.bank.name},A1,Twice,\n{house.other.name},A4,Theirs,\n"
    text += f"{house.bank.name},,Nameless,\n"
    shown = send(office, text)
    before = Department.objects.count(), Entry.objects.count()
    found = errors(shown)
    assert shown.status_code == 422
    assert found[4].keys() == {"institution", "kind"}
    assert found[5].keys() == {""}, "the same code stands in the file above"
    assert found[6].keys() == {"institution"}, "another bank is as one that is not there"
    assert found[6]["institution"] == found[4]["institution"]
    assert found[7].keys() == {"code"}
    assert 'class="wrong"' in shown.content.decode()
    assert office.post(AT, {"digest": shown.context["digest"]}).status_code == 422
    assert (Department.objects.count(), Entry.objects.count()) == before
    assert not ImportedFile.objects.exists()


def test_headers_and_choices_are_read_in_both_languages(office, house):
    office.post("/language", {"language": "zh"})
    chinese = headings(office)
    office.post("/language", {"language": "en"})
    assert chinese != headings(office)
    given = {chinese[0]: house.bank.name, chinese[1]: "Z1", chinese[2]: "零售"}
    shown = send(office, ",".join(given) + "\n" + ",".join(given.values()) + "\n")
    assert (shown.status_code, errors(shown)) == (200, {})
    encoded = (",".join(given) + "\n" + ",".join(given.values()) + "\n").encode("gb18030")
    assert send(office, encoded).status_code == 200


def test_arrangements_come_from_a_sheet(office, house):
    head = ["Institution", "Reference", "Title", "Executing department", "Contractor", "Elements", "Importance",
            "Starts on", "Cloud", "Monthly fee"]  # fmt: skip
    row = [
        house.bank.name,
        "WB-9",
        "New",
        "Card Centre",
        "Calls Ltd",
        "Personnel; 系统",
        "general",
        "2026-01-31",
        "是",
        12,
    ]
    shown = send(office, book(head, row), "/arrangements/import", "a.xlsx")
    assert (shown.status_code, errors(shown)) == (200, {})
    office.post("/arrangements/import", {"digest": shown.context["digest"]})
    made = Arrangement.objects.get(reference="WB-9")
    assert (made.elements, made.contractor, made.uses_cloud) == (["personnel", "system"], house.calls, True)
    assert (str(made.starts_on), str(made.fee_monthly), made.fee_currency) == ("2026-01-31", "12.00", "CNY")


def test_a_formula_is_never_run(office, house):
    code = Department._meta.get_field("kind").choices[0][0]
    shown = send(office, book(["Institution", "Code", "Name", "Layer"],
                              [house.bank.name, "A1", "=1+1", code]), name="x.xlsx")  # fmt: skip
    assert errors(shown)[2].keys() == {"name"}
    text = send(office, GOOD.format(bank=house.bank.name, kind=code).replace("Audit", "=1+1"))
    assert text.status_code == 200
    office.post(AT, {"digest": text.context["digest"]})
    assert Department.objects.get(code="A1").name == "=1+1", "text is text"


@pytest.mark.parametrize("content", [
    b"", b"\x00\x01\x02", b"PK\x03\x04 no workbook", b"Institution,Code,Name\n", b"Password,Code\n1,2\n", b"Name\nx\n",
    b"Institution,Institution,Code,Name\n1,2,3,4\n", b"\xff\xfeI\x00", b",".join(b"c" for _ in range(300)) + b"\n1\n",
    b'Institution,Code,Name\n"open,1,2\n', b"\xff" * 100,
])  # fmt: skip
def test_what_cannot_be_read_is_told_at_the_field(office, content):
    refused = send(office, content)
    assert refused.status_code == 422
    assert refused.context["upload"].errors.keys() == {"file"}
    assert waiting() == []


def test_sizes_are_limited(office, house, monkeypatch):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (sheets._MOST_UNPACKED + 1))
    assert "unpacks" in str(send(office, bomb.getvalue(), name="b.xlsx").context["upload"].errors)
    assert send(office, b"x" * (sheets.MOST_BYTES + 1)).status_code == 422
    monkeypatch.setattr(sheets, "MOST_ROWS", 1)
    assert "Part it" in str(send(office, sample(house)).context["upload"].errors)
    assert waiting() == []


def test_a_file_waits_for_its_sender_alone_and_not_for_long(client, office, house):
    digest = send(office, sample(house)).context["digest"]
    [file] = waiting()
    colleague = house.person("colleague", house.bank.organisation, "platform_administrator")[0]
    before = Department.objects.count()
    client.force_login(colleague)
    assert client.post(AT, {"digest": digest}).status_code == 422
    assert client.post(AT, {"digest": f"../{file.name}"}).status_code == 422
    assert Department.objects.count() == before
    assert file.stat().st_mtime > time() - 3600


def test_who_may_not_add_finds_no_import(client, house, thread, settings, tmp_path):
    settings.HOME = tmp_path
    before = Department.objects.count(), Entry.objects.count()
    for person in (thread.manager[0], thread.auditor[0]):
        client.force_login(person)
        for asked in (client.get(AT), client.get(f"{AT}?template"), send(client, sample(house))):
            assert asked.status_code == 404
    assert (Department.objects.count(), Entry.objects.count()) == before
    assert waiting() == []


def test_a_contractor_imports_for_itself_alone(client, thread, settings, tmp_path):
    settings.HOME = tmp_path
    client.force_login(thread.manager[0])
    head = headings(client, "/services/import")
    assert "Function that may not be outsourced" not in head
    row = "Offered by,Code,Name,Kind of service,Personnel,Valid from\n"
    row += "{},S1,Calls,back_office.call_centre,contractor,2026-01-01\n"
    shown = send(client, row.format("Calls Ltd"), "/services/import")
    assert errors(shown) == {}
    client.post("/services/import", {"digest": shown.context["digest"]})
    assert Service.objects.get().state == "proposed"
    assert errors(send(client, row.format("Cards Ltd"), "/services/import"))[2].keys() == {"contractor"}
    assert client.get("/arrangements/import").status_code == 404
