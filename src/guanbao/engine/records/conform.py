"""Rows of text become typed rows of a canonical dataset; what cannot is named, with its column and reason.

Three steps: `texts` (the mapping's expressions, filters), `local` (numbers and clock times), `typed` (instants of
UTC, checks). Only `local` is a table, the others are views: each copy of the rows costs as much as reading the file.
Every value that was given and could not be taken is a fault of its row.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import ibis
import ibis.expr.types as ir

from guanbao.engine.documents import ValueWrong
from guanbao.engine.errors import InputError, Where
from guanbao.engine.expressions import Scope, columns_named, compile_expression
from guanbao.engine.records.datasets import TYPE_MEANING, Column, Dataset
from guanbao.engine.records.mappings import ColumnRule, Mapping
from guanbao.engine.records.sources import LINE, Source
from guanbao.engine.records.walls import HALF_DAY, WallClock, zone_rules

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_DIGITS = {"ms": 12, "s": 8, "m": 7, "h": 5}  # before the point: more would not fit into DECIMAL(18, 6) as ms
_TRUE = ("true", "t", "yes", "y", "1", "是")
_FALSE = ("false", "f", "no", "n", "0", "否")
_ISO = r"^\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?$"
_ISO_OFFSET = r"\d:\d{2}[^ ]* ?(Z|[+-]\d{2}(:?\d{2})?)$"
_YEARS = (1900, 2200)
SEPARATOR = "\x1f"


@ibis.udf.scalar.builtin(name="trim", signature=(("string",), "string"))
def _trimmed(text: str) -> str:  # type: ignore[empty-body]
    """Without blanks around; to look for tabs as well takes three times as long."""


@ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp"))
def _parsed(text: str, form: str) -> datetime: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp('UTC')"))
def _parsed_with_offset(text: str, form: str) -> datetime: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="epoch_ms", signature=(("timestamp",), "int64"))
def _local_ms(at: datetime) -> int: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="epoch_ms", signature=(("timestamp('UTC')",), "int64"))
def _instant_ms(at: datetime) -> int: ...  # type: ignore[empty-body]


@dataclass(frozen=True)
class Part:
    """One of the datasets that a mapping feeds: its rules, and the prefix of its columns while rows are wide."""

    dataset: Dataset
    rules: tuple[ColumnRule, ...]
    prefix: str

    def column(self, rule: ColumnRule) -> Column:
        """The canonical column that a rule makes."""
        return next(column for column in self.dataset.columns if column.name == rule.name)

    @property
    def read(self) -> tuple[ColumnRule, ...]:
        """The rules that read the source, as against those that compute."""
        return tuple(rule for rule in self.rules if rule.source is not None)


def parts_of(mapping: Mapping, events: Dataset | None) -> tuple[Part, ...]:
    """The entity's part, then that of its updates where the mapping folds."""
    entity = Part(mapping.dataset, mapping.columns, "e_")
    return (entity, Part(events, mapping.events, "u_")) if mapping.folds and events else (entity,)


def conform(con: duckdb.DuckDBPyConnection, source: Source, mapping: Mapping, parts: tuple[Part, ...]) -> str:
    """Make the view `<source>_typed`: `line`, `filtered` (index or NULL), `fault`, and each part's columns.

    Times are integer milliseconds of UTC. `fault` is `prefixed column␟reason` of the first bad value, or NULL;
    its text stands in the view `<source>_texts`.

    Raises:
        RowsUncertain: DuckDB's reader did not see one row a line; read the source again, carefully.
        SourceColumnMissing: the file lacks a column that the mapping reads.
        ExpressionBroken, ExpressionRefused: the mapping's own expressions.
    """
    backend = ibis.duckdb.from_connection(con)
    raw = backend.table(source.table)
    texts, local, typed = (f"{source.table}_{step}" for step in ("texts", "local", "typed"))
    _create(con, "view", texts, _texts(raw, source, mapping, parts))
    _create_local(con, local, _locals(backend.table(texts), parts), source)
    zones = _zone_rules(con, local, mapping.zone, parts)
    _create(con, "view", typed, _typed(backend.table(local), parts, mapping.zone, zones))
    return typed


def _create_local(con: duckdb.DuckDBPyConnection, name: str, table: ir.Table, source: Source) -> None:
    if source.first_line is None:
        _create(con, "table", name, table)
        return
    try:
        _create(con, "table", f"{name}_rows", table)
    except (duckdb.Error, UnicodeDecodeError) as error:  # its message may cut a character of the file in two
        raise RowsUncertain from error
    if con.execute(f"select count(*) from {name}_rows").fetchall() != [(source.rows,)]:
        raise RowsUncertain
    con.execute(f"create view {name} as select rowid + {source.first_line} as {LINE}, * from {name}_rows")


class RowsUncertain(Exception):
    """DuckDB's reader failed or did not see one row a line."""


def _create(con: duckdb.DuckDBPyConnection, kind: str, name: str, table: ir.Table) -> None:
    con.execute(f"create {kind} {name} as {ibis.to_sql(table, dialect='duckdb')}")


def _source_scope(raw: ir.Table, source: Source, mapping: Mapping) -> dict[str, ir.Value]:
    """The source's columns by every name the mapping may use; blank and `missing` texts are NULL."""
    columns: dict[str, ir.Value] = {}
    nothing = [text for text in mapping.missing if text]
    for name in source.header:
        text = raw[name] if source.tidy else _trimmed(raw[name]).nullif("")
        columns[name] = text.nullif(nothing[0]) if len(nothing) == 1 else text
        if len(nothing) > 1:
            columns[name] = ibis.cases((text.isin(nothing), ibis.null("string")), else_=text)
    for name, others in mapping.aliases:
        found = next((other for other in others if other in columns), None)
        if name not in columns and found is not None:
            columns[name] = columns[found]
    return columns


def _texts(raw: ir.Table, source: Source, mapping: Mapping, parts: tuple[Part, ...]) -> ir.Table:
    columns = _source_scope(raw, source, mapping)
    made: dict[str, ir.Value] = {LINE: raw[LINE]} if source.first_line is None else {}
    for filter_ in mapping.filters:
        _need_columns(filter_.drop, filter_.where, columns, source, mapping)
    conditions = [_condition(f.drop, columns, f.where) for f in mapping.filters]
    indices = [(condition, ibis.literal(i, "int64")) for i, condition in enumerate(conditions)]
    made["filtered"] = ibis.cases(*indices, else_=None) if indices else ibis.null("int64")
    for part in parts:
        for rule in part.read:
            made[f"{part.prefix}{rule.name}"] = _text_of(rule, columns, source, mapping)
        for rule in part.rules:
            made.setdefault(f"{part.prefix}{rule.name}", ibis.null("string"))
    return raw.select(**made)


def _text_of(rule: ColumnRule, columns: Map[str, ir.Value], source: Source, mapping: Mapping) -> ir.Value:
    named = columns_named(rule.source or "", rule.where)
    if rule.optional and not named <= columns.keys():
        return ibis.null("string")
    _need_columns(rule.source or "", rule.where, columns, source, mapping)
    value = compile_expression(rule.source or "", Scope(columns, where=rule.where))
    text = value if value.type().is_string() else value.cast("string")
    if rule.missing:
        text = ibis.cases((text.isin(rule.missing), ibis.null("string")), else_=text)
    if rule.when is not None:
        _need_columns(rule.when, rule.where, columns, source, mapping)
        text = ibis.cases((_condition(rule.when, columns, rule.where), text), else_=ibis.null("string"))
    return text


def _condition(text: str, columns: Map[str, ir.Value], where: Where | None) -> ir.BooleanValue:
    value = compile_expression(text, Scope(columns, where=where))
    if not value.type().is_boolean():
        raise ConditionNeeded(where, text=text)
    return value.fill_null(False)  # noqa: FBT003


def _need_columns(
    text: str, where: Where | None, columns: Map[str, ir.Value], source: Source, mapping: Mapping
) -> None:
    missing = sorted(columns_named(text, where) - columns.keys())
    if missing:
        raise SourceColumnMissing(Where(source.file, 1), column=missing[0], mapping=mapping.name, present=source.header)


# --- locals: numbers, flags, and clock times not yet put into a zone ---------------------------------------


def _locals(table: ir.Table, parts: tuple[Part, ...]) -> ir.Table:
    """For each column `<name>.v` its value, `<name>.given` whether there was one, `<name>.u` a time with its offset."""
    made: dict[str, ir.Value] = {}
    for part in parts:
        for rule in part.read:
            name, column = f"{part.prefix}{rule.name}", part.column(rule)
            text = _valued(table[name], rule)
            if column.type == "time":
                instant, made[f"{name}.v"] = _time(text, rule, part, made)
                if instant is not None:
                    made[f"{name}.u"] = instant
            else:
                made[f"{name}.v"] = _value(text, column, rule)
            if not _is_plain_text(column, rule):
                made[f"{name}.given"] = table[name].notnull()
    return table.select(*([LINE] if LINE in table.columns else []), "filtered", **made)


def _is_plain_text(column: Column, rule: ColumnRule) -> bool:
    """Its value is its text, so that nothing can be wrong with it."""
    return column.type == "text" and not column.values and rule.values is None


def _valued(text: ir.StringValue, rule: ColumnRule) -> ir.StringValue:
    if rule.values is None:
        return text
    return ibis.cases(*((text == given, ibis.literal(ours)) for given, ours in rule.values), else_=ibis.null("string"))


def _value(text: ir.StringValue, column: Column, rule: ColumnRule) -> ir.Value:
    if column.type == "text":
        return ibis.cases((text.isin(column.values), text), else_=ibis.null("string")) if column.values else text
    if column.type == "flag":
        low = text.lower()
        return ibis.cases((low.isin(_TRUE), True), (low.isin(_FALSE), False), else_=ibis.null("boolean"))
    if column.type == "count":
        number = text.try_cast("int64")
        whole = text.re_search(r"^\+?\d{1,18}$")
        return ibis.cases((whole, number), else_=ibis.null("int64"))
    number = (text.try_cast("decimal(18, 6)") * _UNITS[rule.unit]).try_cast("int64")
    plain = text.re_search(rf"^\+?\d{{1,{_DIGITS[rule.unit]}}}(\.\d{{1,9}})?$")
    return ibis.cases((plain, number), else_=ibis.null("int64"))


def _time(
    text: ir.StringValue, rule: ColumnRule, part: Part, made: Map[str, ir.Value]
) -> tuple[ir.Value | None, ir.Value]:
    """Milliseconds of UTC where the text can say so, and milliseconds of the wall clock where it does not."""
    instants: list[ir.Value] = []
    walls: list[ir.Value] = []
    for form in rule.formats:
        if form in ("epoch_s", "epoch_ms"):
            number = text.try_cast("decimal(18, 3)") * (1000 if form == "epoch_s" else 1)
            digits = 11 if form == "epoch_s" else 14  # more would not fit into DECIMAL(18, 3) as ms
            instants.append(
                ibis.cases((text.re_search(rf"^\d{{1,{digits}}}(\.\d{{1,9}})?$"), number.try_cast("int64")))
            )
        elif form == "iso":
            good, offset = text.re_search(_ISO), text.re_search(_ISO_OFFSET)
            instants.append(ibis.cases((good & offset, _instant_ms(_readable(text).try_cast("timestamp('UTC')")))))
            walls.append(ibis.cases((good & ~offset, _local_ms(text.try_cast("timestamp")))))
        elif "%z" in form:
            instants.append(_instant_ms(_parsed_with_offset(text, form)))
        else:
            walls.append(_local_ms(_parsed(text, form)))
    nothing = ibis.null("int64")
    instant = ibis.coalesce(*instants, nothing) if instants else None
    wall = ibis.coalesce(*walls, nothing)
    if rule.near is not None:
        anchor = made[f"{part.prefix}{rule.near}.v"]
        wall = ibis.cases((wall < anchor - HALF_DAY, wall + 2 * HALF_DAY), else_=wall)
    return instant, wall


def _readable(text: ir.StringValue) -> ir.StringValue:
    """A time with its offset as DuckDB reads it: with seconds, without a blank, with a colon in the offset."""
    whole = text.re_replace(r"([ T]\d{1,2}:\d{2})( ?[Z+-])", r"\1:00\2").re_replace(r" ([Z+-])", r"\1")
    return whole.re_replace(r"([+-]\d{2})(\d{2})$", r"\1:\2")


# --- typed: instants, and what is wrong ---------------------------------------------------------------------


def _zone_rules(con: duckdb.DuckDBPyConnection, table: str, zone: ZoneInfo, parts: tuple[Part, ...]) -> WallClock:
    names = [f"{p.prefix}{r.name}.v" for p in parts for r in p.read if p.column(r).type == "time"]
    ends = ", ".join(f'min("{name}"), max("{name}")' for name in names)
    [found] = con.execute(f"select {ends} from {table}").fetchall()
    low, high = (datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000 for year in _YEARS)
    seen = [ms for ms in found if ms is not None and low <= ms < high]
    return zone_rules(zone, int(min(seen)), int(max(seen))) if seen else WallClock(((int(low), 0),), ())


def _typed(  # noqa: C901 - one check after another, in the order in which they are told
    table: ir.Table, parts: tuple[Part, ...], zone: ZoneInfo, rules: WallClock
) -> ir.Table:
    made: dict[str, ir.Value] = {}
    faults: list[tuple[ir.BooleanValue, ir.Value]] = []
    for part in parts:
        for rule in part.read:
            name, column = f"{part.prefix}{rule.name}", part.column(rule)
            value = table[f"{name}.v"]
            if column.type == "time":
                wall = value
                value = _to_utc(wall, rules)
                if f"{name}.u" in table.columns:
                    value = ibis.coalesce(table[f"{name}.u"], value)
                if gaps := [wall.between(a, b - 1) for a, b in rules.gaps]:
                    reason = f"a time that {zone.key} skips: clocks were put forward"
                    faults.append(_fault(ibis.or_(*gaps), name, reason))
                low, high = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1000 for year in _YEARS)
                faults.append(_fault((value < low) | (value >= high), name, "not a plausible year"))
                if rule.at_least is not None:
                    other = made[f"{part.prefix}{rule.at_least}"]
                    value = ibis.cases((value.isnull(), ibis.null("int64")), else_=ibis.greatest(value, other))
            if f"{name}.given" in table.columns:
                faults.append(_fault(table[f"{name}.given"] & value.isnull(), name, _expected(column, rule)))
            # What folds need not say everything in each row: an entity that lacks something is not whole yet.
            if column.required and (part is not parts[0] or len(parts) == 1 or column.name in part.dataset.key):
                faults.append(_fault(value.isnull(), name, "it is missing"))
            made[name] = value
        for earlier, later in part.dataset.ordered:
            a, b = made.get(f"{part.prefix}{earlier}"), made.get(f"{part.prefix}{later}")
            if a is not None and b is not None:
                faults.append(_fault(b < a, f"{part.prefix}{later}", f"it is before {earlier}"))
    fault = ibis.cases(*faults, else_=ibis.null("string"))
    fault = ibis.cases((table["filtered"].notnull(), ibis.null("string")), else_=fault)
    typed = table.select(LINE, "filtered", fault=fault, **made)
    for part in parts:
        if len(parts) == 1 or part is not parts[0]:  # what several rows make is computed once they are folded
            typed = _computed(typed, part)
    return typed


def _computed(table: ir.Table, part: Part) -> ir.Table:
    """With what rules compute, one after another."""
    for rule in (rule for rule in part.rules if rule.compute is not None):
        name = f"{part.prefix}{rule.name}"
        known = [name for name in part.dataset.names if f"{part.prefix}{name}" in table.columns]
        columns = {column: table[f"{part.prefix}{column}"] for column in known}
        table = table.mutate(**{name: computed(rule, part.column(rule), columns)})
        if part.column(rule).never_negative:
            wrong, reason = _fault(table[name] < 0, name, "it is computed as less than 0")
            open_ = table["fault"].isnull() & table["filtered"].isnull()
            table = table.mutate(fault=ibis.cases((open_ & wrong, reason), else_=table["fault"]))
    return table


def computed(rule: ColumnRule, column: Column, columns: Map[str, ir.Value]) -> ir.Value:
    """What a rule computes from canonical columns.

    Raises:
        ValueWrong: it is not of its column's type.
    """
    value = compile_expression(rule.compute or "", Scope(columns, where=rule.where))
    kind = value.type()
    fits = kind.is_boolean() if column.type == "flag" else kind.is_integer() or column.type == "text"
    if not (fits or kind.is_null()):
        raise ValueWrong(rule.where, key=rule.name, value=rule.compute, expected=TYPE_MEANING[column.type])
    return value


def _to_utc(wall: ir.IntegerValue, rules: WallClock) -> ir.IntegerValue:
    if len(rules.offsets) == 1:
        return wall - rules.offsets[0][1]
    return ibis.cases(*((wall >= start, wall - offset) for start, offset in rules.offsets), else_=ibis.null("int64"))


def _fault(condition: ir.BooleanValue, name: str, reason: str) -> tuple[ir.BooleanValue, ir.Value]:
    return condition.fill_null(False), ibis.literal(f"{name}{SEPARATOR}{reason}")  # noqa: FBT003


def _expected(column: Column, rule: ColumnRule) -> str:
    if rule.values is not None:
        return f"none of the values that the mapping knows: {', '.join(given for given, _ in rule.values)}"
    if column.values:
        return f"none of {', '.join(column.values)}"
    return {
        "time": f"not a time of the form {' | '.join(rule.formats)}",
        "duration": f"not a number of {rule.unit} from 0 on",
        "count": "not a whole number from 0 on",
        "flag": "neither true nor false",
        "text": "not usable text",
    }[column.type]


class SourceColumnMissing(InputError):
    """The file has no column «{column}», which the mapping {mapping} reads. It has: {present}.

    Name the right --mapping, or add the column's other name to the mapping's aliases.
    """


class ConditionNeeded(InputError):
    """«{text}» is not a condition.

    Write something that is true or false, such as state = 'test'.
    """
