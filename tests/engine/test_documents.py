"""YAML with a core schema: what is text stays text, what is doubtful is refused, and its place is said."""

import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanbao.engine import documents
from guanbao.engine.documents import FileUnreadable, KeyMissing, KeyTwice, KeyUnknown, ValueWrong, YamlBroken
from guanbao.engine.errors import GuanbaoError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("09:00", "09:00"),
        ("190:20:30", "190:20:30"),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("y", "y"),
        ("tRue", "tRue"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("nuLL", "nuLL"),
        ("2024-02-29", "2024-02-29"),
        ("2024-02-29T10:00:00Z", "2024-02-29T10:00:00Z"),
        ("1", 1),
        ("-7", -7),
        ("+5", 5),
        ("012", 12),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1.10", Decimal("1.10")),
        ("0.1", Decimal("0.1")),
        (".5", Decimal("0.5")),
        ("99.95", Decimal("99.95")),
        ("0.30000000000000000000000000004", Decimal("0.30000000000000000000000000004")),
        ("1e3", Decimal(1000)),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("=", "="),
        ("80%", "'80%'"[1:-1]),
        ("'1'", "1"),
        ('"null"', "null"),
        ("１２", "１２"),
        ("|\n  1\n  2\n", "1\n2\n"),
        (">-\n  1\n  2\n", "1 2"),
    ],
)
def test_a_scalar(text, value):
    found = documents.parse(f"a: {text}").data["a"]
    assert (found, type(found)) == (value, type(value))


def test_a_decimal_is_exact():
    assert str(documents.parse("a: 1.10").data["a"]) == "1.10"


def test_keys_are_text():
    assert documents.parse("1: a\nyes: b\n~: c\n2024-01-01: d\n1.5: e").data == {
        "1": "a",
        "yes": "b",
        "~": "c",
        "2024-01-01": "d",
        "1.5": "e",
    }


def test_a_merge_key_is_a_key_like_any_other():
    assert documents.parse("<<: {a: 1}\nb: 2").data == {"<<": {"a": 1}, "b": 2}


@pytest.mark.parametrize(
    ("text", "fault", "place"),
    [
        ("a: 1\na: 2", KeyTwice, "f.yaml:2:1"),
        ("a: {b: 1,\n  b: 2}", KeyTwice, "f.yaml:2:3"),
        ("'a': 1\n\"a\": 2", KeyTwice, "f.yaml:2:1"),
        ("a: 1\r\nb: 2\r\na: 3", KeyTwice, "f.yaml:3:1"),
        ("a: 😀\na: 2", KeyTwice, "f.yaml:2:1"),
        ("a: &x 1\nb: *x", YamlBroken, "f.yaml:2:4"),
        ("a: &x [*x]", YamlBroken, "f.yaml:1:8"),
        ("a: !!int '5'", YamlBroken, "f.yaml:1:4"),
        ("a: !x y", YamlBroken, "f.yaml:1:4"),
        ("- !!binary aGk=", YamlBroken, "f.yaml:1:3"),
        ("a:\n  b: !!map {}", YamlBroken, "f.yaml:2:6"),
        ("!!python/object/apply:os.system [x]", YamlBroken, "f.yaml:1:1"),
        ("a:\n\t- 1", YamlBroken, "f.yaml:2:1"),
        ("a:\t1", YamlBroken, "f.yaml:1:3"),
        ("a: 1\n---\nb: 2", YamlBroken, "f.yaml:2:1"),
        ("a: b: c", YamlBroken, "f.yaml:1:5"),
        ("a: [1, 2", YamlBroken, "f.yaml:1:9"),
        ("a: 'x", YamlBroken, "f.yaml:1:6"),
        ('a: "\\q"', YamlBroken, "f.yaml:1:6"),
        ("- a\nb: c", YamlBroken, "f.yaml:2:1"),
        ("? [a]\n: b", YamlBroken, "f.yaml:1:3"),
        ("a: 1\nb: x\x07", YamlBroken, "f.yaml:2:5"),
        ("a: 1\n银: \x00", YamlBroken, "f.yaml:2:4"),
        ('a: 1\nb: "\\0"', YamlBroken, "f.yaml:2:4"),
        ('a: "\\ud800"', YamlBroken, "f.yaml:1:4"),
        ('"\\ud800": 1', YamlBroken, "f.yaml:1:1"),
    ],
)
def test_what_is_refused_is_named_with_its_place(text, fault, place, tmp_path):
    file = tmp_path / "f.yaml"
    file.write_bytes(text.encode())
    with pytest.raises(fault) as caught:
        documents.read(file)
    assert str(caught.value).startswith(f"{tmp_path}/{place}: ")


@pytest.mark.parametrize("text", ["[" * 5_000, "{a: " * 3_000, "- " * 5_000, "? " * 3_000, "[" * 900 + "]" * 900])
def test_a_deep_nest_is_refused_in_time(text):
    started = time.process_time()
    with pytest.raises(YamlBroken):
        documents.parse(text)
    assert time.process_time() - started < 10


def test_a_billion_laughs_is_refused():
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    with pytest.raises(YamlBroken, match=r"2:8: .*aliases"):
        documents.parse("\n".join(lines))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_is_no_text(mark, tmp_path):
    (tmp_path / "f.yaml").write_bytes(mark + "银: 行\n".encode())
    document = documents.read(tmp_path / "f.yaml")
    assert document.data == {"银": "行"}
    assert str(document.where("银")) == f"{tmp_path}/f.yaml:1:4"


@pytest.mark.parametrize(
    ("raw", "line"), [("a: 1\nb: 银".encode("gb18030"), ":2"), (b"\xff\xfea\x00", ":1"), (b"a: \xc3", ":1")]
)
def test_what_is_not_utf_8_is_refused_with_its_line(raw, line, tmp_path):
    (tmp_path / "f.yaml").write_bytes(raw)
    with pytest.raises(FileUnreadable) as caught:
        documents.read(tmp_path / "f.yaml")
    assert str(caught.value).startswith(f"{tmp_path}/f.yaml{line}: ")


def test_a_file_that_is_none(tmp_path):
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(FileUnreadable):
            documents.read(path)
    (tmp_path / "large.yaml").write_bytes(b"a: " + b"x" * documents.MOST_BYTES)
    with pytest.raises(FileUnreadable, match="4,000,000 bytes"):
        documents.read(tmp_path / "large.yaml")


def test_places():
    document = documents.parse("a:\n  - b: 1\n    c: {d: 2, e: }\nf:\n")
    assert [str(document.where(*path)) for path in [(), ("a",), ("a", 0), ("a", 0, "c", "d"), ("f",)]] == [
        "1:1",
        "2:3",
        "2:5",
        "3:12",
        "4:1",
    ]
    assert str(document.where("a", 0, "nothing", "there")) == "2:5"
    assert str(document.part("a", 0).where("c", "d")) == "3:12"
    assert document.part("a", 0).data == {"b": 1, "c": {"d": 2, "e": None}}


@pytest.mark.parametrize(
    ("text", "fault", "place", "said"),
    [
        ("name: a\nversion: 1\ndataset: complaints", KeyMissing, "1:1", "columns"),
        ("name: a\nversion: one\ndataset: complaints\ncolumns: {id: id}", ValueWrong, "2:10", "version"),
        ("name: a\nversion: 1.0\ndataset: complaints\ncolumns: {id: id}", ValueWrong, "2:10", "version"),
        ("name: A b\nversion: 1\ndataset: complaints\ncolumns: {id: id}", ValueWrong, "1:7", "name"),
        ("name: a\nversion: 1\nkind: x\ndataset: c\ncolumns: {id: id}", KeyUnknown, "3:7", "kind"),
        ("name: a\nversion: 1\ndataset: c\ncolumns: {id: {form: x}}", KeyUnknown, "4:22", "form"),
        ("name: a\nversion: 1\ndataset: c\ncolumns: {id: 5}", ValueWrong, "4:15", "columns.id"),
        ("name: a\nversion: 1\ndataset: c\ncolumns: []", ValueWrong, "4:10", "columns"),
        ("name: a\nversion: 1\ndataset: c\ncolumns: {id: {format: 5}}", ValueWrong, "4:24", "one or more of iso"),
        ("- a", ValueWrong, "1:1", "mapping"),
        ("", ValueWrong, "", "mapping"),
    ],
)
def test_a_form_is_held_against_its_schema(text, fault, place, said):
    with pytest.raises(fault) as caught:
        documents.check(documents.parse(text), "mapping")
    assert str(caught.value.where) == place
    assert said in str(caught.value)


@given(
    st.text(st.sampled_from([*"ab:{}[],-'\"\\|>&*!?#% \n\t0.~", "银", "\x00", "\ufeff", "\u2028", "\x85"]), max_size=40)
)
def test_any_text_is_a_document_or_an_error(text):
    try:
        document = documents.parse(text)
    except GuanbaoError:
        return
    for path in document.marks:
        assert document.where(*path).line


WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=8)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**20), 10**20) | WORDS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
        max_leaves=12,
    )
)
def test_json_is_read_as_what_it_is(value):
    assert documents.parse(json.dumps(value, ensure_ascii=False)).data == value
