"""A statement as a workbook: terms, days with charts, the records behind, exclusions, basis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import ibis.expr.types as ir
from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties

from guanbao.engine.language import Lang, say
from guanbao.engine.measures.catalogue import Unit
from guanbao.engine.records.datasets import dataset
from guanbao.engine.records.imports import ImportReport
from guanbao.engine.reports import cells, content, words
from guanbao.engine.reports.cells import Sheet, joined, local_time, seconds
from guanbao.engine.reports.charts import charted, is_daily
from guanbao.engine.reports.worst import SHOWN, cell_text
from guanbao.engine.statements import evidence
from guanbao.engine.statements.evidence import Bucket
from guanbao.engine.statements.money import decimal_text
from guanbao.engine.statements.statement import Computation, Outcome

MOST_ROWS = 1_048_576
_AT_ONCE = 10_000
_FORMATS = {Unit.SHARE: cells.SHARE, Unit.COUNT: cells.WHOLE, Unit.PER_RECORD: cells.HUNDREDTHS}
# From how many seconds of its target, or else of the longest of them, days are shown in which unit.
_SCALES = ((7200, 3600, "{h} h", "h"), (600, 60, "{m} min", "m"), (0, 1, "{n} s", "n"))
_COLOURS = {True: "9CCAA6", False: "E3A19B", None: "B9C4D4"}


def workbook_report(
    computation: Computation,
    path: Path,
    *,
    lang: Lang,
    reports: Sequence[ImportReport] = (),
    most: int = MOST_ROWS,
) -> None:
    """Write the statement as a workbook of at most `most` rows a sheet; its engine must still be open."""
    book = cells.book_new()
    with evidence.kept(computation) as held:
        told = content.sheet_of(held, lang, reports)
        _statement(book, told)
        _days(book, held, lang)
        _breaches(book, held, lang, most)
        if told.windows:
            _exclusions(book, told, most)
        _basis(book, told)
    cells.save(book, path)


# --- the statement ------------------------------------------------------------------------------------------


def _statement(book: Workbook, told: content.Sheet) -> None:
    lang, statement = told.lang, told.computation.statement
    sheet = Sheet(
        book,
        say("Statement", lang),
        [24, 36, 24, 19, 10, 16, 15, 12, 9, 9, 7, 12, 9, 8, 8, 9],
        freeze="B1",
    )
    sheet.add(told.title, style="title")
    sheet.add(joined(told.facts), style="soft")
    tone = {True: "good", False: "bad", None: "strong"}[told.good]
    sheet.sheet.append([sheet.cell(told.verdict, style=tone)])
    if told.score is not None:
        sheet.add(say("Score", lang), f"{told.score} / 100")
    sheet.add()
    for card in told.cards:
        sheet.add(sheet.cell(card.label, style="soft"), sheet.cell(card.value, style="strong"), joined(card.notes))
    sheet.add()
    sheet.add(say("Terms", lang), style="heading")
    sheet.head([
        say("Term", lang), say("Calculation", lang), say("Parameters", lang), say("Numerator", lang),
        say("Denominator", lang), say("Result", lang), say("In words", lang), say("Target", lang),
        say("Verdict", lang), say("Attainment", lang), say("Weight", lang), say("Credit", lang),
        say("Bonus", lang),
        say("Open", lang), say("Excluded", lang), say("Without target", lang),
    ], numbers=(3, 4, 5, 9, 10, 11, 12, 13, 14, 15))  # fmt: skip
    for row, said in zip(told.rows, statement["terms"], strict=True):
        sheet.add(*_term(sheet, row, said, lang))
    sheet.add()
    for note in told.notes:
        sheet.add(note, style="soft")


def _term(sheet: Sheet, row: content.TermRow, said: dict[str, Any], lang: Lang) -> list[Any]:
    term, figures = row.outcome.term, row.outcome.figures
    unit = term.measure.unit if term.measure else Unit.COUNT
    numerator = seconds(figures.numerator) if unit is Unit.SECONDS else figures.numerator
    tone = {"met": "good", "missed": "bad"}.get(row.standing, "soft")

    def number(value: Decimal | int | None, form: str) -> Any:  # noqa: ANN401 - a cell
        return sheet.cell(value, form=form)

    def exact(text: str | None, form: str) -> Any:  # noqa: ANN401
        return number(None if text is None else Decimal(text), form)

    value = sheet.cell(None if said["value"] is None else Decimal(said["value"]), style=tone, form=_form(unit, lang))
    weight = Decimal(decimal_text(term.weight)) if term.weight else None
    return [
        sheet.cell(row.title, style="wrapped"),
        sheet.cell(row.formula, style="wrapped"),
        sheet.cell(joined(row.details), style="wrapped"),
        number(
            None if row.numerator == "—" else numerator,
            _form(unit, lang) if unit is Unit.SECONDS else cells.WHOLE,
        ),
        row.denominator if row.denominator == "—" else number(int(row.denominator.replace(",", "")), cells.WHOLE),
        value,
        row.result,
        row.target,
        sheet.cell(row.verdict, style=tone),
        exact(said["attainment"], "0.0%"),
        number(weight, "General"),
        exact(said["credit"], cells.MONEY),
        exact(said["bonus"], cells.MONEY),
        number(figures.open or None, cells.WHOLE),
        number(figures.excluded or None, cells.WHOLE),
        number(figures.no_target or None, cells.WHOLE),
    ]


def _form(unit: Unit, lang: Lang) -> str:
    return _FORMATS.get(unit) or cells.with_unit(cells.SECONDS, say("{n} s", lang, n=""))


# --- day by day ---------------------------------------------------------------------------------------------


def _days(book: Workbook, computation: Computation, lang: Lang) -> None:
    drawn = [(outcome, evidence.series(outcome, computation)) for outcome in computation.outcomes if charted(outcome)]
    if not drawn:
        return
    buckets = drawn[0][1]
    daily = is_daily(buckets)
    sheet = Sheet(
        book,
        say("By day", lang) if daily else say("By month", lang),
        [13, *[15] * (4 * len(drawn))],
        freeze="B3",
        repeat=2,
    )
    titles = [words.data_text(words.measure_title(outcome.term, lang), most=60) for outcome, _series in drawn]
    sheet.add(None, *(cell for title in titles for cell in (title, None, None, None)), style="strong")
    parts = (say("Numerator", lang), say("Denominator", lang), say("Result", lang), say("Target", lang))
    heads = [say("Day", lang) if daily else say("Month", lang), *(part for _drawn in drawn for part in parts)]
    sheet.head(heads, numbers=range(1, len(heads)))
    scales = [_scale(outcome, series, lang) for outcome, series in drawn]
    for i, bucket in enumerate(buckets):
        row = [f"{bucket.first:%Y-%m-%d}" if daily else f"{bucket.first:%Y-%m}"]
        for (outcome, series), scale in zip(drawn, scales, strict=True):
            row += _day(sheet, outcome, series[i], scale, lang)
        sheet.add(*row)
    for n, (outcome, series) in enumerate(drawn):
        chart = _chart(sheet.sheet, outcome, series, 2 + 4 * n, titles[n], scales[n])
        sheet.sheet.add_chart(chart, f"{'B' if n % 2 == 0 else 'J'}{len(buckets) + 5 + 17 * (n // 2)}")


class _Scale(NamedTuple):
    """How the values of a term's days are shown: divided by so much, in this format; `axis` has no decimals."""

    by: int
    form: str
    axis: str


def _scale(outcome: Outcome, series: Sequence[Bucket], lang: Lang) -> _Scale:
    unit, target = evidence.measured(outcome.term).unit, outcome.term.target
    if unit is not Unit.SECONDS:
        return _Scale(1, _FORMATS[unit], "0%" if unit is Unit.SHARE else cells.WHOLE)
    longest = target.level if target else max((bucket.value for bucket in series if bucket.value), default=1)
    _from, by, said, name = next(scale for scale in _SCALES if longest >= scale[0])
    word = say(said, lang, **{name: ""})
    return _Scale(by, cells.with_unit(cells.HUNDREDTHS, word), cells.with_unit(cells.WHOLE, word))


def _day(sheet: Sheet, outcome: Outcome, bucket: Bucket, scale: _Scale, lang: Lang) -> list[Any]:
    unit, target, figures = evidence.measured(outcome.term).unit, outcome.term.target, bucket.figures
    value = None if bucket.value is None else Decimal(decimal_text(bucket.value / scale.by))
    level = None if target is None else Decimal(decimal_text(target.level / scale.by))
    numerator = seconds(figures.numerator) if unit is Unit.SECONDS else figures.numerator
    return [
        sheet.cell(numerator, form=_form(unit, lang) if unit is Unit.SECONDS else cells.WHOLE),
        sheet.cell(figures.denominator, form=cells.WHOLE),
        sheet.cell(value, form=scale.form),
        sheet.cell(level, form=scale.form),
    ]


def _chart(  # noqa: PLR0917
    sheet: Any,  # noqa: ANN401 - openpyxl has no type for a sheet that is only written
    outcome: Outcome,
    series: Sequence[Bucket],
    column: int,
    title: str,
    scale: _Scale,
) -> BarChart:
    last = 2 + len(series)
    bars = BarChart()
    bars.title, bars.height, bars.width, bars.gapWidth, bars.legend = title, 7.5, 20, 40, None
    bars.add_data(Reference(sheet, min_col=column + 2, min_row=2, max_row=last), titles_from_data=True)
    bars.set_categories(Reference(sheet, min_col=1, min_row=3, max_row=last))
    bars.y_axis.number_format = scale.axis
    bars.y_axis.scaling.min = 0
    bars.x_axis.delete = bars.y_axis.delete = False
    drawn = bars.series[0]
    drawn.graphicalProperties = GraphicalProperties(solidFill=_COLOURS[None])
    for i, bucket in enumerate(series):
        if bucket.met is not None:
            drawn.dPt.append(DataPoint(idx=i, spPr=GraphicalProperties(solidFill=_COLOURS[bucket.met])))
    if outcome.term.target is not None:
        line = LineChart()
        line.add_data(Reference(sheet, min_col=column + 3, min_row=2, max_row=last), titles_from_data=True)
        level = line.series[0]
        level.graphicalProperties.line.solidFill = "1B2433"
        level.graphicalProperties.line.dashStyle = "dash"
        level.graphicalProperties.line.width = 12_700
        level.marker.symbol, level.smooth = "none", False
        bars += line
    return bars


# --- records ------------------------------------------------------------------------------------------------


def _breaches(book: Workbook, computation: Computation, lang: Lang, most: int) -> None:
    promised = [o for o in computation.outcomes if o.labelled and o.term.target is not None and o.met is not None]
    tables = [(outcome, evidence.breaches_of(outcome)) for outcome in promised]
    total = sum(evidence.breaches(outcome, 0).total for outcome in promised)
    columns = Columns([outcome for outcome, _rows in tables], computation, lang)
    sheet = Sheet(book, say("Missed records", lang), columns.widths, freeze="A3", repeat=2)
    room = most - 2
    told = say("{n} records, the worst of each term first. Times are those of {zone}.", lang, n=f"{total:,}",
               zone=computation.level.calendar.zone.key)  # fmt: skip
    if total > room:
        cut = say("Only {m} fit here; guanbao measure --explain writes them all.", lang, m=f"{room:,}")
        told = f"{told} {cut}"
    sheet.add(told, style="soft")
    sheet.head(columns.titles, numbers=(3,))
    for outcome, rows in tables:
        for row in _streamed(rows, most - sheet.rows):
            sheet.add(*columns.cells(outcome, row))


class Columns:
    """The columns in which records of several terms are listed together."""

    def __init__(self, outcomes: Sequence[Outcome], computation: Computation, lang: Lang) -> None:
        kinds = list(dict.fromkeys(evidence.kind_of(outcome.term).name for outcome in outcomes))
        names = {column.name for kind in kinds for column in dataset(kind).columns}
        times = [column.name for kind in kinds for column in dataset(kind).columns if column.type == "time"]
        self.texts = [name for name in SHOWN if name in names]
        self.times = list(dict.fromkeys(times))
        self.zone, self.lang = computation.level.calendar, lang
        self.titles = [say("Term", lang), say("Term id", lang), say("Record", lang), say("Value, s", lang),
                       *(words.column_text(name, lang) for name in (*self.texts, *self.times))]  # fmt: skip
        self.widths = [24, 18, 26, 12, *[14] * len(self.texts), *[20] * len(self.times)]

    def cells(self, outcome: Outcome, row: dict[str, Any]) -> list[Any]:
        """One record of a term."""
        term = outcome.term
        value = row["value"] if evidence.measured(term).unit is Unit.PER_RECORD else seconds(row["value"])
        texts = [None if row.get(name) is None else cell_text(name, row[name], self.lang, None) for name in self.texts]
        times = [local_time(row.get(name), self.zone) for name in self.times]
        key = row[evidence.kind_of(term).key[0]]
        return [words.measure_title(term, self.lang), term.id, key, value, *texts, *times]


def _streamed(rows: ir.Table, most: int) -> Iterator[dict[str, Any]]:
    if most > 0:
        for batch in evidence.batches(rows.limit(most), _AT_ONCE):
            yield from batch.to_pylist()


def _exclusions(book: Workbook, told: content.Sheet, most: int) -> None:
    lang, computation = told.lang, told.computation
    ours = [o for o in computation.outcomes if o.labelled and o.figures.excluded]
    columns = Columns(ours, computation, lang)
    sheet = Sheet(book, say("Exclusions", lang), [max(width, 20) for width in columns.widths])
    sheet.add(
        say("From", lang), say("To", lang), say("Reason", lang), say("Approved by", lang),
        say("Effect", lang),
        say("Term", lang), say("Records left out", lang),
        style="head",
    )  # fmt: skip
    for window in told.windows:
        for title, lost in window.losses or [("—", None)]:
            sheet.add(window.start, window.end, window.reason, window.approved_by, window.effect, title, lost)
    if not ours:
        return
    sheet.add()
    sheet.add(say("The records left out", lang), style="heading")
    sheet.head(columns.titles, numbers=(3,))
    for outcome in ours:
        rows = evidence.labels_of(outcome)
        left = rows.filter(rows.label == "excluded").order_by("at", *evidence.kind_of(outcome.term).key)
        for row in _streamed(left, most - sheet.rows):
            sheet.add(*columns.cells(outcome, row))


def _basis(book: Workbook, told: content.Sheet) -> None:
    sheet = Sheet(book, say("Basis", told.lang), [30, 120])
    for name, value in told.basis:
        sheet.add(sheet.cell(name, style="soft"), sheet.cell(value, style="wrapped"))
