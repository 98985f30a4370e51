"""Types of events: what can happen, how it is told, and what may be told of it. Each app declares its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter

from guanbao.engine.language import Lang
from guanbao.platform.ledger.canonical import plain
from guanbao.platform.ledger.errors import (
    EventMisnamed,
    EventTwice,
    EventUndeclared,
    WordingUnfillable,
)

Values = Mapping[str, object]
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_NONE = "–"


@dataclass(frozen=True)
class EventType:
    """Something that can happen, in the past tense.

    `en` and `zh` tell it with {actor}, {object} and fields that stand in `clear`: the only fields whose values
    may be recorded. `{fee}` is the value after, `{fee_before}` the one before.
    """

    name: str
    en: str
    zh: str
    clear: frozenset[str]

    def changes(self, before: Values | None, after: Values | None) -> Changes:
        """What may be recorded of a change: values in clear, and names of other fields that differ.

        Raises:
            ValueUnrecordable: a value in clear is none that JSON holds exactly.
        """
        old, new = before or {}, after or {}
        hidden = (old.keys() | new.keys()) - self.clear
        absent = object()
        return Changes(
            before={name: plain(old[name], name) for name in old if name in self.clear},
            after={name: plain(new[name], name) for name in new if name in self.clear},
            redacted=sorted(name for name in hidden if old.get(name, absent) != new.get(name, absent)),
        )

    def sentence(self, lang: Lang, *, actor: str, subject: str, before: Values, after: Values) -> str:
        """The event in words."""
        said = {f"{name}_before": _shown(before.get(name)) for name in self.clear}
        said |= {name: _shown(after.get(name, before.get(name))) for name in self.clear}
        return (self.zh if lang == "zh" else self.en).format_map(said | {"actor": actor, "object": subject})


@dataclass(frozen=True)
class Changes:
    """What an entry says about values: in clear before and after, and the fields of which it says nothing more."""

    before: dict[str, object]
    after: dict[str, object]
    redacted: list[str]


EVENTS: dict[str, EventType] = {}


def declare(name: str, *, en: str, zh: str, clear: Iterable[str] = ()) -> EventType:
    """Declare a type of event.

    Raises:
        EventTwice, EventMisnamed. WordingUnfillable: it would be told with a value that is not recorded.
    """
    made = EventType(name, en, zh, frozenset(clear))
    if not _NAME.fullmatch(name):
        raise EventMisnamed(name=name)
    if name in EVENTS:
        raise EventTwice(name=name)
    fillable = {"actor", "object"} | made.clear | {f"{field}_before" for field in made.clear}
    for wording in (en, zh):
        if extra := {field for _, field, _, _ in Formatter().parse(wording) if field is not None} - fillable:
            raise WordingUnfillable(name=name, fields=sorted(extra))
    EVENTS[name] = made
    return made


def event_named(name: str) -> EventType:
    """The type of that name. Raises EventUndeclared."""
    if name not in EVENTS:
        raise EventUndeclared(name=name)
    return EVENTS[name]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or _NONE
    return _NONE if value is None else str(value)


PERSONAL_DATA_READ = declare(
    "personal_data.read",
    en="{actor} read {fields} in clear",
    zh="{actor}查看了 {fields} 的明文",
    clear=("fields", "reason"),
)
RECORDS_EXPORTED = declare(
    "records.exported",
    en="{actor} exported {rows} rows of {resource} as {form}",
    zh="{actor}导出了 {rows} 行{resource}（{form}）",
    clear=("resource", "columns", "filters", "rows", "form"),  # what was searched for may be a name
)
