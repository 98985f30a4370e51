"""`guanbao measure` and `guanbao verify`: a statement, and somebody else's statement."""

from __future__ import annotations

import json as json_format
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from guanbao.cli import speech
from guanbao.cli.records import inputs_of, print_faults
from guanbao.cli.speech import _
from guanbao.engine.errors import InputError, Where
from guanbao.engine.records.datasets import dataset
from guanbao.engine.records.imports import ImportReport, RecordSet, records_open, records_read
from guanbao.engine.records.store import Store
from guanbao.engine.reports.html import html_report
from guanbao.engine.reports.numbers import numerator_text
from guanbao.engine.reports.words import period_text, target_text, value_text, verdict_text
from guanbao.engine.reports.workbook import workbook_report
from guanbao.engine.statements.engines import Engine, digest_of, engine_named, records_table
from guanbao.engine.statements.evidence import explain_write, kept
from guanbao.engine.statements.levels import ServiceLevel
from guanbao.engine.statements.periods import period as period_named
from guanbao.engine.statements.presets import service_level_named
from guanbao.engine.statements.signing import signature_holds, statement_sign
from guanbao.engine.statements.statement import Computation, statement_compute
from guanbao.engine.statements.verify import records_as_stated, statement_read, statement_verify

_SOURCE = re.compile(r"([a-z_]+)=(.+)@([^@]+)")
LEVELS = typer.Argument(metavar="LEVELS.yaml", help=_("The service level: a YAML file, or the name of a preset."))
RECORDS = typer.Option(
    "--records", metavar="DATASET=FILE@MAPPING", help=_("Records to measure; may be given several times.")
)
STORE = typer.Option("--store", help=_("A store of imported records, instead of --records."))
ENGINE = typer.Option("--engine", help=_("duckdb or spark."))


def add(app: typer.Typer) -> None:
    """Add `measure` and `verify`."""

    @app.command(help=_("Measure records against a service level and print the statement."))
    def measure(
        levels: Annotated[str, LEVELS],
        period: Annotated[
            str, typer.Option(help=_("1999-02, 1999-Q1, 1999, or 1999-02-01/1999-02-15 (end excluded)."))
        ],
        records: Annotated[list[str] | None, RECORDS] = None,
        store: Annotated[Path | None, STORE] = None,
        cut: Annotated[int | None, typer.Option(help=_("Of the store, the first so many batches only."))] = None,
        json: Annotated[
            str | None, typer.Option(metavar="FILE", help=_("Write the statement as JSON; - prints it."))
        ] = None,
        html: Annotated[Path | None, typer.Option(help=_("Write the statement as one page."))] = None,
        xlsx: Annotated[
            Path | None, typer.Option(help=_("Write the statement as a workbook with its breaches."))
        ] = None,
        explain: Annotated[
            Path | None, typer.Option(help=_("Write the labelled records of every term to this folder."))
        ] = None,
        as_of: Annotated[str | None, typer.Option(help=_("Nothing after this time is known."))] = None,
        engine: Annotated[str, ENGINE] = "duckdb",
        sign: Annotated[Path | None, typer.Option(help=_("Sign the statement with this private key."))] = None,
        quarantine: Annotated[
            Path | None, typer.Option(help=_("Write rejected rows of --records to this file."))
        ] = None,
        encoding: Annotated[str | None, typer.Option(help=_("Of --records: utf-8 or gb18030."))] = None,
        fail_on_miss: Annotated[
            bool, typer.Option("--fail-on-miss", help=_("Exit with 1 if a term is missed."))
        ] = False,
    ) -> None:
        """Compute the statement, write what was asked for, print it."""
        level = service_level_named(levels)
        when = period_named(period)
        at = None if as_of is None else level.calendar.instant(as_of)
        given = Given(records or [], store, cut, encoding, quarantine)
        with (
            speech.working() as tell,
            engine_named(engine) as runner,
            gathered(given, level, tell) as (found, reports),
        ):
            computation = statement_compute(level, found, when, engine=runner, as_of=at, progress=tell)
            if sign is not None:
                computation.statement = statement_sign(computation.statement, sign)
            outputs(computation, reports, json=json, html=html, xlsx=xlsx, explain=explain, tell=tell)
        for report in reports:
            print_faults(report)
        if json != "-":
            print_statement(computation)
        if fail_on_miss and any(outcome.met is False for outcome in computation.outcomes):
            raise typer.Exit(speech.DIFFERS)

    @app.command(help=_("Compute somebody's statement again from the records and say what differs."))
    def verify(
        statement: Annotated[Path, typer.Argument(metavar="STATEMENT.json")],
        levels: Annotated[str | None, LEVELS] = None,
        records: Annotated[list[str] | None, RECORDS] = None,
        store: Annotated[Path | None, STORE] = None,
        key: Annotated[Path | None, typer.Option(help=_("Check the signature with this public key."))] = None,
        engine: Annotated[str, ENGINE] = "duckdb",
        encoding: Annotated[str | None, typer.Option(help=_("Of --records: utf-8 or gb18030."))] = None,
        json: Annotated[bool, typer.Option("--json", help=_("Machine-readable."))] = False,
    ) -> None:
        """Exit with 1 if anything differs."""
        said = statement_read(statement)
        holds = None if key is None else signature_holds(said, key)
        if levels is None and key is None:
            raise NothingToVerify
        found = []
        if levels is not None:
            level = service_level_named(levels)
            given = Given(records or [], store, None, encoding, None, said)
            with speech.working() as tell, engine_named(engine) as runner:
                given.engine = runner
                with gathered(given, level, tell) as (records_found, _reports):
                    found = statement_verify(said, level, records_found, engine=runner, progress=tell)
        if json:
            speech.print_json(
                {
                    "differences": [{"path": d.path, "stated": d.stated, "computed": d.computed} for d in found],
                    "recomputed": levels is not None,
                    "signature": holds,
                }
            )
        else:
            if levels is not None and not found:
                speech.out.print(_("The statement holds: computed again, it is the same to the last byte."))
            if found:
                speech.table(
                    _("The statement differs from the records:"),
                    [_("Place"), _("Stated"), _("Computed")],
                    [(d.path, _plain(d.stated), _plain(d.computed)) for d in found],
                )
            if holds is not None:
                speech.out.print(_("The signature holds.") if holds else _("The signature does not hold."))
        if found or holds is False:
            raise typer.Exit(speech.DIFFERS)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json_format.dumps(value, ensure_ascii=False)


@dataclass
class Given:
    """Where the records are to come from. With a statement, a store is read at the cut that it was made from."""

    records: list[str]
    store: Path | None
    cut: int | None
    encoding: str | None
    quarantine: Path | None
    statement: dict[str, Any] | None = None
    engine: Engine | None = None


@contextmanager
def gathered(
    given: Given, level: ServiceLevel, tell: Callable[[str], None]
) -> Iterator[tuple[RecordSet, list[ImportReport]]]:
    """The records to measure, for as long as the block lasts; and how reading them went.

    Raises:
        SourceUnclear: an option is not of its form. RecordsTwice, RecordsNowhere: which of the two.
    """
    if given.records and given.store is not None:
        raise RecordsTwice
    if given.store is not None:
        store = Store(given.store)
        if given.statement is not None and given.engine is not None:
            runner = given.engine
            yield (
                records_as_stated(given.statement, store, level.arrangement, lambda r: digests(runner, r)),
                [],
            )
        else:
            yield records_open(store, arrangement=level.arrangement, cut=given.cut), []
        return
    if not given.records:
        raise RecordsNowhere
    groups: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for text in given.records:
        parts = _SOURCE.fullmatch(text)
        if parts is None:
            raise SourceUnclear(text=text)
        groups[parts[1], parts[3]].append(Path(parts[2]))
    with tempfile.TemporaryDirectory(prefix="guanbao-") as folder:
        records, reports = RecordSet(), []
        for n, ((name, mapping), files) in enumerate(groups.items()):
            place = Path(folder) / str(n)
            place.mkdir()
            inputs = inputs_of(name, files, mapping, given.encoding)
            found, report = records_read(
                inputs,
                arrangement=level.arrangement,
                folder=place,
                quarantine=given.quarantine,
                lang=speech.language(),
                progress=tell,
            )
            records.versioned |= found.versioned or any(name in records.files for name in found.files)
            for each, paths in found.files.items():
                records.files.setdefault(each, []).extend(paths)
            reports.append(report)
        yield records, reports


def digests(engine: Engine, records: RecordSet) -> dict[str, str]:
    """The digest of each dataset of a record set."""
    made = {}
    for name in records.files:
        table = records_table(engine, records, name)
        if table is not None:
            made[name] = digest_of(engine, table, dataset(name))[1]
    return made


def outputs(
    computation: Computation,
    reports: list[ImportReport],
    *,
    json: str | None = None,
    html: Path | None = None,
    xlsx: Path | None = None,
    explain: Path | None = None,
    tell: Callable[[str], None] = lambda _step: None,
) -> None:
    """Write what was asked for.

    Raises:
        FileUnwritable.
    """
    lang = speech.language()
    try:
        if json is not None:
            text = json_format.dumps(computation.statement, ensure_ascii=False, indent=2) + "\n"
            if json == "-":
                print(text, end="")  # noqa: T201 - this is the output
            else:
                Path(json).write_text(text, encoding="utf-8")
        if html is None and xlsx is None and explain is None:
            return
        with kept(computation) as held:
            if html is not None:
                tell(_("writing the page"))
                html.write_text(html_report(held, lang=lang, reports=reports), encoding="utf-8")
            if xlsx is not None:
                tell(_("writing the workbook"))
                workbook_report(held, xlsx, lang=lang, reports=reports)
            if explain is not None:
                tell(_("writing the labelled records"))
                explain_write(held, explain, lang=lang)
    except OSError as error:
        raise FileUnwritable(Where(error.filename), reason=error.strerror or error) from error


def print_statement(computation: Computation) -> None:
    """The statement as a table."""
    lang, said, level = speech.language(), computation.statement, computation.level
    speech.out.print(
        f"{level.title} · {level.arrangement} · {period_text(computation.period, lang)}",
        style="bold",
        markup=False,
    )
    right = "right"
    columns = [
        _("Term"),
        (_("Numerator"), right),
        (_("Denominator"), right),
        (_("Result"), right),
        (_("Target"), right),
        "",
        (_("Credit"), right),
    ]
    rows: list[list[object]] = []
    for outcome, term in zip(computation.outcomes, said["terms"], strict=True):
        style = {True: "green", False: "bold red", None: "dim"}[outcome.met]
        unit = outcome.term.measure.unit if outcome.term.measure else None
        value = "–" if unit is None else value_text(outcome.value, unit, lang)
        rows.append(
            [
                outcome.term.title or outcome.term.id,
                "–" if unit is None else numerator_text(term["numerator"], unit, outcome.value, lang),
                f"{term['denominator']:,}",
                Text(value, style=style if outcome.met is False else ""),
                target_text(outcome.term, lang),
                Text(verdict_text(outcome, lang), style=style),
                term["credit"] or "–",
            ]
        )
    speech.table("", columns, rows)  # type: ignore[arg-type]
    if said["score"] is not None:
        speech.out.print(_("Score {score} of 100", score=said["score"]), markup=False)
    if said["credit"]["amount"] is not None:
        sentence = (
            _("Credit due {currency} {amount}, capped")
            if said["credit"]["capped"]
            else _("Credit due {currency} {amount}")
        )
        speech.out.print(sentence.format(**said["credit"]), markup=False)
    for name, entry in said["records"].items():
        text = _(
            "{dataset}: {entities} records of {rows} rows, sha256 {digest}",
            dataset=name,
            entities=f"{entry['entities']:,}",
            rows=f"{entry['rows']:,}",
            digest=entry["digest"][:16],
        )
        speech.out.print(text, style="dim", markup=False)
    speech.out.print(_("Statement sha256 {digest}", digest=said["digest"]), style="dim", markup=False)


class SourceUnclear(InputError):
    """«{text}» does not say which records to read.

    Write --records DATASET=FILE@MAPPING, such as --records interactions=calls.txt.gz@anonymous-bank.
    """


class RecordsTwice(InputError):
    """Records come either from --records or from --store, not from both.

    Leave one of them out.
    """


class RecordsNowhere(InputError):
    """No records were given.

    Add --records DATASET=FILE@MAPPING, or --store DIR.
    """


class NothingToVerify(InputError):
    """There is nothing to verify the statement against.

    Name LEVELS.yaml with --records or --store, or a public key with --key.
    """


class FileUnwritable(InputError):
    """The file cannot be written: {reason}.

    Name another place.
    """
