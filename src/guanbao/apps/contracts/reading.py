"""What a Word document says, of whatever hand it comes: paragraph by paragraph, and what in it cannot be compared.

Read is what a reader of the file sees: insertions that are tracked count, deletions do not, hidden text does not. Where
a reader might see what no paragraph says (a picture, a list's own numbers, fields, parts that are filled in from
elsewhere) that is a fault, and the document is not the same as ours.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any

from lxml import etree

from guanbao.apps.contracts.errors import ReturnedTooLong, ReturnedUnreadable
from guanbao.platform.files.contents.archives import zip_part
from guanbao.platform.files.contents.types import type_of

MOST_LINES = 1000
MOST_CHARACTERS = 400_000
_MOST_PART = 8 << 20
_MAIN = "word/document.xml"
_TEXT = re.compile(r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml")
_HARMLESS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/[^/]*|customXml/.*|word/theme/[^/]*\.xml|word/_rels/[^/]*\.rels"
    r"|word/(styles|stylesWithEffects|settings|webSettings|fontTable|numbering|people|comments[A-Z]\w*)\.xml"
)
_UNSEEN = {"del", "moveFrom", "rPr", "sectPr", "delText", "tblPr", "trPr", "tcPr"}
_SPACES = {"tab", "br", "cr", "ptab"}
# What shows something that is no text of a paragraph, or fills in another text when the file is opened.
_OTHER = {
    "drawing": "picture", "pict": "picture", "object": "object", "altChunk": "altChunk", "dataBinding": "dataBinding",
    "subDoc": "subDoc", "sym": "symbol",
}  # fmt: skip
_NUMBERS = {"PAGE", "NUMPAGES"}


@dataclass(frozen=True)
class Read:
    """The paragraphs that say something, and what cannot be compared."""

    lines: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass
class _Walk:
    """What is known while a part is read."""

    marked: dict[str, set[str]]
    is_margin: bool = False
    lines: list[str] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)
    fields: list[str] = field(default_factory=list)


def docx_read(file: IO[bytes], size: int) -> Read:
    """Read a document.

    Raises ReturnedUnreadable: it is no Word document, or none that can be read; ReturnedTooLong; and as `type_of`.
    """
    if type_of(file, size).ending != "docx":
        raise ReturnedUnreadable
    file.seek(0)
    with zipfile.ZipFile(file) as packed:
        names = packed.namelist()
    if len({name.lower() for name in names}) != len(names) or _main_of(file, names) != _MAIN:
        raise ReturnedUnreadable
    walk = _Walk(_marked(file, names))
    for name in (_MAIN, *sorted(filter(_TEXT.fullmatch, names))):
        walk.is_margin = name != _MAIN
        _walk(_parsed(file, name), walk, [])
        if walk.fields:
            raise ReturnedUnreadable
    walk.faults |= {name[:80] for name in names if not (_TEXT.fullmatch(name) or _HARMLESS.fullmatch(name)
                                                         or name == _MAIN or name.endswith("/"))}  # fmt: skip
    for name in names:
        if name.endswith(".rels"):
            walk.faults |= set(_outside(_parsed(file, name)))
    found = tuple(filter(None, (_line(each) for each in walk.lines)))
    if len(found) > MOST_LINES or sum(map(len, found)) > MOST_CHARACTERS:
        raise ReturnedTooLong(lines=MOST_LINES, characters=f"{MOST_CHARACTERS:,}")
    return Read(found, tuple(sorted(walk.faults)))


def _parsed(file: IO[bytes], name: str) -> Any:  # noqa: ANN401 - an element of lxml
    """The root of a part. Raises ReturnedUnreadable: it is too large, no XML, or declares a document type."""
    data = zip_part(file, name, _MOST_PART + 1)
    if len(data) > _MOST_PART:
        raise ReturnedUnreadable
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReturnedUnreadable from error
    if root.getroottree().docinfo.doctype:
        raise ReturnedUnreadable
    return root


def _main_of(file: IO[bytes], names: list[str]) -> str:
    """The part that programs open first: a file could show another one than is read here."""
    if "_rels/.rels" not in names or _MAIN not in names:
        return ""
    found = [each for each in _parsed(file, "_rels/.rels") if str(each.get("Type", "")).endswith("/officeDocument")]
    return str(PurePosixPath(found[0].get("Target", "").lstrip("/"))) if len(found) == 1 else ""


def _outside(root: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    for each in root:
        if each.get("TargetMode") == "External" and not str(each.get("Type", "")).endswith("/hyperlink"):
            yield f"{str(each.get('Type', '')).rpartition('/')[2]}: {each.get('Target', '')}"[:80]


def _marked(file: IO[bytes], names: list[str]) -> dict[str, set[str]]:
    """By style, whether it hides text or numbers paragraphs, by itself or by what it is based on."""
    if "word/styles.xml" not in names:
        return {}
    root = _parsed(file, "word/styles.xml")
    own: dict[str, set[str]] = {}
    based: dict[str, str] = {}
    everywhere: set[str] = set()
    for style in root:
        marks = {_name(each) for each in style.iter() if _name(each) in ("vanish", "specVanish", "numPr") and _on(each)}
        if _name(style) == "docDefaults":
            everywhere = marks
        key = _value(style, "styleId")
        own[key] = marks
        if _value(style, "default") in ("1", "true", "on"):
            own.setdefault("", set()).update(marks)
        for each in style:
            if _name(each) == "basedOn":
                based[key] = _value(each, "val")
    found: dict[str, set[str]] = {}
    for key in own:
        marks, at, seen = set(everywhere), key, set[str]()
        while at in own and at not in seen:
            seen.add(at)
            marks |= own[at]
            at = based.get(at, "\0")
        found[key] = marks
    return found


def _walk(node: Any, walk: _Walk, line: list[str]) -> None:  # noqa: ANN401 - as above
    """Read an element into the line that it belongs to; a paragraph is a line of its own."""
    name = _name(node)
    if name in _UNSEEN:
        return
    if name == "p":
        _paragraph(node, walk)
        return
    if name == "r" and _hides(node, walk):
        if any(_name(each) == "t" and each.text for each in node.iter()):
            walk.faults.add("vanish")
        return
    if name in _OTHER:
        walk.faults.add(_OTHER[name])
    if said := _said(node, name, walk):
        line.append(said)
    _field(node, name, walk)
    for each in node:
        _walk(each, walk, line)
    if name == "fldSimple":
        walk.fields.pop()


def _paragraph(node: Any, walk: _Walk) -> None:  # noqa: ANN401 - as above
    inner: list[str] = []
    at = len(walk.lines)
    walk.lines.append("")
    _look_at_paragraph(node, walk)
    for each in node:
        _walk(each, walk, inner)
    walk.lines[at] = "".join(inner)


def _said(node: Any, name: str, walk: _Walk) -> str:  # noqa: ANN401 - as above
    """What an element itself says; the number of a page at the margin says nothing."""
    if name in _SPACES:
        return " "
    if name == "noBreakHyphen":
        return "-"
    text = str(node.text or "") if name == "t" else ""
    return "" if walk.fields and walk.is_margin and text.strip().isdecimal() else text


def _field(node: Any, name: str, walk: _Walk) -> None:  # noqa: ANN401 - as above
    if name == "fldSimple":
        walk.fields.append(_value(node, "instr"))
        _field_need(walk)
    elif name == "fldChar":
        _bounded(_value(node, "fldCharType"), walk)
    elif name == "instrText" and walk.fields:
        walk.fields[-1] += node.text or ""


def _look_at_paragraph(node: Any, walk: _Walk) -> None:  # noqa: ANN401 - as above
    style = ""
    for facts in (each for each in node if _name(each) == "pPr"):
        for each in facts:
            if _name(each) == "pStyle":
                style = _value(each, "val")
            elif _name(each) == "numPr":
                walk.faults.add("numbering")
    marks = walk.marked.get(style, set())
    if "numPr" in marks:
        walk.faults.add("numbering")
    if marks & {"vanish", "specVanish"}:
        walk.faults.add("vanish")


def _hides(run: Any, walk: _Walk) -> bool:  # noqa: ANN401 - as above
    for facts in (each for each in run if _name(each) == "rPr"):
        for each in facts:
            if _name(each) in ("vanish", "specVanish", "webHidden") and _on(each):
                return True
            if _name(each) == "rStyle" and walk.marked.get(_value(each, "val"), set()) & {"vanish", "specVanish"}:
                return True
    return False


def _bounded(kind: str, walk: _Walk) -> None:
    """A field begins, or what it shows begins, or it ends."""
    if kind == "begin":
        walk.fields.append("")
    elif not walk.fields:
        raise ReturnedUnreadable
    else:
        _field_need(walk)
        if kind == "end":
            walk.fields.pop()


def _field_need(walk: _Walk) -> None:
    """Fields show what they fill in; only the numbers of pages are let pass, at the margins."""
    said = (walk.fields[-1].split() or [""])[0].upper()
    if said not in _NUMBERS or not walk.is_margin:
        walk.faults.add(f"field {said[:40]}")


def _line(text: str) -> str:
    """A paragraph on one line; what cannot be seen in it is named."""
    kept = (c if unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Co", "Cn") or c.isspace() else f"⟨U+{ord(c):04X}⟩"
            for c in text)  # fmt: skip
    return " ".join("".join(kept).split())


def _name(node: Any) -> str:  # noqa: ANN401 - as above
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _value(node: Any, name: str) -> str:  # noqa: ANN401 - as above
    """An attribute, whichever of the two namespaces of Office it is of."""
    return next((str(value) for key, value in node.attrib.items() if etree.QName(key).localname == name), "")


def _on(node: Any) -> bool:  # noqa: ANN401 - as above
    return _value(node, "val") not in ("0", "false", "off")
