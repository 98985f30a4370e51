"""YAML files read with a core schema, every value with its line and column.

Core schema: no dates, no base-60 numbers, no yes/no booleans; a number with a fraction is a `Decimal`.
Keys are always text. Duplicate keys, aliases and tags are refused: one value, one place.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from guanbao.engine.errors import InputError, Where

Step = str | int
MOST_BYTES = 4_000_000
_NO_TEXT = re.compile("[\\x00\ud800-\udfff]")
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,30}")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True)
class Document:
    """What a YAML file says and where each value stands in it."""

    data: Any
    file: Path | None = None
    marks: dict[tuple[Step, ...], tuple[int, int]] = field(default_factory=dict, repr=False)

    def where(self, *path: Step) -> Where:
        """The place of the value at `path`, or of the nearest value around it."""
        for length in range(len(path), -1, -1):
            if mark := self.marks.get(path[:length]):
                return Where(self.file, *mark)
        return Where(self.file)

    def part(self, *path: Step) -> Document:
        """The value at `path` as a document of its own, keeping its places."""
        data = self.data
        for step in path:
            data = data[step]
        size = len(path)
        marks = {at[size:]: mark for at, mark in self.marks.items() if at[:size] == path}
        return Document(data, self.file, marks)

    @property
    def folder(self) -> Path:
        """Where the files it names are looked for."""
        return self.file.parent if self.file else Path()


def read(path: Path) -> Document:
    """Read a YAML file.

    Raises:
        FileUnreadable, YamlBroken, KeyTwice, AliasRefused: with line and column.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileUnreadable(Where(path), reason=error.strerror or error) from error
    if len(raw) > MOST_BYTES:
        raise FileUnreadable(Where(path), reason=f"it is larger than {MOST_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileUnreadable(Where(path, line), reason="it is not UTF-8") from error
    return parse(text, file=path)


def parse(text: str, *, file: Path | None = None) -> Document:
    """Read YAML from `text`; `file` only names its source in errors."""
    try:
        node = yaml.compose(text, Loader=_Loader)
        marks: dict[tuple[Step, ...], tuple[int, int]] = {}
        data = None if node is None else _build(node, (), marks, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
        raise YamlBroken(place, reason=error.problem or error.context) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Where(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise YamlBroken(place, reason=f"the character U+{ord(text[error.position]):04X} is not allowed") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlBroken(Where(file), reason=str(error).splitlines()[0]) from error
    return Document(data, file, marks)


class _Loader(yaml.SafeLoader):
    """Composes nodes only; scalars are resolved by `_scalar`."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """As the parent class, but what has no one place or another type than it shows is refused."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if reason := _refused(event):
            raise yaml.MarkedYAMLError(problem=reason, problem_mark=event.start_mark)
        return super().compose_node(parent, index)


def _refused(event: yaml.Event) -> str | None:
    if isinstance(event, yaml.AliasEvent):
        return "aliases are not used here"
    if getattr(event, "tag", None) is not None:
        return "tags are not used here"
    if isinstance(event, yaml.ScalarEvent) and _NO_TEXT.search(event.value):
        return "an escape stands for a character that no text has"
    return None


def _build(node: yaml.Node, path: tuple[Step, ...], marks: dict[Any, Any], file: Path | None) -> Any:  # noqa: ANN401
    mark = (node.start_mark.line + 1, node.start_mark.column + 1)
    marks[path] = mark
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, i), marks, file) for i, item in enumerate(node.value)]
    built: dict[str, Any] = {}
    for key, value in node.value:
        at = Where(file, key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, yaml.ScalarNode):
            raise YamlBroken(at, reason="a key must be text")
        if key.value in built:
            raise KeyTwice(at, key=key.value)
        built[key.value] = _build(value, (*path, key.value), marks, file)
        if isinstance(value, yaml.ScalarNode) and value.value == "":
            marks[(*path, key.value)] = (at.line, at.column)
    return built


def _scalar(node: yaml.ScalarNode) -> str | int | bool | Decimal | None:
    text: str = node.value
    if node.style is not None:
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text


@cache
def schema(name: str) -> dict[str, Any]:
    """The published JSON Schema of a file form: `calendar`, `mapping` or `service-level`."""
    text = resources.files("guanbao").joinpath(f"packs/schemas/{name}.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def check(document: Document, schema_name: str) -> None:
    """Hold a document against the published schema of its form.

    Raises:
        KeyUnknown, KeyMissing, ValueWrong: the first fault, with its line and column.
    """
    faults = Draft202012Validator(schema(schema_name)).iter_errors(document.data)
    fault = min(faults, key=lambda f: (document.where(*f.absolute_path).line or 0, len(f.path)), default=None)
    if fault is not None:
        raise _as_error(document, fault)


def _as_error(document: Document, fault: ValidationError) -> InputError:
    described = ""
    while fault.context:  # of alternatives, the one that came furthest is what the writer meant
        described = fault.schema.get("description", described) if isinstance(fault.schema, dict) else described
        fault = max(fault.context, key=lambda f: (len(f.absolute_path), f.validator != "type"))
    path = tuple(fault.absolute_path)
    form: dict[str, Any] = fault.schema if isinstance(fault.schema, dict) else {}
    here = ".".join(map(str, path)) or (document.file.name if document.file else "YAML")
    if fault.validator == "additionalProperties" and isinstance(fault.instance, dict):
        known = sorted(form.get("properties", {}))
        extra = [key for key in fault.instance if key not in known]
        return KeyUnknown(document.where(*path, extra[0]), key=extra[0], known=known)
    if fault.validator == "required" and isinstance(fault.instance, dict):
        missing = [key for key in form["required"] if key not in fault.instance]
        return KeyMissing(document.where(*path), key=missing[0], inside=here)
    expected = form.get("description") or described or fault.message
    value = "" if fault.instance is None else fault.instance
    return ValueWrong(document.where(*path), key=here, value=value, expected=expected)


class FileUnreadable(InputError):
    """The file cannot be read: {reason}.

    Check its name, its rights and its encoding.
    """


class YamlBroken(InputError):
    """This is not YAML that can be read: {reason}.

    Check quotes, indentation and brackets near this place.
    """


class KeyTwice(InputError):
    """The key «{key}» stands twice.

    Keep one of them.
    """


class KeyUnknown(InputError):
    """The key «{key}» is not known here.

    Known keys: {known}.
    """


class KeyMissing(InputError):
    """The key «{key}» is missing in {inside}.

    Add it.
    """


class ValueWrong(InputError):
    """«{value}» is wrong for {key}.

    Expected: {expected}.
    """
