"""`records_import` puts files into a store; `records_read` reads them for one statement. Both see the same records."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb

from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import ValueWrong
from guanbao.engine.errors import InputError, Where
from guanbao.engine.language import Lang, say_value
from guanbao.engine.records.batch import Batch, Builder, stored_as_ms
from guanbao.engine.records.conform import SEPARATOR, RowsUncertain, conform, parts_of
from guanbao.engine.records.counts import Counts, Prepared
from guanbao.engine.records.datasets import DATASETS, Dataset, dataset
from guanbao.engine.records.mappings import Mapping
from guanbao.engine.records.sources import Source, source_read
from guanbao.engine.records.store import Store, batch_name
from guanbao.engine.records.texts import Fault
from guanbao.engine.records.writing import parquet_write

Progress = Callable[[str], None]
_FILE_BITS = 40
_MOST_NAME = 240
_FIRST = 100  # faults that a report carries itself
_NOTHING = ("NULL", "__HIVE_DEFAULT_PARTITION__")  # how the folder of no arrangement may be named


@dataclass(frozen=True)
class ImportReport:
    """What an import did: its batch (None if nothing was new), counts, and where the rejected rows are."""

    dataset: str
    arrangement: str
    mapping: str
    batch: int | None
    counts: Counts
    quarantine: Path | None
    first_faults: tuple[tuple[str, Fault], ...] = ()


@dataclass
class RecordSet:
    """Canonical records ready to measure: Parquet files by dataset.

    `batches` limits stored rows to visible ones; `versioned` says that a key may have several versions;
    `prepared` lists, by dataset, the working times that every batch of it carries, if all do.
    """

    files: dict[str, list[str]] = field(default_factory=dict)
    batches: int | None = None
    versioned: bool = False
    prepared: dict[str, list[Prepared]] = field(default_factory=dict)


@dataclass
class Inputs:
    """The files of one import and how to read them."""

    files: Sequence[Path]
    mapping: Mapping
    encoding: str | None = None


@contextmanager
def scratch_connection(memory_mib: int | None = None) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A DuckDB connection for one import, and a folder that vanishes with it. Nothing is ever downloaded.

    Beyond `memory_mib` it keeps its tables in the folder, and works on two cores at most.
    """
    limits: dict[str, Any] = {} if memory_mib is None else {"memory_limit": f"{memory_mib}MiB", "threads": 2}
    with tempfile.TemporaryDirectory(prefix="guanbao-") as folder:
        con = duckdb.connect(config=CONFIG | limits | {"temp_directory": folder})
        try:
            con.execute("set TimeZone = 'UTC'")
            yield con, Path(folder)
        except duckdb.OutOfRangeException as error:
            said, expected = str(error).splitlines()[0], "whole numbers of at most 64 bits"
            raise ValueWrong(key="compute", value=said, expected=expected) from error
        finally:
            con.close()


CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}


def records_import(
    inputs: Inputs,
    *,
    arrangement: str,
    store: Store,
    calendar: Calendar | None = None,
    progress: Progress = lambda _: None,
    lang: Lang = "en",
    memory_mib: int | None = None,
) -> ImportReport:
    """Import files as one batch: there whole or not at all, and each row accounted for.

    `lang` is what the quarantine's reasons are written in; `memory_mib` is what DuckDB may take, all it likes without.
    What cannot be done in that, as very many corrections at once, is tried again with four times as much.

    Raises:
        InputError: the files or the mapping cannot be used; NothingAccepted: no row was acceptable or known.
            Nothing is stored then.
    """
    _need_name(arrangement)
    given = (inputs, arrangement, store, calendar, progress, lang)
    try:
        return _import(*given, memory_mib)
    except duckdb.OutOfMemoryException:
        if memory_mib is None:
            raise
        return _import(*given, 4 * memory_mib)


def _import(  # noqa: PLR0917 - one call, each part named by its type
    inputs: Inputs,
    arrangement: str,
    store: Store,
    calendar: Calendar | None,
    progress: Progress,
    lang: Lang,
    memory_mib: int | None,
) -> ImportReport:
    target = inputs.mapping.dataset
    with store.writing() as number, scratch_connection(memory_mib) as (con, scratch):
        stored = _stored_views(con, store, arrangement, target)
        batch = _build(con, scratch, inputs, arrangement, number, stored, calendar, progress)
        counts = batch.counts
        _need_some(batch, inputs)
        quarantine = _write_quarantine(batch.faults, store.folder / "quarantine" / f"{batch_name(number)}.csv", lang)
        if counts.accepted == 0 and quarantine is None:
            return _report(batch, inputs, arrangement, None, None)
        progress("writing")
        rows = {}
        for name, view in batch.tables.items():
            written = parquet_write(con, view, store.folder / name, name=batch_name(number), arrangement=arrangement)
            store.append(dataset(name), written)
            rows[name] = sum(file.rows for file in written)
        store.commit(number, _manifest_entry(batch, inputs, arrangement, rows))
        return _report(batch, inputs, arrangement, number, quarantine)


def records_read(
    inputs: Inputs,
    *,
    arrangement: str,
    folder: Path,
    calendar: Calendar | None = None,
    quarantine: Path | None = None,
    progress: Progress = lambda _: None,
    lang: Lang = "en",
) -> tuple[RecordSet, ImportReport]:
    """Read files into Parquet files in `folder`, without a store. `lang`, and what is raised, as `records_import`."""
    with scratch_connection() as (con, scratch):
        batch = _build(con, scratch, inputs, arrangement, 1, {}, calendar, progress)
        _need_some(batch, inputs)
        files: dict[str, list[str]] = {}
        for name, view in batch.tables.items():
            written = parquet_write(con, view, folder / f"{name}.parquet", name="", arrangement=None)
            files[name] = [str(file.path) for file in written]
        rejected = _write_quarantine(batch.faults, quarantine, lang) if quarantine else None
        prepared = {inputs.mapping.dataset.name: [batch.prepared]} if batch.prepared else {}
        entry = _manifest_entry(batch, inputs, arrangement, dict.fromkeys(files, 0))
        records = RecordSet(files, versioned=_versioned([entry]), prepared=prepared)
        return records, _report(batch, inputs, arrangement, 1, rejected)


def records_open(store: Store, *, arrangement: str, cut: int | None = None) -> RecordSet:
    """The stored records of an arrangement, as they stood after batch `cut` (default: now)."""
    batches = [entry for entry in store.batches(cut=cut) if entry["arrangement"] == arrangement]
    if not batches:
        known = sorted({entry["arrangement"] for entry in store.batches(cut=cut)})
        raise ArrangementUnknown(Where(store.folder), arrangement=arrangement, known=known or "none")
    records = RecordSet(batches=max(entry["batch"] for entry in batches))
    for name in sorted({name for entry in batches for name in entry["tables"]}):
        records.files[name] = store.files(dataset(name), arrangement=arrangement, upto=records.batches)
        ours = [entry for entry in batches if entry["tables"].get(name)]
        clocks = [entry["prepared"] for entry in ours]
        if dataset(name).clocks and all(clocks):
            records.prepared[name] = [Prepared(**clock) for clock in clocks]
    records.versioned = _versioned(batches)
    return records


def _versioned(entries: Sequence[dict[str, Any]]) -> bool:
    """A key may stand several times in these batches: an update may, in every file but the first."""
    folding = [entry for entry in entries if DATASETS[entry["dataset"]].events in entry["tables"]]
    return any(entry["counts"]["versions"] for entry in entries) or sum(len(e["files"]) for e in folding) > 1


def _need_name(arrangement: str) -> None:
    """A name must make the name of a folder, where bytes beyond ASCII letters and digits take three."""
    nameless = not arrangement.strip() or arrangement.upper() in _NOTHING
    if nameless or len(quote(arrangement, safe="")) > _MOST_NAME:
        expected = "a name of up to 240 letters of ASCII, or up to 26 of other scripts"
        raise ValueWrong(key="arrangement", value=arrangement, expected=expected)


def _build(  # noqa: PLR0917 - one call, each part named by its type
    con: duckdb.DuckDBPyConnection,
    scratch: Path,
    inputs: Inputs,
    arrangement: str,
    number: int,
    stored: dict[str, str],
    calendar: Calendar | None,
    progress: Progress,
) -> Batch:
    mapping = inputs.mapping
    events = DATASETS.get(mapping.dataset.events or "")
    parts = parts_of(mapping, events)
    builder = Builder(con, parts, arrangement=arrangement, batch=number, stored=stored, calendar=calendar)
    counts, accepted = builder.counts, []
    faults: list[tuple[str, Fault]] = []
    for index, file in enumerate(inputs.files):
        progress(f"reading {file.name}")
        layout = mapping.laid_out(encoding=inputs.encoding, file=file)
        source = source_read(con, file, layout, table=f"source_{index}", scratch=scratch)
        try:
            typed = conform(con, source, mapping, parts)
        except RowsUncertain:
            source = source_read(con, file, layout, table=f"careful_{index}", scratch=scratch, careful=True)
            typed = conform(con, source, mapping, parts)
        whole = _account(con, source, typed, mapping, counts, faults)
        ordinal = f"cast({index << _FILE_BITS} as bigint) + line"
        accepted.append(
            f"select {ordinal} as ordinal, {index} as file, * exclude (filtered, fault) replace ({ordinal} as line)"
            f" from {typed}{'' if whole else ' where filtered is null and fault is null'}"
        )
    progress("comparing with what is known")
    con.execute(f"create view accepted as {' union all by name '.join(accepted)}")
    tables = builder.build("accepted")
    return Batch(tables, counts, faults, builder.prepared, builder)


def _account(  # noqa: PLR0917
    con: duckdb.DuckDBPyConnection,
    source: Source,
    typed: str,
    mapping: Mapping,
    counts: Counts,
    faults: list[tuple[str, Fault]],
) -> bool:
    """Count a source's rows and name the faulty; whether all rows of `typed` are to be taken."""
    counts.read += source.rows
    filtered = con.execute(f"select filtered, count(*) from {typed} where filtered is not null group by 1").fetchall()
    for index, n in filtered:
        reason = mapping.filters[index].reason
        counts.filtered[reason] = counts.filtered.get(reason, 0) + n
    ours = [(source.file.name, fault) for fault in source.faults]
    kinds = con.execute(f"select distinct fault from {typed} where fault is not null").fetchall()
    for (kind,) in kinds:
        name, reason = kind.split(SEPARATOR, 1)
        line = "line" if source.first_line is None else f"row_number() over () + {source.first_line - 1} as line"
        found = con.execute(
            f"""
            select line, left(coalesce("{name}", ''), 200) from (select {line}, "{name}" from {source.table}_texts)
            where line in (select line from {typed} where fault = ?)""",
            [kind],
        ).fetchall()
        ours += [(source.file.name, Fault(line, name[2:], value, reason)) for line, value in found]
    ours.sort(key=lambda item: item[1].line)
    counts.rejected += len(ours)
    faults += ours
    return not (filtered or kinds)


def _stored_views(con: duckdb.DuckDBPyConnection, store: Store, arrangement: str, target: Dataset) -> dict[str, str]:
    """Views of what is visible of a dataset and of its updates, by dataset; those without rows are left out."""
    views = {}
    visible = len(store.batches())
    for name in (target.name, target.events):
        if name is not None and (files := store.files(dataset(name), arrangement=arrangement)):
            con.from_parquet(files, hive_partitioning=False).create_view(f"all_{name}")
            columns = stored_as_ms(dataset(name))
            con.execute(f"create view stored_{name} as select {columns} from all_{name} where batch <= {visible}")
            views[name] = f"stored_{name}"
    return views


def _need_some(batch: Batch, inputs: Inputs) -> None:
    counts = batch.counts
    if counts.read and counts.rejected == counts.read:
        file, fault = batch.faults[0]
        raise NothingAccepted(
            Where(file, fault.line, fault.column or None),
            mapping=inputs.mapping.name,
            value=fault.value,
            reason=fault.reason,
        )


def _write_quarantine(faults: Sequence[tuple[str, Fault]], path: Path, lang: Lang) -> Path | None:
    if not faults:
        return None
    said = {reason: say_value(reason, lang) for reason in {fault.reason for _, fault in faults}}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["file", "line", "column", "value", "reason"])
        for file, fault in faults:
            row = fault._replace(reason=said[fault.reason])
            writer.writerow([guarded(str(cell)) for cell in (file, *row)])
    return path


def guarded(text: str) -> str:
    """`text` for a cell of a CSV file: what a spreadsheet would run as a formula gets an apostrophe before it.

    Chinese and Japanese spreadsheets take the wide signs for the narrow ones.
    """
    return f"'{text}" if text[:1] in tuple("=+-@＝＋－＠\t\r\n") else text


def _manifest_entry(batch: Batch, inputs: Inputs, arrangement: str, rows: dict[str, int]) -> dict[str, Any]:
    mapping = inputs.mapping
    return {
        "dataset": mapping.dataset.name,
        "arrangement": arrangement,
        "mapping": {"name": mapping.name, "version": mapping.version, "digest": mapping.digest},
        "files": [file.name for file in inputs.files],
        "imported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "counts": asdict(batch.counts),
        "tables": rows,
        "prepared": asdict(batch.prepared) if batch.prepared else None,
    }


def _report(
    batch: Batch, inputs: Inputs, arrangement: str, number: int | None, quarantine: Path | None
) -> ImportReport:
    return ImportReport(
        dataset=inputs.mapping.dataset.name,
        arrangement=arrangement,
        mapping=inputs.mapping.name,
        batch=number,
        counts=batch.counts,
        quarantine=quarantine,
        first_faults=tuple(batch.faults[:_FIRST]),
    )


class NothingAccepted(InputError):
    """No row could be taken. The first: «{value}»: {reason}.

    Probably {mapping} is not the right --mapping for this file. Nothing was stored.
    """


class ArrangementUnknown(InputError):
    """The store holds nothing of the arrangement «{arrangement}».

    It holds: {known}.
    """
