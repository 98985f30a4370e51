"""An evidence pack: what is held of one arrangement, in an archive that `guanbao-verify` checks without us.

`index.json` names every other file with its SHA-256, and what was left out and why; it is signed with the ledger's key.
`index.html` is the same for reading. Rows are in `records`, a file for each kind; what was approved in
`approvals.json`; documents as they were sent; statements as they were signed; the ledger's entries with their proofs.
It holds what whoever asked for it may see, and no more.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.stages import gates_judged
from guanbao.apps.evidence.selectors import entries_of_arrangement
from guanbao.apps.service_levels.selectors import statements_visible
from guanbao.apps.service_levels.services.statements import statement_taken
from guanbao.engine.language import _
from guanbao.engine.statements.signing import payload_sign
from guanbao.platform.actors import Actor
from guanbao.platform.files.choices import State
from guanbao.platform.files.selectors import documents_readable, documents_visible
from guanbao.platform.files.services.reading import document_read, file_name
from guanbao.platform.ledger.canonical import canonical
from guanbao.platform.ledger.export import ledger_export
from guanbao.platform.ledger.models import Checkpoint
from guanbao.platform.ledger.witness import checkpoint_publish
from guanbao.platform.telling import cell, typed
from guanbao.platform.wording import told
from guanbao.platform.workflow.models import Approval
from guanbao.platform.workflow.selectors import approvals_visible
from guanbao.web.resource import Resource, resources

FORM = 1
_RECORDS = "arrangements"  # the name by which documents, duties and questionnaires know an arrangement
Told = Callable[[int, int, str], None]


class Table(NamedTuple):
    """The rows of one kind, as its pages name their fields."""

    resource: Resource
    names: tuple[str, ...]
    rows: list[Any]

    @property
    def headings(self) -> list[str]:
        """What the fields are called."""
        return [self.resource.heading(name) for name in self.names]

    @property
    def cells(self) -> list[list[str]]:
        """The rows as text."""
        return [[cell(row, name) for name in self.names] for row in self.rows]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is known of a row that stands alone."""
        return list(zip(self.headings, self.cells[0], strict=True)) if len(self.rows) == 1 else []

    @property
    def data(self) -> list[dict[str, Any]]:
        """The rows as JSON."""
        return [{"id": row.pk} | {name: typed(row, name) for name in self.names} for row in self.rows]


class Archive:
    """The archive that is being written, and what its index says of each file."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.files: list[dict[str, Any]] = []
        self.left_out: list[dict[str, str]] = []

    def add(self, path: str, kind: str, title: str, pieces: Iterable[bytes]) -> None:
        """Write a file piece by piece."""
        digest, size = hashlib.sha256(), 0
        with self._file.open(path, "w", force_zip64=True) as out:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                out.write(piece)
        said = {"path": path, "kind": kind, "title": title, "sha256": digest.hexdigest(), "size": size}
        self.files.append(said)

    def data(self, path: str, kind: str, title: str, data: object) -> None:
        """Write JSON."""
        text = json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n"
        self.add(path, kind, title, [text.encode()])

    def leave(self, what: str, why: str) -> None:
        """Say that something is not in it."""
        self.left_out.append({"what": what, "why": str(why)})


def pack_write(file: Path, *, actor: Actor, arrangement: Arrangement, progress: Told) -> dict[str, Any]:
    """Write the pack of an arrangement to a file; what its index says.

    Raises:
        DocumentBroken: a document is not what was sent. KeyUnusable, ExportUnwritable, StorageUnusable.
    """
    tables, checkpoint = list(_tables(actor, arrangement)), checkpoint_publish()
    steps: list[tuple[str, Callable[[Archive], None]]] = [
        (_("Collecting records"), lambda archive: _records(archive, tables)),
        (_("Collecting approvals"), lambda archive: _approvals(archive, actor, tables)),
        (_("Collecting documents"), lambda archive: _documents(archive, actor, tables)),
        (_("Collecting statements"), lambda archive: _statements(archive, actor, arrangement)),
        (_("Proving entries of the ledger"), lambda archive: _ledger(archive, actor, arrangement, checkpoint)),
    ]
    now = timezone.now()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        archive = Archive(written)
        for done, (step, add) in enumerate(steps):
            progress(done, len(steps), step)
            add(archive)
        index = {
            "evidence_pack": FORM,
            "arrangement": {"id": arrangement.pk, "reference": arrangement.reference, "title": arrangement.title},
            "institution": str(arrangement.institution),
            "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
            "made_by": actor.key,
            "checkpoint": {"size": checkpoint.size, "root": bytes(checkpoint.root).hex()},
        }
        _readable(archive, arrangement, tables, {"index": index, "who": actor.name, "made_at": now})
        index |= {"files": archive.files, "left_out": archive.left_out}
        index["signature"] = payload_sign(canonical(index).encode(), settings.GUANBAO_LEDGER_KEY)
        written.writestr("index.json", json.dumps(index, ensure_ascii=False, indent=1) + "\n")
    return index


def belonging() -> dict[str, str]:
    """By which lookup the rows of each resource lead to an arrangement: by their own field, or their parent's."""
    lookups: dict[type, str] = {Arrangement: "pk"}
    found: dict[str, str] = {}
    while more := {
        resource.name: (resource.model, field.name, lookups[field.related_model])
        for resource in resources()
        if resource.model not in lookups
        for field in resource.model._meta.concrete_fields  # noqa: SLF001 - Django's way
        if field.many_to_one and field.related_model in lookups
    }:
        for name, (model, field, lookup) in more.items():
            lookups[model] = found[name] = field if lookup == "pk" else f"{field}__{lookup}"
    return found


def _tables(actor: Actor, arrangement: Arrangement) -> Iterator[Table]:
    """The arrangement, what belongs to it, and what is kept by the name of any of these, as the actor sees them."""
    ways = belonging() | {_RECORDS: "pk"}
    kept: dict[str, list[int]] = {}
    every = [resource for resource in resources() if resource.may_view(actor)]
    for resource in sorted((each for each in every if each.name in ways), key=lambda each: each.name != _RECORDS):
        table = _table(resource, actor, resource.rows(actor=actor).filter(**{ways[resource.name]: arrangement.pk}))
        if table.rows:
            kept[resource.name] = [row.pk for row in table.rows]
            yield table
    by_name = Q(pk__in=())
    for name, keys in kept.items():
        by_name |= Q(record=name, record_id__in=keys)
    for resource in every:
        fields = {field.name for field in resource.model._meta.concrete_fields}  # noqa: SLF001 - Django's way
        if {"record", "record_id"} <= fields:
            table = _table(resource, actor, resource.rows(actor=actor).filter(by_name))
            if table.rows:
                yield table


def _table(resource: Resource, actor: Actor, rows: QuerySet[Any]) -> Table:
    seen = resource.seen_by(actor)
    names = tuple(name for name in seen.answered if name not in resource.hidden_from(actor))
    return Table(seen, names, list(seen.joined(rows, names).order_by(*seen.order).distinct()))


def _records(archive: Archive, tables: list[Table]) -> None:
    for table in tables:
        name = table.resource.name
        archive.data(f"records/{name}.json", "records", str(table.resource.title), table.data)


def _approvals(archive: Archive, actor: Actor, tables: list[Table]) -> None:
    """What was submitted about any of these, in which words, and who decided what."""
    about = Q(pk__in=())
    for table in tables:
        label = table.resource.model._meta.label_lower  # noqa: SLF001 - Django's published way to a model's name
        about |= Q(subject_type=label, subject_id__in=[row.pk for row in table.rows])
    rows = approvals_visible(actor=actor).filter(about).prefetch_related("decisions__person", "decisions__for_person")
    archive.data("approvals.json", "approvals", told("Approvals"), [_approval(row) for row in rows.order_by("pk")])


def _approval(row: Approval) -> dict[str, Any]:
    decisions = [
        {
            "level": one.level,
            "person": str(one.person),
            "in_place_of": str(one.for_person),
            "verdict": one.verdict,
            "opinion": one.opinion,
            "at": one.at,
            "digest": one.digest,
            "in_force": one.in_force,
        }
        for one in row.decisions.all()
    ]
    names = (
        "id",
        "subject_type",
        "subject_id",
        "label",
        "digest",
        "content",
        "round",
        "state",
        "started_at",
        "ended_at",
    )
    model = {"name": row.version.name, "number": row.version.number, "digest": row.version.digest}
    said = {name: getattr(row, name) for name in names}
    return said | {"model": model, "submitted_by": str(row.maker), "decisions": decisions}


def _documents(archive: Archive, actor: Actor, tables: list[Table]) -> None:
    """Every document that is the actor's to have; of the others, that they are not in it."""
    of = Q(pk__in=())
    for table in tables:
        of |= Q(record=table.resource.name, record_id__in=[row.pk for row in table.rows])
    readable = set(documents_readable(actor=actor).filter(of, state=State.CLEAN).values_list("pk", flat=True))
    for document in documents_visible(actor=actor).filter(of).order_by("pk"):
        if document.pk in readable:
            path = f"documents/{document.pk}_{file_name(document)}"
            archive.add(path, "document", document.title, document_read(actor=actor, document=document))
        else:
            archive.leave(document.title, State(document.state).label)


def _statements(archive: Archive, actor: Actor, arrangement: Arrangement) -> None:
    rows = statements_visible(actor=actor).filter(arrangement=arrangement).order_by("period_from", "version")
    for statement in rows:
        if statement.signature is None:
            archive.leave(str(statement), told("It is a draft, and nobody has signed it."))
            continue
        path = f"statements/{statement.month}_v{statement.version}.json"
        archive.data(path, "statement", str(statement), statement.content | {"signature": statement.signature})
        statement_taken(actor=actor, statement=statement, form="json")


def _ledger(archive: Archive, actor: Actor, arrangement: Arrangement, checkpoint: Checkpoint) -> None:
    part = entries_of_arrangement(actor=actor, arrangement=arrangement).filter(index__lt=checkpoint.size)
    with TemporaryDirectory() as folder:
        file = Path(folder, "ledger.jsonl")
        count = ledger_export(file, part=part)
        with file.open("rb") as lines:
            archive.add("ledger.jsonl", "ledger", told("Ledger: {count} entries", count=count), lines)


def _readable(archive: Archive, arrangement: Arrangement, tables: list[Table], said: dict[str, Any]) -> None:
    """What is in it, as a page that needs nothing else."""
    context = {
        **said,
        "arrangement": arrangement,
        "gates": gates_judged(arrangement),
        "tables": tables,
        "files": archive.files,
        "left_out": archive.left_out,
    }
    page = render_to_string("evidence/pack.html", context)
    archive.add("index.html", "page", told("What is in this pack"), [page.encode()])
