"""What stands behind figures: the label of every record, the worst of them, and the figures day by day.

A record's `label` is its standing in one term: `in_target`, `missed`, `counted` (where no record is good or
bad by itself: means, percentiles, totals), `open`, `excluded` or `no_target`. Records that a term leaves out
have no label. For a share of which less is better, such as abandonment, the hit is the bad one, the `missed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from ibis import _

from guanbao.engine.language import Lang, say
from guanbao.engine.measures.catalogue import Direction, Measure, Unit
from guanbao.engine.records.datasets import Dataset, dataset
from guanbao.engine.records.imports import guarded
from guanbao.engine.statements.figures import Figures, Labelled
from guanbao.engine.statements.levels import Exclusion, Term
from guanbao.engine.statements.periods import Period
from guanbao.engine.statements.statement import Computation, Outcome

LABELS = ("in_target", "missed", "counted", "open", "excluded", "no_target")
FLAGS = ("counted", "hit", "open", "excluded", "no_target")
SUMMED = ("counted", "hit", "amount", "open", "excluded", "no_target")
MOST_DAYS = 92
_SMALL_IS_WORSE = ("contact.short_service", "contact.first_contact_resolution")  # over at once; back at once
_AT_ONCE, _BYTE_ORDER_MARK = 100_000, b"\xef\xbb\xbf"  # by the latter a spreadsheet knows UTF-8


@dataclass(frozen=True)
class Breaches:
    """The worst records of a term, as rows of `labels_of`, and how many there are in all."""

    total: int
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Bucket:
    """One day or month of a period, and a term's exact figures in it; `value` is None without activity."""

    first: date
    end: date
    figures: Figures
    value: Fraction | None
    met: bool | None


@dataclass(frozen=True)
class Held(Labelled):
    """Labels that the engine holds worked out."""

    worked: ir.Table

    @cached_property
    def table(self) -> ir.Table:
        """The canonical columns of the records, with every label as a column."""
        return self.worked


@contextmanager
def kept(computation: Computation) -> Iterator[Computation]:
    """The computation with its labels worked out once and held by the engine, for many questions."""
    with ExitStack() as stack:
        held: dict[int, Labelled] = {}
        for outcome in computation.outcomes:
            found = outcome.labelled
            if found is not None and id(found) not in held:
                held[id(found)] = found if isinstance(found, Held) else _held(found, stack)
        outcomes = [
            outcome if outcome.labelled is None else replace(outcome, labelled=held[id(outcome.labelled)])
            for outcome in computation.outcomes
        ]
        yield replace(computation, outcomes=outcomes)


def _held(labelled: Labelled, stack: ExitStack) -> Held:
    names = dataset(labelled.asked[0].measure.dataset).names
    flags = {f"t{i}_{flag}" for i in range(len(labelled.labels)) for flag in (*FLAGS, "amount", "value")}
    table = labelled.table.select(*names, *(name for name in labelled.table.columns if name in flags))
    worked = stack.enter_context(table.cache())
    return Held(**{field.name: getattr(labelled, field.name) for field in fields(Labelled)}, worked=worked)


# --- labels -------------------------------------------------------------------------------------------------


def anchor_of(term: Term) -> str:
    """The column that puts a record into the period of a measured term."""
    kind = kind_of(term)
    return kind.anchors[term.arguments["by"]] if measured(term).anchors else kind.anchor


def kind_of(term: Term) -> Dataset:
    """The dataset that a measured term counts."""
    return dataset(measured(term).dataset)


def measured(term: Term) -> Measure:
    """The measure of a term that waits for nothing."""
    assert term.measure is not None  # noqa: S101 - waiting terms have no evidence
    return term.measure


def judges(outcome: Outcome) -> bool:
    """Whether single records of the term are in target or missed: it is a share with a good side."""
    measure = measured(outcome.term)
    return measure.unit is Unit.SHARE and measure.direction is not Direction.NEITHER


def labels_of(outcome: Outcome) -> ir.Table:
    """One row for each record that the term labels; times are in ms of UTC.

    Columns: the record's key; `at`, the time that puts it into the period; `label`; the flags `counted`,
    `hit`, `open`, `excluded`, `no_target` and the integer `amount`, which add up to the figures; `value` in
    ms or a count, what was measured; then the canonical columns.
    """
    table, kind, i = _labelled(outcome).table, kind_of(outcome.term), outcome.index
    have = {flag: _flag(table, f"t{i}_{flag}") for flag in (*FLAGS, "amount")}
    value = table[f"t{i}_value"] if f"t{i}_value" in table.columns else have["amount"]
    if _labels(outcome).value is None and _labels(outcome).amount is None:
        value = ibis.null("int64")
    bad = int(measured(outcome.term).direction is Direction.LOWER) if judges(outcome) else -1
    labels = ibis.cases(
        (have["excluded"] == 1, "excluded"),
        (have["no_target"] == 1, "no_target"),
        (have["open"] == 1, "open"),
        (have["hit"] == bad, "missed"),
        else_="in_target" if judges(outcome) else "counted",
    )
    belongs = have["counted"] + have["open"] + have["excluded"] + have["no_target"] > 0
    rest = [column.name for column in kind.columns if column.name not in kind.key and not column.personal]
    return table.filter(belongs).select(
        *kind.key,
        at=table[anchor_of(outcome.term)],
        label=labels,
        **have,
        value=value.cast("int64"),
        **{name: table[name] for name in rest},
    )


def _flag(table: ir.Table, name: str) -> Any:  # noqa: ANN401 - a column or a literal
    return table[name].cast("int64") if name in table.columns else ibis.literal(0, "int64")


def _labelled(outcome: Outcome) -> Labelled:
    assert outcome.labelled is not None  # noqa: S101 - waiting terms have no evidence
    return outcome.labelled


def _labels(outcome: Outcome) -> Any:  # noqa: ANN401 - Labels of deferred expressions
    return _labelled(outcome).labels[outcome.index]


# --- the worst ----------------------------------------------------------------------------------------------


def breaches_of(outcome: Outcome) -> ir.Table:
    """Rows of `labels_of` that speak against the term, the worst first.

    Of a share the missed ones; of a mean, percentile or rate those beyond its target, or all if it has none;
    of a total all that it counts.
    """
    rows, target = labels_of(outcome), outcome.term.target
    if judges(outcome):
        rows = rows.filter(_.label == "missed")
    else:
        rows = rows.filter(_.counted == 1)
        if target is not None and target.operator in ("<", "<=") and not _labels(outcome).total:
            level = target.level * (1000 if measured(outcome.term).unit is Unit.SECONDS else 1)
            part = _.amount * level.denominator
            rows = rows.filter(part > level.numerator if target.operator == "<=" else part >= level.numerator)
    worst = _.value.asc if outcome.term.measure_id in _SMALL_IS_WORSE else _.value.desc
    order = [worst(nulls_first=False), _["at"].asc(), *(_[key].asc() for key in kind_of(outcome.term).key)]
    return rows.order_by(order)


def breaches(outcome: Outcome, most: int) -> Breaches:
    """How many records speak against a term, and the worst `most` of them."""
    rows = breaches_of(outcome)
    total = int(rows.count().to_pyarrow().as_py())
    return Breaches(total, rows.limit(most).to_pyarrow().to_pylist() if total and most else [])


def counted_of(outcome: Outcome) -> int:
    """How many records a term's value was counted over."""
    labels, figures = _labels(outcome), outcome.figures
    if labels.p is None:
        return figures.numerator if labels.total else figures.denominator
    return int(_labelled(outcome).table[f"t{outcome.index}_counted"].sum().to_pyarrow().as_py() or 0)


def lost_to(outcome: Outcome, window: Exclusion) -> int:
    """How many records of a term an exclusion leaves out."""
    table = _labelled(outcome).table
    at, key = table[anchor_of(outcome.term)], table[kind_of(outcome.term).key[0]]
    ours = key.isin(window.records) if window.records else (at >= window.start) & (at < window.end)
    inside = (table[f"t{outcome.index}_excluded"] == 1) & ours
    return int(inside.fill_null(False).ifelse(1, 0).sum().to_pyarrow().as_py() or 0)  # noqa: FBT003


def without_target(outcome: Outcome) -> list[tuple[str | None, int]]:
    """The priorities whose records have no target, and how many each has; the most first."""
    rows = labels_of(outcome).filter(_.no_target == 1)
    found = rows.group_by("priority").aggregate(n=_.count()).to_pyarrow().to_pylist()
    pairs = ((row["priority"], int(row["n"])) for row in found)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0] or ""))


# --- day by day ---------------------------------------------------------------------------------------------


def buckets_of(period: Period) -> list[tuple[date, date]]:
    """The days of a period, or its months if it has more than 92 days: each as [first, end)."""
    days = period.days()
    if len(days) <= MOST_DAYS:
        return [(day, day + timedelta(days=1)) for day in days]
    firsts = [day for day in days if day.day == 1 or day == period.first]
    return list(zip(firsts, [*firsts[1:], period.end], strict=True))


def has_series(outcome: Outcome) -> bool:
    """Whether a term has a value a day: it is measured, and a time puts its records into a day."""
    return outcome.labelled is not None and _labels(outcome).belongs is None


def series(outcome: Outcome, computation: Computation) -> list[Bucket]:
    """The figures of each day (or month) of the period, by the midnights of the calendar's zone.

    As a statement over that day alone would have them, of records that are over: one that is not is judged by
    the period's end, not by the day's. Empty for a term without `has_series`.
    """
    if not has_series(outcome):
        return []
    spans, zone = buckets_of(computation.period), computation.level.calendar
    labels, term = _labels(outcome), outcome.term
    ends = [zone.midnight(end) for _first, end in spans]
    rows, cases = labels_of(outcome), ((_["at"] < end, i) for i, end in enumerate(ends))
    rows = rows.mutate(bucket=ibis.cases(*cases, else_=len(ends)))
    summed = rows.group_by("bucket").aggregate(**{name: _[name].sum() for name in SUMMED})
    by_bucket = {row["bucket"]: row for row in summed.to_pyarrow().to_pylist()}
    smallest = {} if labels.p is None else _percentiles(rows, labels.p)
    made = []
    for i, (first, end) in enumerate(spans):
        row = {name: int(by_bucket[i][name]) if i in by_bucket else 0 for name in SUMMED}
        rest = (row["open"], row["excluded"], row["no_target"])
        figures = Figures(*_quotient(labels, row, smallest.get(i)), *rest)
        value = figures.value(measured(term).unit)
        met = None if value is None or term.target is None else term.target.met_by(value)
        made.append(Bucket(first, end, figures, value, met))
    return made


def _quotient(labels: Any, row: dict[str, int], smallest: int | None) -> tuple[int, int]:  # noqa: ANN401
    if labels.p is not None:
        return (0, 0) if smallest is None else (smallest, 1)
    if labels.total:
        return row["counted"], 1
    return row["hit" if labels.amount is None else "amount"], row["counted"]


def _percentiles(rows: ir.Table, p: Fraction) -> dict[int, int]:
    """By bucket, the smallest amount whose cumulative share is at least p."""
    tallies = rows.filter(_.counted == 1).group_by("bucket", "amount").aggregate(n=_.count())
    running = ibis.window(group_by="bucket", order_by="amount", following=0)
    whole = ibis.window(group_by="bucket")
    seen = tallies.mutate(reached=_.n.sum().over(running), all=_.n.sum().over(whole))
    enough = seen.filter(_.reached * p.denominator >= _["all"] * p.numerator)
    found = enough.group_by("bucket").aggregate(value=_.amount.min()).to_pyarrow().to_pylist()
    return {row["bucket"]: int(row["value"]) for row in found}


def overview(computation: Computation, name: str, by: Sequence[str]) -> list[dict[str, Any]]:
    """How many records of a dataset lie in the period, for each value of the columns `by`, before exclusions.

    Rows hold `by`, `n`, and for contacts `wait_ms`, the sum of the waits of `waits` of them. Empty if no term
    takes the dataset's records by their default anchor.
    """
    usual = (o for o in computation.outcomes if has_series(o) and anchor_of(o.term) == dataset(name).anchor)
    outcome = next((o for o in usual if kind_of(o.term).name == name), None)
    if outcome is None:
        return []
    table, anchor = _labelled(outcome).table, _[dataset(name).anchor]
    start, end = computation.period.instants(computation.level.calendar)
    sums = {"wait_ms": _.wait_ms.sum(), "waits": _.wait_ms.count()} if "wait_ms" in table.columns else {}
    grouped = table.filter((anchor >= start) & (anchor < end)).group_by(*by).aggregate(n=_.count(), **sums)
    ordered = grouped.order_by([_[column].asc(nulls_first=True) for column in by])
    return list(ordered.to_pyarrow().to_pylist())


# --- written out --------------------------------------------------------------------------------------------


def explain_write(computation: Computation, folder: Path, *, lang: Lang = "zh") -> list[Path]:
    """Write `<term>.parquet` and `<term>.csv` of `labels_of` for every measured term, and what they sum to.

    Times are timestamps in Parquet, ISO 8601 text in CSV, both in UTC. Returns the files, `README.txt` last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written, lines = [], _columns_in_words(lang)
    with kept(computation) as held:
        for outcome in held.outcomes:
            if outcome.labelled is not None:
                paths = [folder / f"{outcome.term.id}.{ending}" for ending in ("parquet", "csv")]
                lines += _sums_in_words(outcome, _write(outcome, *paths), lang)
                written += paths
    readme = folder / "README.txt"
    readme.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [*written, readme]


def _write(outcome: Outcome, parquet: Path, csv: Path) -> dict[str, int]:
    """Write the labels in batches, by time; returns how many rows there are and what each column sums to."""
    rows, times = labels_of(outcome), {"at", *kind_of(outcome.term).times}
    ordered = rows.order_by("at", *kind_of(outcome.term).key)
    plain = ordered.schema().to_pyarrow()
    stored, printed = (
        pa.schema([pa.field(f.name, time if f.name in times else f.type) for f in plain])
        for time in (pa.timestamp("ms", "UTC"), pa.string())
    )
    sums = dict.fromkeys(("rows", *SUMMED), 0)
    with csv.open("wb") as out:
        out.write(_BYTE_ORDER_MARK)
        with pq.ParquetWriter(parquet, stored) as columns, pa_csv.CSVWriter(out, printed) as text:
            for batch in batches(ordered, _AT_ONCE):
                table = pa.table(batch.columns, names=batch.schema.names).cast(stored)
                columns.write_table(table)
                texts = [_as_text(column.combine_chunks()) for column in table.columns]
                text.write_table(pa.table(texts, schema=printed))
                sums["rows"] += table.num_rows
                for name in SUMMED:
                    sums[name] += pc.sum(table[name]).as_py() or 0
    return sums


def batches(table: ir.Table, size: int) -> Iterator[pa.RecordBatch]:
    """The rows of a `kept` table's expression, some at a time."""
    backend = table.get_backend()
    if backend.name == "duckdb":  # whose reader Ibis still asks for by a name that is going away
        yield from backend.con.sql(ibis.to_sql(table, dialect="duckdb")).to_arrow_reader(size)
    else:
        yield from table.to_pyarrow_batches(chunk_size=size)


def _as_text(column: pa.Array) -> pa.Array:
    """Instants as ISO 8601, texts guarded against formulas, all else as it is."""
    if pa.types.is_timestamp(column.type):
        iso = pc.strftime(column.cast(pa.timestamp("ms")), format="%Y-%m-%dT%H:%M:%SZ")
        return pc.replace_substring_regex(iso, r"\.000Z$", "Z")
    if pa.types.is_string(column.type):
        known = column.dictionary_encode()
        safe = pa.array([guarded(text) for text in known.dictionary.to_pylist()], pa.string())
        return safe.take(known.indices)
    return column


def _columns_in_words(lang: Lang) -> list[str]:
    meanings = {
        "at": say("the time that puts the record into the period", lang),
        "label": say("its standing in the term: {labels}", lang, labels=", ".join(LABELS)),
        "counted": say("1 if it is in the denominator", lang),
        "hit": say("1 if it is also in the numerator", lang),
        "open": say("1 if it is not judged yet", lang),
        "excluded": say("1 if an approved exclusion leaves it out", lang),
        "no_target": say("1 if its priority has no target", lang),
        "amount": say("what it adds to the numerator of a mean, in ms or a count", lang),
        "value": say("what was measured of it, in ms or a count", lang),
    }
    head = say("The records behind each term of the statement, one row a record. Times are in UTC.", lang)
    return [head, "", *(f"{name}: {meaning}" for name, meaning in meanings.items())]


def _sums_in_words(outcome: Outcome, sums: dict[str, int], lang: Lang) -> list[str]:
    figures, labels = outcome.figures, _labels(outcome)
    if labels.p is not None:
        how = say("numerator = the smallest amount with a cumulative share of at least {p}", lang, p=labels.p)
    elif labels.total:
        how = say("numerator = sum of counted", lang)
    elif labels.amount is not None:
        how = say("numerator = sum of amount, denominator = sum of counted", lang)
    else:
        how = say("numerator = sum of hit, denominator = sum of counted", lang)
    added = ", ".join(f"{name} {total}" for name, total in sums.items())
    stated = say("numerator {n}, denominator {d}", lang, n=figures.numerator, d=figures.denominator)
    return ["", f"{outcome.term.id} ({outcome.term.measure_id})", f"  {added}", f"  {how}", f"  {stated}"]
