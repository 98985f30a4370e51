"""What a file is, told by what it holds."""

import gzip
import io

import pytest

import hostile
from guanbao.engine.errors import InputError
from guanbao.platform.files.contents.types import type_of
from guanbao.platform.files.errors import ArchiveGrows, ArchiveTooMany, DocumentEmpty

EVERY = [(name, data, refused) for name, data, refused in hostile.hostile() if len(data) < 8 << 20]


@pytest.mark.parametrize("ending", hostile.ordinary())
def test_an_ordinary_file_is_taken_for_what_it_is(ending):
    data = hostile.ordinary()[ending]
    assert type_of(io.BytesIO(data), len(data)).ending == ending


@pytest.mark.parametrize(("data", "refused"), [one[1:] for one in EVERY], ids=[one[0] for one in EVERY])
def test_a_hostile_file_is_refused_by_a_fact(data, refused):
    try:
        type_of(io.BytesIO(data), len(data))
    except InputError:
        return
    assert not refused


def test_nothing_is_no_file():
    with pytest.raises(DocumentEmpty):
        type_of(io.BytesIO(b""), 0)


def test_a_million_entries_are_counted_no_further_than_needed():
    for data in (hostile.million_in_zip(), hostile.million_in_tar()):
        with pytest.raises(ArchiveTooMany):
            type_of(io.BytesIO(data), len(data))


def test_a_ratio_counts_over_all_that_lies_within():
    small = hostile.packed([(f"{n}.zip", hostile.zeros(1)) for n in range(7)])
    assert type_of(io.BytesIO(small), len(small)).ending == "zip"
    large = hostile.packed([(f"{n}.zip", hostile.zeros(1)) for n in range(30)])
    with pytest.raises(ArchiveGrows):
        type_of(io.BytesIO(large), len(large))


def test_a_document_in_a_package_in_which_another_lies_is_taken():
    embedding = hostile.office(
        more=[("word/embeddings/book.xlsx", hostile.office("spreadsheetml.sheet", "xl/workbook"))]
    )
    package = hostile.packed([("report.docx", embedding)])
    assert type_of(io.BytesIO(package), len(package)).ending == "zip"


def test_a_gzip_of_a_tar_is_looked_through():
    data = gzip.compress(hostile.tar([("a.txt", b"x" * 2000), ("b.txt", b"y")]))
    assert type_of(io.BytesIO(data), len(data)).ending == "gz"
