"""Records coming in: announced, received piece by piece, imported by the engine in the background."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, OF_ARRANGEMENT
from guanbao.apps.service_levels import events
from guanbao.apps.service_levels.choices import ImportState
from guanbao.apps.service_levels.computing import folder_of, store_of
from guanbao.apps.service_levels.errors import (
    FileKindUnknown,
    MappingNotOffered,
    UploadBusy,
    UploadDiffers,
    UploadEmpty,
    UploadEnded,
    UploadOffsetWrong,
    UploadsTooMany,
    UploadTooLarge,
)
from guanbao.apps.service_levels.models import Import
from guanbao.apps.service_levels.permissions import RECORDS_IMPORT
from guanbao.apps.service_levels.selectors import level_in_force
from guanbao.engine.errors import InputError
from guanbao.engine.language import explain
from guanbao.engine.records.imports import Inputs, records_import
from guanbao.engine.records.mappings import mapping, shipped
from guanbao.engine.records.store import ManifestBroken, StoreBusy, StoreUnwritable, batch_name
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.lasting import while_allowed
from guanbao.platform.access.reach import need_object, reach
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.tasks.services import job_start

ENDINGS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".xlsx", ".parquet")
_PIECE = 1 << 20
_NOTED = 32 << 20  # bytes that may be lost where the server itself is killed
_MOST_FAULTS = 100
_MOST_OPEN = 100  # uploads of one sender for one arrangement that have begun and not come to an end
KEPT = timedelta(days=3)  # of an upload that does not go on


def mappings_for(dataset: str = "") -> dict[str, str]:
    """The shipped mappings, by name the dataset that they make; of one dataset, or of all."""
    every = {name: mapping(name).dataset.name for name in shipped()}
    return {name: of for name, of in every.items() if dataset in ("", of)}


def import_announce(
    *, actor: Actor, arrangement: Arrangement, dataset: str, mapping: str, file_name: str, size: int, sha256: str = ""
) -> Import:
    """Begin an import; its bytes follow. Only shipped mappings are offered: a name never becomes a path.

    Raises NotPermitted; MappingNotOffered, FileKindUnknown, UploadEmpty, UploadTooLarge, UploadsTooMany.
    """
    need_object(actor, RECORDS_IMPORT, arrangement, ARRANGEMENTS)
    if mapping not in mappings_for(dataset):
        raise MappingNotOffered(
            mapping=mapping, dataset=dataset, known=", ".join(mappings_for(dataset) or mappings_for())
        )
    ending_of(file_name)
    if size < 1:
        raise UploadEmpty
    if size > settings.GUANBAO_MOST_UPLOAD:
        raise UploadTooLarge(most=f"{settings.GUANBAO_MOST_UPLOAD:,}")
    begun = Import.objects.filter(arrangement=arrangement, sent_by=actor.person_id, state=ImportState.RECEIVING)
    with transaction.atomic():
        if begun.count() >= _MOST_OPEN:
            raise UploadsTooMany(most=_MOST_OPEN)
        made = Import.objects.create(
            arrangement=arrangement,
            dataset=mappings_for()[mapping],
            mapping=mapping,
            file_name=_named(file_name),
            size=size,
            sha256=sha256.lower(),
            sent_by_id=actor.person_id,
            side=reach(actor, RECORDS_IMPORT).side or Side.INSTITUTION,
            at=timezone.now(),
        )
        told = {"dataset": made.dataset, "mapping": mapping, "size": size, "sha256": made.sha256}
        scopes = arrangement.ledger_scopes
        ledger_append(actor=actor, event=events.RECORDS_SENT, subject=made, after=told, scopes=scopes)
    return made


def import_receive(*, actor: Actor, import_: Import, offset: int, pieces: Iterable[bytes]) -> Import:
    """Write what follows from byte `offset` on. What has arrived stays if the connection breaks, or the right ends.

    Only who announced it goes on with it, one connection at a time. Once it is whole its digest is held against the
    announced one, and the import is started.

    Raises NotPermitted; UploadBusy, UploadEnded, UploadOffsetWrong; UploadDiffers: nothing is kept then.
    """
    need_object(actor, RECORDS_IMPORT, import_, OF_ARRANGEMENT)
    if import_.sent_by_id != actor.person_id:
        raise NotPermitted(actor=actor.name, permission=RECORDS_IMPORT.name)
    with _held(import_) as out:
        now = Import.objects.get(pk=import_.pk)
        _need_offset(now, offset, out)
        try:
            received = _write(now, offset, out, while_allowed(actor, RECORDS_IMPORT, _within(import_), pieces))
            if received < now.size:
                return now
            os.fsync(out.fileno())
            digest = _digested(now)
        except UploadDiffers:
            out.truncate(0)
            _note(now, 0)
            raise
        return _received(actor, now, digest)


def _digested(import_: Import) -> str:
    """The digest of what arrived. Raises UploadDiffers: another was announced."""
    digest = file_digest(file_of(import_))
    if import_.sha256 not in ("", digest):
        raise UploadDiffers
    return digest


@contextmanager
def _held(import_: Import) -> Iterator[IO[bytes]]:
    """The file of an import, for one writer at a time. Raises UploadBusy."""
    file = file_of(import_)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UploadBusy from None
        yield out


def _write(import_: Import, offset: int, out: IO[bytes], pieces: Iterable[bytes]) -> int:
    """Write pieces and note how far they came, whatever ends them. Raises UploadDiffers: there are too many."""
    received = noted = offset
    out.seek(offset)
    out.truncate()
    try:
        for piece in pieces:
            if received + len(piece) > import_.size:
                raise UploadDiffers
            received += out.write(piece)
            if received - noted >= _NOTED:
                out.flush()
                _note(import_, received)
                noted = received
    finally:
        out.flush()
        _note(import_, received)
    return received


def _note(import_: Import, received: int) -> None:
    import_.received = received
    import_.save(update_fields=["received"])


def _received(actor: Actor, import_: Import, digest: str) -> Import:
    """The whole file is there: have it imported."""
    with transaction.atomic():
        locked = Import.objects.select_for_update(of=("self",)).select_related("arrangement").get(pk=import_.pk)
        locked.sha256, locked.state = digest, ImportState.WAITING
        locked.save(update_fields=["sha256", "state"])
        job_start(
            actor=actor,
            kind="records.import",
            arguments={"import_id": locked.pk},
            key=str(locked.pk),
            subject=locked.arrangement.reference,
        )
    return locked


def import_run(*, actor: Actor, import_: Import, progress: object = None) -> Import:
    """Have the engine import the file: all of it as one batch, or nothing. Asked twice, it does it once.

    What the engine refuses is kept with the import, in both languages.

    Raises:
        NotPermitted. OSError: the store is busy or broken, which is no fault of the file; to be tried again.
    """
    need_object(actor, RECORDS_IMPORT, import_, OF_ARRANGEMENT)
    if import_.state != ImportState.WAITING:
        return import_
    report, refusal = None, {}
    try:
        report = _stored(import_) or _engine_import(import_, progress if callable(progress) else lambda _step: None)
    except (StoreBusy, StoreUnwritable, ManifestBroken) as error:
        raise OSError("the store of records cannot be written") from error
    except InputError as error:
        refusal = {lang: _unplaced(explain(error, lang), import_) for lang in ("zh", "en")}
        refusal["error"] = type(error).__name__
    with transaction.atomic():
        rows = Import.objects.select_for_update(of=("self",)).select_related("arrangement__contractor")
        locked = rows.get(pk=import_.pk)
        if locked.state == ImportState.WAITING:
            _record(actor, locked, report, refusal)
    file_of(import_).unlink(missing_ok=True)
    return locked


def _engine_import(import_: Import, progress: Any) -> dict[str, Any]:  # noqa: ANN401 - a function, or what stands for it
    arrangement = import_.arrangement
    level = level_in_force(arrangement, timezone.localdate())
    report = records_import(
        Inputs([file_of(import_)], mapping(import_.mapping)),
        arrangement=arrangement.reference,
        store=store_of(arrangement),
        calendar=None if level is None else level.calendar.calendar(),
        progress=progress,
        lang="zh",
        memory_mib=settings.GUANBAO_IMPORT_MEMORY,
    )
    faults = [fault._asdict() for _file, fault in report.first_faults[:_MOST_FAULTS]]
    return {"counts": asdict(report.counts), "batch": report.batch, "faults": faults}


def _stored(import_: Import) -> dict[str, Any] | None:
    """What stands in the store of this import already: its worker may have died between the store and the database."""
    for entry in reversed(store_of(import_.arrangement).batches()):
        if datetime.fromisoformat(entry["imported_at"]) < import_.at.replace(microsecond=0):
            return None
        if entry["files"] == [file_of(import_).name] and entry["arrangement"] == import_.arrangement.reference:
            return {"counts": entry["counts"], "batch": entry["batch"], "faults": None}
    return None


def _unplaced(text: str, import_: Import) -> str:
    """What the engine says, with the sender's name of the file: where it lies here is nobody's business."""
    places = "|".join(re.escape(str(place)) for place in (settings.HOME, tempfile.gettempdir()))
    return re.sub(rf"({places})[^\s:：，。;\"'»]*", lambda _: import_.file_name, text)


def _record(actor: Actor, import_: Import, report: dict[str, Any] | None, refusal: dict[str, str]) -> None:
    scopes = import_.arrangement.ledger_scopes
    if report is None:
        import_.state, import_.refusal = ImportState.REFUSED, refusal
        import_.save()
        refused = {"dataset": import_.dataset, "mapping": import_.mapping, "error": refusal["error"]}
        ledger_append(actor=actor, event=events.RECORDS_REFUSED, subject=import_, after=refused, scopes=scopes)
        return
    counts = report["counts"]
    import_.state, import_.counts, import_.batch = ImportState.DONE, counts, report["batch"]
    faults = _quarantined(import_) if report["faults"] is None else report["faults"]
    import_.faults = [fault | {"value": fault["value"][:80]} for fault in faults]
    import_.save()
    told: dict[str, object] = {
        "dataset": import_.dataset,
        "batch": import_.batch,
        "filtered": sum(counts["filtered"].values()),
        "sha256": import_.sha256,
        **{name: counts[name] for name in ("read", "accepted", "rejected", "known")},
    }
    ledger_append(actor=actor, event=events.RECORDS_IMPORTED, subject=import_, after=told, scopes=scopes)


def _quarantined(import_: Import) -> Iterator[dict[str, Any]]:
    """The first rejected rows, from the quarantine: with the reasons in its language."""
    file = _quarantine(import_)
    if file is not None:
        with file.open(encoding="utf-8-sig", newline="") as rows:
            for _, row in zip(range(_MOST_FAULTS), csv.DictReader(rows), strict=False):
                said = {name: row[name] for name in ("column", "value", "reason")}
                yield {"line": int(row["line"]) if row["line"].isdecimal() else 0, **said}


def imports_sweep(*, now: datetime) -> int:
    """Give up uploads that have not gone on for some days, and remove what is left of their files; how many."""
    count = 0
    for row in Import.objects.filter(state=ImportState.RECEIVING, at__lt=now - KEPT).select_related("arrangement"):
        file = file_of(row)
        if file.is_file() and file.stat().st_mtime > (now - KEPT).timestamp():
            continue
        try:
            with _held(row):
                count += _abandon(row)
                file.unlink(missing_ok=True)
        except UploadBusy:
            continue
    return count


def _abandon(import_: Import) -> int:
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=import_.pk)
        if locked.state != ImportState.RECEIVING:
            return 0
        told = {"received": locked.received, "size": locked.size}
        locked.state, locked.received = ImportState.ABANDONED, 0
        locked.save(update_fields=["state", "received"])
        scopes = import_.arrangement.ledger_scopes
        ledger_append(actor=SYSTEM, event=events.RECORDS_ABANDONED, subject=locked, after=told, scopes=scopes)
    return 1


def quarantine_read(*, actor: Actor, import_: Import) -> Iterator[bytes] | None:
    """The rejected rows of an import, to correct and send again; None if there are none. The ledger tells of it.

    Raises NotPermitted: it holds raw rows, so only who may import gets it.
    """
    need_object(actor, RECORDS_IMPORT, import_, OF_ARRANGEMENT)
    file = _quarantine(import_)
    if file is None:
        return None
    with transaction.atomic():
        scopes = import_.arrangement.ledger_scopes
        told = {"batch": import_.batch}
        ledger_append(actor=actor, event=events.QUARANTINE_READ, subject=import_, after=told, scopes=scopes)
    return while_allowed(actor, RECORDS_IMPORT, _within(import_), _pieces(file))


def _within(import_: Import) -> Callable[[Actor], bool]:
    """Whether somebody may import for its arrangement."""
    rows = Import.objects.filter(pk=import_.pk)
    return lambda now: reach(now, RECORDS_IMPORT).rows(rows, OF_ARRANGEMENT).exists()


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as read:
        yield from iter(lambda: read.read(_PIECE), b"")


def _quarantine(import_: Import) -> Path | None:
    if import_.batch is None:
        return None
    file = store_of(import_.arrangement).folder / "quarantine" / f"{batch_name(import_.batch)}.csv"
    return file if file.is_file() else None


def _named(file_name: str) -> str:
    """What a sender calls a file, for showing: its last part, of characters that can be shown."""
    return "".join(c for c in file_name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())[-200:]


def ending_of(name: str) -> str:
    """How the name of a file of records ends, `.gz` included. Raises FileKindUnknown."""
    low = name.lower()
    packed = ".gz" if low.endswith(".gz") else ""
    for ending in ENDINGS:
        if low.removesuffix(".gz").endswith(ending):
            return ending + packed
    raise FileKindUnknown(name=name[-80:], known=", ".join(ENDINGS))


def file_of(import_: Import) -> Path:
    """Where the bytes of an import lie: named by us, never by who sent it."""
    return folder_of(import_.arrangement, "incoming", f"{import_.pk}{ending_of(import_.file_name)}")


def file_digest(file: Path) -> str:
    """SHA-256 of a file, read piece by piece."""
    digest = hashlib.sha256()
    with file.open("rb") as data:
        while piece := data.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _need_offset(import_: Import, offset: int, held: IO[bytes]) -> None:
    """That the import goes on from here. Raises UploadEnded, UploadOffsetWrong."""
    if import_.state != ImportState.RECEIVING:
        raise UploadEnded
    if os.fstat(held.fileno()).st_size < import_.received:  # not all that was noted is there any more
        _note(import_, 0)
    if import_.received != offset:
        raise UploadOffsetWrong(received=import_.received, offset=offset)
