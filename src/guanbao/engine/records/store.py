"""The store: Delta tables of canonical records, and one manifest over all of them.

    DIR/<dataset>/            a Delta table, partitioned by arrangement and month
    DIR/manifest/00000001.json  one file a batch, written last, never changed
    DIR/quarantine/00000001.csv the batch's rejected rows

A batch is visible when its manifest file stands, over all tables at once. What a crash leaves behind carries the
number of a batch that no manifest names: readers do not see it, the next import sweeps it away.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pyarrow as pa
from deltalake import DeltaTable, Schema
from deltalake.transaction import AddAction, create_table_with_add_actions

from guanbao.engine.errors import InputError, Where
from guanbao.engine.records.datasets import DATASETS, Dataset
from guanbao.engine.records.writing import Written

FORM = 1
_ENTRY = {"arrangement", "counts", "dataset", "files", "imported_at", "mapping", "prepared", "tables"}
_PATTERN = re.compile(r"%[0-9A-Fa-f]{2}|[*?\[]")
_DRAFT = re.compile(r"#\d+$|\.tmp$")  # what an entry of a log or manifest is called before it is one
_WAIT_S = 60.0


class Store:
    """A folder of records. Reading creates nothing; `writing` locks it, sweeps it, yields a number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # --- reading ------------------------------------------------------------------------------------------

    def batches(self, *, cut: int | None = None) -> list[dict[str, Any]]:
        """The manifest: every visible batch in order, or the first `cut` of them.

        Raises:
            CutUnknown: there are fewer batches.
            ManifestBroken: a manifest file is damaged or one is missing between others.
        """
        found = []
        for number, file in enumerate(self._manifests(), 1):
            try:
                entry = json.loads(file.read_text(encoding="utf-8"))
                fits = entry["form"] == FORM and entry["batch"] == number and entry.keys() >= _ENTRY
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise ManifestBroken(Where(file)) from error
            if not fits:
                raise ManifestBroken(Where(file))
            found.append(entry)
        if cut is not None and not 0 <= cut <= len(found):
            raise CutUnknown(Where(self.folder), cut=cut, count=len(found))
        return found[:cut]

    def files(self, dataset: Dataset, *, arrangement: str | None = None, upto: int | None = None) -> list[str]:
        """The Parquet files of a dataset, of one arrangement or of all, of the batches up to one or of all."""
        table = self._table(dataset)
        if table is None:
            return []
        actions = pa.table(table.get_add_actions(flatten=True))
        wanted = [
            path
            for path, of in zip(actions["path"].to_pylist(), actions["partition.arrangement"].to_pylist(), strict=True)
            if arrangement in (None, of) and (upto is None or _batch_of(Path(path)) <= upto)
        ]
        return [str(self.folder / dataset.name / unquote(path)) for path in sorted(wanted)]

    def _manifests(self) -> list[Path]:
        return sorted((self.folder / "manifest").glob("[0-9]*.json"))

    def _table(self, dataset: Dataset) -> DeltaTable | None:
        path = self.folder / dataset.name
        return DeltaTable(str(path)) if any((path / "_delta_log").glob("*.json")) else None

    # --- writing ------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[int]:
        """Hold the store for one writer; yields the number of the next batch.

        Raises:
            StoreUnwritable: the folder cannot be made. StoreBusy: another import has held it for a minute.
        """
        if _PATTERN.search(str(self.folder.resolve())):
            reason = "its path holds *, ? or [, or looks percent-encoded, and would be taken for another's"
            raise StoreUnwritable(Where(self.folder), reason=reason)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreUnwritable(Where(self.folder), reason=error.strerror or error) from error
        try:
            self._wait_for(handle)
            number = len(self.batches()) + 1
            self._sweep(number)
            yield number
        finally:
            os.close(handle)

    def _wait_for(self, handle: int) -> None:
        until = time.monotonic() + _WAIT_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise StoreBusy(Where(self.folder)) from error
                time.sleep(0.1)
            else:
                return

    def _sweep(self, number: int) -> None:
        """Remove what an import that did not finish left behind: files named for a batch that no manifest names."""
        for dataset in DATASETS.values():
            table = self._table(dataset)
            if table is not None:
                left = [file for file in table.file_uris() if _batch_of(Path(local_path(file))) >= number]
                if left:
                    table.delete(f"batch >= {number}")
            for file in (self.folder / dataset.name).rglob("*.parquet"):
                if _batch_of(file) >= number:
                    file.unlink()
        for file in (self.folder / "quarantine").glob("*.csv"):
            if _batch_of(file) >= number:
                file.unlink()
        for file in (*self.folder.glob("*/_delta_log/*"), *(self.folder / "manifest").glob("*")):
            if _DRAFT.search(file.name):
                file.unlink()

    def append(self, dataset: Dataset, written: Sequence[Written]) -> None:
        """Add Parquet files below the dataset's folder to its table. Their rows stay invisible until `commit`."""
        folder = self.folder / dataset.name
        actions = [
            AddAction(
                path=str(file.path.relative_to(folder)),
                size=file.size,
                partition_values=file.partition,
                modification_time=int(time.time() * 1000),
                data_change=True,
                stats=json.dumps({"numRecords": file.rows}),
            )
            for file in written
        ]
        schema = Schema.from_arrow(dataset.stored)
        by = ["arrangement", "month"]
        table = self._table(dataset)
        if table is None:
            create_table_with_add_actions(str(folder), schema, actions, partition_by=by, name=dataset.name)
        else:
            table.create_write_transaction([*actions], mode="append", schema=schema, partition_by=by)

    def commit(self, number: int, entry: dict[str, Any]) -> None:
        """Make a batch visible: its manifest file appears whole or not at all."""
        folder = self.folder / "manifest"
        folder.mkdir(exist_ok=True)
        text = json.dumps({"form": FORM, "batch": number, **entry}, ensure_ascii=False, indent=1, sort_keys=True)
        draft = folder / f"{batch_name(number)}.tmp"
        with draft.open("w", encoding="utf-8") as out:
            out.write(text + "\n")
            out.flush()
            os.fsync(out.fileno())
        draft.rename(folder / f"{batch_name(number)}.json")
        _settle({folder, self.folder})


def _settle(paths: Iterable[Path]) -> None:
    """Have files and folders on disk, not only in memory, before a manifest names them."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def batch_name(number: int) -> str:
    """What the files of a batch are named for."""
    return f"{number:08d}"


def _batch_of(file: Path) -> int:
    """The batch that a file is named for, 0 if it is none of ours."""
    return int(file.name[:8]) if file.name[:8].isdecimal() else 0


def local_path(uri: str) -> str:
    """The path of a file URI or path."""
    return unquote(urlparse(uri).path) if uri.startswith("file:") else uri


class StoreBusy(InputError):
    """Another import is writing to this store.

    Wait for it to end, then start this one again.
    """


class StoreUnwritable(InputError):
    """The store cannot be written: {reason}.

    Name a folder that can be written with --store.
    """


class CutUnknown(InputError):
    """The store has {count} batches, not {cut}.

    Name a cut from 0 to {count}.
    """


class ManifestBroken(InputError):
    """The store's manifest is damaged here.

    Bring this file back from a backup; the records themselves are untouched.
    """
