"""A file of rows to be added: read within limits, its cells turned into what the form of adding would be sent."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import translation

from guanbao.engine.errors import InputError
from guanbao.engine.language import say_value
from guanbao.engine.records.structured import excel
from guanbao.engine.records.texts import Fault, Layout, text
from guanbao.platform.wording import reader_language, told

MOST_BYTES = 5_000_000
MOST_ROWS = 5_000
_MOST_COLUMNS = 200
_MOST_UNPACKED = 100_000_000
_MOST_NAMES = 20_000
_FLAGS = {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}


NamedBy = Callable[[type[Model]], Iterable[str]]


@dataclass
class Line:
    """A row of the file: the texts of its cells by the form's fields, and what is wrong with each (`""`: the row)."""

    number: int
    texts: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


class Unreadable(Exception):
    """Why the file as a whole cannot be taken, in the reader's language."""


def lines_of(file: Path, fields: dict[str, forms.Field]) -> list[Line]:
    """The rows of an Excel or CSV file. Raises Unreadable."""
    try:
        found = _read(file)
        header = next(found)
        names = _names(header, fields)
        lines: list[Line] = []
        for row in found:
            if len(lines) == MOST_ROWS:
                raise Unreadable(told("It has more than {n} rows. Part it.", n=MOST_ROWS))
            lines.append(_line(row, header, names))
    except (InputError, zipfile.BadZipFile, StopIteration) as error:
        raise Unreadable(told("It is neither an Excel workbook nor CSV text with a header.")) from error
    if not lines:
        raise Unreadable(told("It has a header and no rows."))
    return lines


def _read(file: Path) -> Any:  # noqa: ANN401 - the engine's readers: a header, then rows or faults
    with file.open("rb") as raw:
        start = raw.read()
    if start[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(file) as packed:
            if sum(member.file_size for member in packed.infolist()) > _MOST_UNPACKED:
                raise Unreadable(told("It unpacks to more than any table of this size needs."))
        return excel(file, Layout("excel"), file)
    try:
        head, encoding = start.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        head, encoding = start.decode("gb18030", "replace"), "gb18030"
    first = head.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return text(file, Layout("csv", delimiter, encoding=encoding, short_rows=True), file)


def _names(header: Iterable[str], fields: dict[str, forms.Field]) -> dict[int, str]:
    """Which field each column is, by its label in either language or its name."""
    known: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            known |= {str(each.label).casefold(): name for name, each in fields.items()}
    known |= {name: name for name in fields}
    titles = [title.strip() for title in header]
    if len(titles) > _MOST_COLUMNS:
        raise Unreadable(told("It has more than {n} columns.", n=_MOST_COLUMNS))
    found = {at: known[title.casefold()] for at, title in enumerate(titles) if title.casefold() in known}
    if unknown := [title for title in titles if title and title.casefold() not in known]:
        raise Unreadable(told("No such column: {names}", names=", ".join(unknown)[:200]))
    if len(set(found.values())) < len(found):
        raise Unreadable(told("A column stands twice."))
    asked = {name for name, each in fields.items() if each.required and each.initial is None}
    if missing := [str(fields[name].label) for name in fields if name in asked - set(found.values())]:
        raise Unreadable(told("Columns are missing: {names}", names=", ".join(missing)))
    return found


def _line(row: Any, header: tuple[str, ...], names: dict[int, str]) -> Line:  # noqa: ANN401 - the engine's row or fault
    if isinstance(row, Fault):
        at = names.get(header.index(row.column), "") if row.column in header else ""
        return Line(row.line, {at: row.value}, {at: say_value(row.reason, reader_language())})
    number, values = row
    if len(values) > len(header):
        return Line(number, {}, {"": told("The row has more cells than the header.")})
    return Line(number, {name: (values[at] or "").strip() for at, name in names.items()})


class Words:
    """What texts of a field mean: a choice by its code or label, a row that it offers by its name.

    `named_by` says in which fields the rows of a model have names beside their own.
    """

    def __init__(self, fields: dict[str, forms.Field], lines: list[Line], named_by: NamedBy) -> None:
        self.fields = fields
        self.known: dict[str, dict[str, set[Any]]] = {}
        for name, each in fields.items():
            if isinstance(each, forms.ModelChoiceField):
                texts = {part for line in lines for part in _parts(each, line.texts.get(name, ""))}
                self.known[name] = _related(each, texts, named_by)
            elif isinstance(each, forms.ChoiceField):
                self.known[name] = _choices(each)

    def sent(self, name: str, said: str) -> Any:  # noqa: ANN401 - what a form is sent
        """What the form is sent for a text. Raises ValueError, with what is wrong in the reader's language."""
        each = self.fields[name]
        if name in self.known:
            found = [self._one(name, part) for part in _parts(each, said)]
            return found if isinstance(each, _MANY) else found[0]
        if isinstance(each, forms.BooleanField):
            if said.casefold() not in _FLAGS:
                raise ValueError(told("Write yes or no."))
            return _FLAGS[said.casefold()]
        if isinstance(each, forms.DateField):
            return said.removesuffix(" 00:00:00").replace("/", "-")
        return said

    def _one(self, name: str, said: str) -> Any:  # noqa: ANN401 - a key or a code
        found = self.known[name].get(said.casefold(), set())
        if len(found) == 1:
            return next(iter(found))
        raise ValueError(told("Several are called so.") if found else told("There is none of this name."))


_MANY = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


def _parts(each: forms.Field, said: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;；·\n]", said) if part.strip()] if isinstance(each, _MANY) else [said]


def _choices(each: forms.ChoiceField) -> dict[str, set[Any]]:
    known: dict[str, set[Any]] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            every: Any = each.choices
            for code, label in every:
                for one, called in label if isinstance(label, list | tuple) else [(code, label)]:
                    for text_ in (one, called) if one not in ("", None) else ():
                        known.setdefault(str(text_).casefold(), set()).add(one)
    return known


def _related(each: forms.ModelChoiceField[Any], texts: set[str], named_by: NamedBy) -> dict[str, set[Any]]:
    every: Any = each.queryset
    by = tuple(named_by(every.model))
    found = {row.pk: row for row in every[:_MOST_NAMES]}
    for name in by:
        found |= {row.pk: row for row in every.filter(**{f"{name}__in": texts})[:_MOST_NAMES]}
    known: dict[str, set[Any]] = {}
    for row in found.values():
        for called in {str(row), *(str(getattr(row, name)) for name in by)}:
            known.setdefault(called.casefold(), set()).add(row.pk)
    return known
