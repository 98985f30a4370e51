"""`guanbao records`: import, inspect, mappings."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from guanbao.cli import speech
from guanbao.cli.speech import _
from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import ValueWrong
from guanbao.engine.errors import shown
from guanbao.engine.language import say_value
from guanbao.engine.records import mappings as mapping_files
from guanbao.engine.records.imports import ImportReport, Inputs, records_import
from guanbao.engine.records.mappings import mapping
from guanbao.engine.records.store import Store

_FIRST = 3  # rejected rows that are shown


def build() -> typer.Typer:
    """The verbs about records."""
    app = typer.Typer(
        name="records",
        help=_("Records: import them, look at what is stored, list mappings."),
        no_args_is_help=True,
    )

    @app.command("import", help=_("Import files into a store: as one batch, whole or not at all."))
    def import_(
        dataset: Annotated[str, typer.Argument(help=_("interactions, tickets or complaints."))],
        files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
        mapping_name: Annotated[str, typer.Option("--mapping", help=_("A shipped mapping's name, or a YAML file."))],
        arrangement: Annotated[str, typer.Option(help=_("The reference of the arrangement."))],
        store: Annotated[Path, typer.Option(help=_("The folder of the store; made if missing."))],
        calendar: Annotated[Path | None, typer.Option(help=_("Work out working time now, on this calendar."))] = None,
        encoding: Annotated[str | None, typer.Option(help=_("utf-8 or gb18030; default: as the mapping says."))] = None,
        json: Annotated[bool, typer.Option("--json", help=_("Machine-readable."))] = False,
    ) -> None:
        """Import and report what became of every row."""
        inputs = inputs_of(dataset, files, mapping_name, encoding)
        with speech.working() as tell:
            report = records_import(
                inputs,
                arrangement=arrangement,
                store=Store(store),
                calendar=Calendar.read(calendar) if calendar else None,
                progress=tell,
                lang=speech.language(),
            )
        if json:
            speech.print_json(report_data(report))
        else:
            print_report(report)

    @app.command(help=_("Show the batches of a store."))
    def inspect(
        store: Annotated[Path, typer.Argument(help=_("The folder of the store."))],
        json: Annotated[bool, typer.Option("--json", help=_("Machine-readable."))] = False,
    ) -> None:
        """Batches, where from, how many rows."""
        batches = Store(store).batches()
        if json:
            speech.print_json(batches)
            return
        right = "right"
        columns = [
            (_("Batch"), right),
            _("Arrangement"),
            _("Dataset"),
            _("Mapping"),
            (_("Accepted"), right),
            (_("Rejected"), right),
            (_("Known"), right),
            (_("Records"), right),
            _("Imported"),
        ]
        rows = [
            (
                b["batch"],
                b["arrangement"],
                b["dataset"],
                b["mapping"]["name"],
                f"{b['counts']['accepted']:,}",
                f"{b['counts']['rejected']:,}",
                f"{b['counts']['known']:,}",
                f"{b['counts']['entities']:,}",
                b["imported_at"][:10],
            )
            for b in batches
        ]
        speech.table("", columns, rows)  # type: ignore[arg-type]

    @app.command(help=_("List the mappings that come with guanbao."))
    def mappings(json: Annotated[bool, typer.Option("--json", help=_("Machine-readable."))] = False) -> None:
        """Names, datasets, titles, sources."""
        found = [mapping(name) for name in mapping_files.shipped()]
        if json:
            speech.print_json(
                [{"name": m.name, "dataset": m.dataset.name, "title": m.title, "source": m.source} for m in found]
            )
            return
        speech.table(
            "",
            [_("Name"), _("Dataset"), _("Title"), _("Source")],
            [(m.name, m.dataset.name, m.title, m.source) for m in found],
        )

    return app


def inputs_of(dataset: str, files: list[Path], mapping_name: str, encoding: str | None) -> Inputs:
    """The inputs of one import, if the mapping is one for that dataset.

    Raises:
        ValueWrong: it is not; or the encoding is none of the two.
    """
    found = mapping(mapping_name)
    if found.dataset.name != dataset:
        raise ValueWrong(
            key="dataset",
            value=dataset,
            expected=f"{found.dataset.name}, for the mapping {found.name}",
        )
    if encoding not in (None, "utf-8", "gb18030"):
        raise ValueWrong(key="--encoding", value=encoding, expected="utf-8 or gb18030")
    return Inputs(files, found, encoding)


def report_data(report: ImportReport) -> dict[str, Any]:
    """An import report for machines."""
    data = asdict(report)
    data["first_faults"] = [{"file": file, **fault._asdict()} for file, fault in report.first_faults[:_FIRST]]
    return data


def print_report(report: ImportReport) -> None:
    """What became of every row, and where the rejected ones are."""
    counts = report.counts
    filtered = sum(counts.filtered.values())
    head = _("batch {number}", number=report.batch) if report.batch else _("nothing new")
    speech.out.print(f"[bold]{report.dataset}[/] · {escape(report.arrangement)} · {escape(head)}")
    rows = [
        (_("read"), counts.read),
        (_("accepted"), counts.accepted),
        (_("filtered"), filtered),
        (_("rejected"), counts.rejected),
        (_("known"), counts.known),
        (_("records made or changed"), counts.entities),
    ]
    rows += [(_("incomplete so far"), counts.incomplete)] if counts.incomplete else []
    rows += [(_("new versions"), counts.versions)] if counts.versions else []
    speech.table("", ["", ("", "right")], [(name, f"{n:,}") for name, n in rows])
    for reason, n in counts.filtered.items():
        speech.out.print(f"  {n:,} × {reason}", markup=False)
    print_faults(report)


def print_faults(report: ImportReport) -> None:
    """The first rejected rows, on standard error, and where all of them are."""
    if not report.counts.rejected:
        return
    speech.err.print(
        _("{n} rows of {dataset} were rejected:", n=f"{report.counts.rejected:,}", dataset=report.dataset),
        markup=False,
    )
    for file, fault in report.first_faults[:_FIRST]:
        reason = say_value(fault.reason, speech.language())
        speech.err.print(
            f"  {shown(file)}:{fault.line}: {fault.column} «{shown(fault.value, most=60)}»: {reason}",
            markup=False,
        )
    if report.quarantine:
        speech.err.print(_("All of them: {file}", file=report.quarantine), markup=False)
