"""Values in Chinese. House rules hold that ours have some; what libraries say is provoked here, for it may change."""

import csv
import errno
import gzip
import io
import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer

from guanbao.cli.application import build
from guanbao.engine import documents
from guanbao.engine.errors import Where
from guanbao.engine.expressions import ExpressionBroken, parse_expression
from guanbao.engine.language import explain, form_of, say_value
from guanbao.engine.records.structured import excel
from guanbao.engine.records.texts import Layout, SourceUnreadable

LIBRARIES = Path(__file__).parents[1] / "src/guanbao/packs/language/zh-libraries.yaml"
SYSTEM = "ENOENT EACCES EISDIR ENOTDIR EEXIST ENAMETOOLONG ENOSPC EROFS"
PACKED = gzip.compress(b"one two three" * 99, mtime=0)


def needs_a_file() -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def read(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
        pass

    return app


def typer_says(words: str, app: Callable[[], typer.Typer] = build) -> str:
    with pytest.raises(Exception, match=r".") as caught:
        typer.main.get_command(app())(words.split(), standalone_mode=False)
    return caught.value.format_message()


def yaml_says(text: str) -> str:
    with pytest.raises(documents.YamlBroken) as caught:
        documents.parse(text)
    return caught.value.params["reason"]


def sql_says(text: str) -> str:
    with pytest.raises(ExpressionBroken) as caught:
        parse_expression(text)
    return caught.value.params["reason"]


def json_says(text: str | bytes) -> str:
    with pytest.raises((ValueError, RecursionError)) as caught:
        json.loads(text if isinstance(text, str) else text.decode("utf-8"))
    return str(caught.value)


def csv_says(line: str) -> str:
    limit = csv.field_size_limit(100)
    try:
        with pytest.raises(csv.Error) as caught:
            list(csv.reader([line], strict=True))
    finally:
        csv.field_size_limit(limit)
    return str(caught.value)


def gzip_says(packed: bytes) -> str:
    with pytest.raises((gzip.BadGzipFile, zlib.error)) as caught:
        gzip.decompress(packed)
    return str(caught.value)


def excel_says(folder: Path) -> str:
    file = folder / "wrong.xlsx"
    file.write_bytes(b"no workbook")
    with pytest.raises(SourceUnreadable) as caught:
        list(excel(file, Layout(), file))
    return caught.value.params["reason"].removeprefix("it is not an Excel workbook (").removesuffix(")")


def parquet_says(content: bytes) -> str:
    with pytest.raises(pa.ArrowInvalid) as caught:
        pq.ParquetFile(io.BytesIO(content))
    return str(caught.value)


@pytest.fixture
def said(tmp_path):
    """What libraries say of what is wrong."""
    typed = (
        "measure", "measure x", "--nothing", "measure --perod x", "nothing", "mesure", "presets show a b",
        "measure x --period", "measures list --json=x", "measure x --period y --cut z",
        f"measure x --period y --cut {'9' * 5000}",
    )  # fmt: skip
    yaml = (
        "a: b: c", "a: - b", "a: 1\nb", "a:\n\t- b", 'a: "\\q"', "a: 'b", "a: [b", "a: {b: c", "- a\nb: c", "a: }",
        "[a]]", "a: |x", "a: 1\n---\nb: 2", "[[" * 5000,
    )  # fmt: skip
    json_texts = ("", "[1 2]", '{"a" 1}', "{a", '"a', '"\t"', '"\\q"', '"\\u12"', "1 2", "[" * 100_000, b"\xff")
    sql = ("a b c", "a = ", "(a = 1", "a = 'x")
    csv_lines = ('"a"b', "x" * 200, "a\rb")
    return [
        *map(typer_says, typed), typer_says("/nowhere", needs_a_file),
        *(os.strerror(getattr(errno, name)) for name in SYSTEM.split()),
        *map(yaml_says, yaml), *map(json_says, json_texts), *map(csv_says, csv_lines),
        *map(gzip_says, (PACKED[:10] + b"\xff" * 9, PACKED[:-8] + b"\0" * 8, PACKED[:-4] + b"\0" * 4)),
        excel_says(tmp_path), parquet_says(b"no Parquet " * 9), parquet_says(b""),
        *map(sql_says, sql),
    ]  # fmt: skip


def test_what_libraries_say_is_said_in_chinese(said):
    assert [text for text in said if say_value(text, "zh") == text] == []
    assert [text for text in said if say_value(text, "en") != text] == []


def test_libraries_still_say_what_is_translated(said):
    ours = documents.read(LIBRARIES).data["values"]
    assert [text for text in ours if not any(form_of(text).search(each) for each in said)] == []


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("it is missing", "缺少值"),
        ("it is before {column}", "早于 {column}"),
        ("it is before resolved_at", "早于 resolved_at"),
        ("it is before lunch\nand tea", "早于 lunch\nand tea"),
        ("none of a, b", "不是以下之一：a, b"),
        ("none of the values that the mapping knows: a", "不是映射所列的值：a"),
        ("the key «a» b» stands twice", "键“a» b”出现了两次"),
        ("it is not JSON (Expecting value: line 1 column 2 (char 1))", "不是 JSON（第 1 行第 2 列应为值）"),
        ("the row has 1 fields, the header 2", "该行有 1 个字段，表头有 2 个"),
        ("it is before none", "早于 none"),
        ("it is missing here", "it is missing here"),
        ("", ""),
    ],
)
def test_a_value(text, chinese):
    assert say_value(text, "zh") == chinese
    assert say_value(text, "en") == text


def test_a_value_is_said_in_time():
    """What fills a value may come from a contractor: here all that could be a hole's end, again and again."""
    hostile = ": line 1 column 1 (char » stands twice, as , with a fold. Line 1, Col: " * 20_000
    assert say_value(f"the key «{hostile}» stands twice", "zh") == f"键“{hostile}”出现了两次"
    assert say_value(hostile, "zh") == hostile


def test_an_error_says_its_values_and_leaves_data_alone():
    wrong = documents.ValueWrong(Where("a.yaml"), key="none", value="it is missing", expected=ValueError("a number"))
    assert explain(wrong, "zh") == "a.yaml: “it is missing”不能用作 none。 应为：数字。"
    assert explain(wrong, "en") == str(wrong)
    unknown = documents.KeyUnknown(key="text", known=["none"])
    assert explain(unknown, "zh") == "此处没有“text”这个键。 可用的键：none。"
