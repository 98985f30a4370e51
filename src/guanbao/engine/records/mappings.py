"""A mapping: how one source's files become canonical records. Content, not code: YAML, checked by its schema."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import rfc8785

from guanbao.engine import documents
from guanbao.engine.calendars.zones import zone_named
from guanbao.engine.documents import Document, ValueWrong
from guanbao.engine.errors import InputError, Where
from guanbao.engine.records.datasets import Dataset, dataset
from guanbao.engine.records.texts import Layout

_FORMS = ("iso", "epoch_s", "epoch_ms")
_STRPTIME = re.compile(r"(?=.*%)([^%]|%-?[djmyHIMS]|%[abcfghnpuwxzABGTUVWXYZ%])+", re.DOTALL)
Take = Literal["first", "last", "min", "max"]


@dataclass(frozen=True)
class ColumnRule:
    """How one canonical column is made: from an expression over the source, or computed from columns before it."""

    name: str
    source: str | None
    compute: str | None = None
    formats: tuple[str, ...] = ("iso",)
    near: str | None = None
    at_least: str | None = None
    unit: str = "ms"
    values: tuple[tuple[str, str], ...] | None = None
    missing: tuple[str, ...] = ()
    when: str | None = None
    take: Take = "last"
    optional: bool = False
    where: Where | None = None


@dataclass(frozen=True)
class Filter:
    """Rows that are no records, and why."""

    drop: str
    reason: str
    where: Where


@dataclass(frozen=True)
class Mapping:
    """What a mapping file says. `events` are the rules of the updates that fold into a record, if rows are updates."""

    name: str
    version: int
    dataset: Dataset
    layout: Layout
    zone: ZoneInfo
    columns: tuple[ColumnRule, ...]
    events: tuple[ColumnRule, ...] = ()
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    missing: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    title: str = ""
    source: str = ""
    digest: str = ""
    where: Where | None = None

    @property
    def folds(self) -> bool:
        """Several rows of the source make one record."""
        return bool(self.events)

    def laid_out(self, *, encoding: str | None = None, file: Path | None = None) -> Layout:
        """The layout to read `file` with: the name's ending decides between text, Excel, JSON lines and Parquet."""
        layout = self.layout if encoding is None else replace(self.layout, encoding=encoding)
        name = (file.name if file else "").lower().removesuffix(".gz")
        for ending, form in _ENDINGS.items():
            if name.endswith(ending) and layout.format != form:
                return replace(layout, format=form)
        return layout


_ENDINGS = {".xlsx": "excel", ".xlsm": "excel", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def shipped() -> list[str]:
    """The names of the mappings that come with the product."""
    folder = resources.files("guanbao").joinpath("packs/mappings")
    return sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))


def mapping(name: str) -> Mapping:
    """The mapping of that name, or in the YAML file of that name.

    Raises:
        MappingUnknown, and what `documents.read` and `mapping_of` raise.
    """
    if name in shipped():
        text = resources.files("guanbao").joinpath(f"packs/mappings/{name}.yaml").read_text(encoding="utf-8")
        return mapping_of(documents.parse(text, file=Path(f"{name}.yaml")))
    if not name.endswith((".yaml", ".yml")) and not Path(name).is_file():
        raise MappingUnknown(name=name, known=shipped())
    return mapping_of(documents.read(Path(name)))


def mapping_of(document: Document) -> Mapping:
    """The mapping that a document describes.

    Raises:
        KeyUnknown, KeyMissing, ValueWrong, TargetUnknown, FoldIncomplete: with line and column.
    """
    documents.check(document, "mapping")
    data = document.data
    target = dataset(data["dataset"])
    if target.folds_into:
        raise ValueWrong(
            document.where("dataset"),
            key="dataset",
            value=target.name,
            expected=f"{target.folds_into}, with a fold",
        )
    columns = _rules(document, "columns", target)
    events: tuple[ColumnRule, ...] = ()
    if "fold" in data:
        if target.events is None:
            raise FoldRefused(document.where("fold"), dataset=target.name)
        if "events" not in data:
            raise documents.KeyMissing(document.where("fold"), key="events", inside="a mapping that folds")
        events = _rules(document, "events", dataset(target.events))
        _need_fold(document, target, columns, events)
    elif "events" in data:
        raise documents.KeyMissing(document.where("events"), key="fold", inside="a mapping with events")
    _need_required(document, "columns", target, columns)
    if events:
        _need_required(document, "events", dataset(cast("str", target.events)), events)
    return Mapping(
        name=data["name"],
        version=data["version"],
        dataset=target,
        layout=_layout(document),
        zone=zone_named(data.get("zone", "UTC"), document.where("zone")),
        columns=columns,
        events=events,
        aliases=tuple((name, tuple(others)) for name, others in data.get("aliases", {}).items()),
        missing=tuple(data.get("missing", ())),
        filters=tuple(
            Filter(item["drop"], item["reason"], document.where("filters", i, "drop"))
            for i, item in enumerate(data.get("filters", ()))
        ),
        title=data.get("title", ""),
        source=data.get("source", ""),
        digest=_digest(document),
        where=document.where(),
    )


def _need_fold(
    document: Document, target: Dataset, columns: tuple[ColumnRule, ...], events: tuple[ColumnRule, ...]
) -> None:
    """What rows fold by must be what both sides are known by, and their order what the updates are numbered by."""
    key, number, _at = dataset(cast("str", target.events)).key
    said = {
        (part, rule.name): rule.source for part, rules in (("columns", columns), ("events", events)) for rule in rules
    }
    same = {"by": [("columns", target.key[0]), ("events", key)], "order": [("events", number)]}
    for word, places in same.items():
        given = document.data["fold"].get(word)
        for place in places:
            if said.get(place, given if word == "by" else None) != given:
                name = ".".join(place)
                expected = f"{said[place]}, as {name} says" if said.get(place) else f"nothing, as {name} says"
                raise ValueWrong(document.where("fold"), key=f"fold.{word}", value=given, expected=expected)


def _digest(document: Document) -> str:
    try:
        return hashlib.sha256(rfc8785.dumps(document.data)).hexdigest()
    except rfc8785.IntegerDomainError as error:  # the one number that a mapping holds
        version = document.data["version"]
        expected = "a whole number of at most 53 bits"
        raise ValueWrong(document.where("version"), key="version", value=version, expected=expected) from error


def _layout(document: Document) -> Layout:
    data = document.data.get("file", {})
    form = data.get("format", "csv")
    layout = Layout(
        format=form,
        delimiter=data.get("delimiter", "\t" if form == "tsv" else ","),
        quote=data.get("quote", '"'),
        encoding=data.get("encoding", "utf-8"),
        header=tuple(data["header"]) if "header" in data else None,
        short_rows=data.get("short_rows", False),
        sheet=data.get("sheet"),
    )
    for key, mark in (("delimiter", layout.delimiter), ("quote", layout.quote)):
        if mark and not (mark == "\t" or (mark.isascii() and mark.isprintable())):
            expected = "a tab or a printable character of ASCII"
            raise ValueWrong(document.where("file", key), key=f"file.{key}", value=mark, expected=expected)
    if layout.quote == layout.delimiter:
        expected = "another character than the delimiter"
        raise ValueWrong(document.where("file", "quote"), key="file.quote", value=layout.quote, expected=expected)
    return layout


def _rules(document: Document, part: str, target: Dataset) -> tuple[ColumnRule, ...]:
    rules: list[ColumnRule] = []
    for name, written in document.data[part].items():
        where = document.where(part, name)
        if name not in target.names:
            raise TargetUnknown(where, column=name, dataset=target.name, known=target.names)
        said: dict[str, Any] = {"from": written} if isinstance(written, str) else written
        if ("from" in said) == ("compute" in said):
            raise ValueWrong(where, key=f"{part}.{name}", value=said, expected="either from or compute")
        formats = said.get("format", "iso")
        _need_forms(document, (part, name, "format"), (formats,) if isinstance(formats, str) else tuple(formats))
        if said.get("values") == {}:
            where = document.where(part, name, "values")
            raise ValueWrong(where, key=f"{part}.{name}.values", value="{}", expected="at least one value")
        before = {rule.name for rule in rules}
        for reference in ("near", "at_least"):
            if said.get(reference, name) not in before | {name}:
                expected = f"one of the columns before it: {', '.join(sorted(before))}"
                key = f"{part}.{name}.{reference}"
                raise ValueWrong(
                    document.where(part, name, reference), key=key, value=said[reference], expected=expected
                )
        rules.append(
            ColumnRule(
                name=name,
                source=said.get("from"),
                compute=said.get("compute"),
                formats=(formats,) if isinstance(formats, str) else tuple(formats),
                near=said.get("near"),
                at_least=said.get("at_least"),
                unit=said.get("unit", "ms"),
                values=tuple(said["values"].items()) if "values" in said else None,
                missing=tuple(said.get("missing", ())),
                when=said.get("when"),
                take=said.get("take", "last"),
                optional=said.get("optional", False),
                where=where,
            )
        )
    return tuple(rules)


def _need_forms(document: Document, path: tuple[str, ...], forms: tuple[str, ...]) -> None:
    expected = "iso, epoch_s, epoch_ms or strptime directives such as %d/%m/%Y %H:%M"
    for form in forms:
        if form not in _FORMS and not _STRPTIME.fullmatch(form):
            raise ValueWrong(document.where(*path), key=".".join(path), value=form, expected=expected)


def _need_required(document: Document, part: str, target: Dataset, rules: tuple[ColumnRule, ...]) -> None:
    folded = part == "columns" and "fold" in document.data  # then what lacks it is not a record yet
    computed = set() if folded else {rule.name for rule in rules if rule.compute is not None}
    for column in (column for column in target.columns if column.required and column.name in computed):
        where, key = document.where(part, column.name), f"{part}.{column.name}"
        raise ValueWrong(where, key=key, value="compute", expected="from: every record has it")
    given = {rule.name for rule in rules}
    missing = [column.name for column in target.columns if column.required and column.name not in given]
    if missing:
        raise documents.KeyMissing(document.where(part), key=missing[0], inside=f"{part} of a mapping to {target.name}")


class MappingUnknown(InputError):
    """There is no mapping «{name}».

    Known mappings: {known}; or name a YAML file.
    """


class TargetUnknown(InputError):
    """{dataset} has no column «{column}».

    Its columns: {known}.
    """


class FoldRefused(InputError):
    """{dataset} has no updates that fold into it.

    Leave out «fold».
    """
