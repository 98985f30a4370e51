"""Records coming in: announced, received piece by piece, imported by the engine in the background."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

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
    UploadDiffers,
    UploadOffsetWrong,
    UploadTooLarge,
)
from guanbao.apps.service_levels.models import Import
from guanbao.apps.service_levels.permissions import RECORDS_IMPORT
from guanbao.apps.service_levels.selectors import level_in_force
from guanbao.engine.errors import InputError
from guanbao.engine.language import explain
from guanbao.engine.records.imports import ImportReport, Inputs, records_import
from guanbao.engine.records.mappings import mapping, shipped
from guanbao.platform.access.reach import need_object, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.tasks.services import job_start

ENDINGS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".xlsx", ".parquet")
_PIECE = 1 << 20
_MOST_FAULTS = 100


def mappings_for(dataset: str = "") -> dict[str, str]:
    """The shipped mappings, by name the dataset that they make; of one dataset, or of all."""
    every = {name: mapping(name).dataset.name for name in shipped()}
    return {name: of for name, of in every.items() if dataset in ("", of)}


def import_announce(
    *, actor: Actor, arrangement: Arrangement, dataset: str, mapping: str, file_name: str, size: int, sha256: str = ""
) -> Import:
    """Begin an import; its bytes follow. Only shipped mappings are offered: a name never becomes a path.

    Raises NotPermitted; MappingNotOffered, FileKindUnknown, UploadTooLarge.
    """
    need_object(actor, RECORDS_IMPORT, arrangement, ARRANGEMENTS)
    if mapping not in mappings_for(dataset):
        raise MappingNotOffered(
            mapping=mapping, dataset=dataset, known=", ".join(mappings_for(dataset) or mappings_for())
        )
    ending_of(file_name)
    if size > settings.GUANBAO_MOST_UPLOAD:
        raise UploadTooLarge(most=f"{settings.GUANBAO_MOST_UPLOAD:,}")
    with transaction.atomic():
        made = Import.objects.create(
            arrangement=arrangement,
            dataset=dataset,
            mapping=mapping,
            file_name=Path(file_name.replace("\\", "/")).name[-200:],
            size=size,
            sha256=sha256.lower(),
            sent_by_id=actor.person_id,
            side=reach(actor, RECORDS_IMPORT).side or Side.INSTITUTION,
            at=timezone.now(),
        )
        told = {"dataset": dataset, "mapping": mapping, "size": size, "sha256": sha256}
        scopes = arrangement.ledger_scopes
        ledger_append(actor=actor, event=events.RECORDS_SENT, subject=made, after=told, scopes=scopes)
    return made


def import_receive(*, actor: Actor, import_: Import, offset: int, pieces: Iterable[bytes]) -> Import:
    """Write what follows from byte `offset` on. What has arrived stays if the connection breaks.

    Once it is whole its digest is held against the announced one, and the import is started.

    Raises NotPermitted; UploadOffsetWrong; UploadDiffers: nothing is kept then.
    """
    need_object(actor, RECORDS_IMPORT, import_, OF_ARRANGEMENT)
    _need_offset(import_, offset)
    file = file_of(import_)
    file.parent.mkdir(parents=True, exist_ok=True)
    received = offset
    try:
        with file.open("r+b" if offset else "wb") as out:
            out.seek(offset)
            for piece in pieces:
                _need_room(import_, received + len(piece))
                received += out.write(piece)
    except UploadDiffers:
        received = 0
        raise
    finally:
        with transaction.atomic():
            locked = Import.objects.select_for_update().get(pk=import_.pk)
            _need_offset(locked, offset)
            locked.received = received
            locked.save(update_fields=["received"])
    if received < import_.size:
        return Import.objects.get(pk=import_.pk)
    return _received(actor, import_, file)


def _need_room(import_: Import, received: int) -> None:
    if received > import_.size:
        raise UploadDiffers


def _received(actor: Actor, import_: Import, file: Path) -> Import:
    digest = file_digest(file)
    announced = import_.sha256
    with transaction.atomic():
        locked = Import.objects.select_for_update().select_related("arrangement").get(pk=import_.pk)
        if announced and announced != digest:
            locked.received = 0
            locked.save(update_fields=["received"])
        else:
            locked.sha256, locked.state = digest, ImportState.WAITING
            locked.save(update_fields=["sha256", "state"])
            job_start(
                actor=actor,
                kind="records.import",
                arguments={"import_id": locked.pk},
                key=str(locked.pk),
                subject=locked.arrangement.reference,
            )
    if locked.state != ImportState.WAITING:
        raise UploadDiffers
    return locked


def import_run(*, actor: Actor, import_: Import, progress: object = None) -> Import:
    """Have the engine import the file: all of it as one batch, or nothing. Asked twice, it does it once.

    What the engine refuses is kept with the import, in both languages. Raises NotPermitted.
    """
    need_object(actor, RECORDS_IMPORT, import_, OF_ARRANGEMENT)
    if import_.state in (ImportState.DONE, ImportState.REFUSED):
        return import_
    arrangement = import_.arrangement
    level = level_in_force(arrangement, timezone.localdate())
    calendar = None if level is None else level.calendar.calendar()
    tell = progress if callable(progress) else lambda _step: None
    report, refusal = None, None
    try:
        report = records_import(
            Inputs([file_of(import_)], mapping(import_.mapping)),
            arrangement=arrangement.reference,
            store=store_of(arrangement),
            calendar=calendar,
            progress=tell,
            lang="zh",
        )
    except InputError as error:
        # Of the file only its name is told: where it lies here is nobody's business.
        where = str(file_of(import_))
        refusal = {lang: explain(error, lang).replace(where, import_.file_name) for lang in ("zh", "en")}
        refusal["error"] = type(error).__name__
    with transaction.atomic():
        locked = Import.objects.select_for_update().select_related("arrangement__contractor").get(pk=import_.pk)
        if locked.state not in (ImportState.DONE, ImportState.REFUSED):
            _record(actor, locked, report, refusal)
    if report is not None and report.batch is not None:
        file_of(import_).unlink(missing_ok=True)
    return locked


def _record(actor: Actor, import_: Import, report: ImportReport | None, refusal: dict[str, str] | None) -> None:
    scopes = import_.arrangement.ledger_scopes
    if report is None:
        import_.state, import_.refusal = ImportState.REFUSED, refusal or {}
        import_.save()
        refused = {"dataset": import_.dataset, "mapping": import_.mapping, "error": (refusal or {}).get("error", "")}
        ledger_append(actor=actor, event=events.RECORDS_REFUSED, subject=import_, after=refused, scopes=scopes)
        return
    counts = asdict(report.counts)
    import_.state, import_.counts, import_.batch = ImportState.DONE, counts, report.batch
    import_.faults = [
        {"line": fault.line, "column": fault.column, "value": fault.value[:80], "reason": fault.reason}
        for _file, fault in report.first_faults[:_MOST_FAULTS]
    ]
    import_.save()
    told: dict[str, object] = {
        "dataset": import_.dataset,
        "batch": report.batch,
        "filtered": sum(report.counts.filtered.values()),
        "sha256": import_.sha256,
        **{name: counts[name] for name in ("read", "accepted", "rejected", "known")},
    }
    ledger_append(actor=actor, event=events.RECORDS_IMPORTED, subject=import_, after=told, scopes=scopes)


def quarantine_read(*, actor: Actor, import_: Import) -> Path | None:
    """The rejected rows of an import, to correct and send again; None if there are none. The ledger tells of it.

    Raises NotPermitted: it holds raw rows, so only who may import gets it.
    """
    need_object(actor, RECORDS_IMPORT, import_, OF_ARRANGEMENT)
    file = store_of(import_.arrangement).folder / "quarantine" / f"{import_.batch or 0:08d}.csv"
    if import_.batch is None or not file.is_file():
        return None
    with transaction.atomic():
        scopes = import_.arrangement.ledger_scopes
        told = {"batch": import_.batch}
        ledger_append(actor=actor, event=events.QUARANTINE_READ, subject=import_, after=told, scopes=scopes)
    return file


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


def _need_offset(import_: Import, offset: int) -> None:
    """That the import goes on from here. Raises UploadOffsetWrong."""
    if import_.state != ImportState.RECEIVING or import_.received != offset:
        raise UploadOffsetWrong(received=import_.received, offset=offset)
