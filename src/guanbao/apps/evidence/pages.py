"""The ledger's pages: found by key from the newest on, one entry with its proof, evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from guanbao.apps.evidence.forms import Asked
from guanbao.apps.evidence.permissions import (
    EVIDENCE_PACK,
    LEDGER_CHECKPOINT,
    LEDGER_EXPORT,
    LEDGER_VIEW,
    LEDGER_VIEW_ACCESS,
)
from guanbao.apps.evidence.selectors import (
    arrangements_packed,
    checkpoint_over,
    entries_asked,
    entries_visible,
    ledger_state,
)
from guanbao.apps.evidence.tasks import CHECKPOINT, EXPORT, PACK
from guanbao.engine.language import say
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.ledger.merkle import inclusion_holds, inclusion_proof, leaf_hash
from guanbao.platform.ledger.models import Entry
from guanbao.platform.ledger.telling import called, people_in, sentence_of, value_told
from guanbao.platform.ledger.tree import root_of
from guanbao.platform.tasks.files import job_file_own
from guanbao.platform.tasks.services import job_start
from guanbao.platform.telling import NOTHING
from guanbao.platform.wording import _, reader_language
from guanbao.web.frame import Page
from guanbao.web.resource import Panel

_PAGE = 50
LEDGER = Page("ledger", _("Ledger of what happened"), _("Operations"), LEDGER_VIEW)
LEDGER_OF_ACCESS = Page("ledger", _("Ledger of access"), _("Operations"), LEDGER_VIEW_ACCESS)

PACK_OF = Panel(
    "evidence",
    _("Evidence"),
    "evidence/beside.html",
    lambda _actor, arrangement: {"of": arrangement},
    slot="side",
    may=lambda actor: reach(actor, EVIDENCE_PACK).side is Side.INSTITUTION,
    rank=90,
)


def evidence_routes() -> list[URLPattern]:
    """The addresses of the ledger."""
    return [
        path("ledger/", ledger_page, name="ledger"),
        path("ledger/<int:index>/", entry_page, name="ledger-entry"),
        path("ledger/checkpoint", checkpoint_page, name="ledger-checkpoint"),
        path("ledger/evidence", evidence_page, name="ledger-evidence"),
        path("ledger/evidence/<int:number>", fetch_page, name="ledger-fetch"),
        path("arrangements/<int:pk>/evidence", pack_page, name="evidence-pack"),
        path("evidence/<int:number>", pack_fetch_page, name="evidence-fetch"),
    ]


@require_GET
def ledger_page(request: HttpRequest) -> HttpResponse:
    """The newest entries that the filters let through, and older ones by the index of the last that was seen."""
    actor = _reader(request)
    form = Asked(request.GET)
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise Http404
    found = entries_asked(actor=actor, asked=form.cleaned_data) if form.is_valid() else Entry.objects.none()
    page = list((found.filter(index__lt=int(before)) if before else found)[: _PAGE + 1])
    names = names_of(people_in(page), organisation_id=actor.organisation_id)
    onward = request.GET.copy()
    if len(page) > _PAGE:
        onward["before"] = str(page[_PAGE - 1].index)
    context = {
        "form": form,
        "lines": [(entry, sentence_of(entry, names)) for entry in page[:_PAGE]],
        "older": onward.urlencode() if len(page) > _PAGE else "",
        "before": before,
        "may_export": not reach(actor, LEDGER_EXPORT).is_empty,
        "may_sign": not reach(actor, LEDGER_CHECKPOINT).is_empty,
        "counts": reach(actor, LEDGER_VIEW).side is not Side.CONTRACTOR,  # how much others do is not theirs to know
        **_state(),
    }
    return render(request, "evidence/ledger.html", context)


@require_GET
def entry_page(request: HttpRequest, index: int) -> HttpResponse:
    """An entry: what changed, and the proof that it stands in the ledger as it stood when that was signed."""
    actor = _reader(request)
    entry = entries_visible(actor=actor).filter(index=index).first() if index < 2**63 else None
    if entry is None:
        raise Http404
    checkpoint = checkpoint_over(entry)
    proof = inclusion_proof(index, checkpoint.size, root_of) if checkpoint else []
    leaf = leaf_hash(bytes(entry.body))
    holds = checkpoint is not None and inclusion_holds(leaf, index, checkpoint.size, proof, bytes(checkpoint.root))
    fields = sorted({*entry.before, *entry.after})
    context = {
        "entry": entry,
        "told": sentence_of(entry, names_of(people_in([entry]), organisation_id=actor.organisation_id)),
        "changes": [
            (
                called(entry, name),
                *(_shown(value_told(entry, name, said.get(name))) for said in (entry.before, entry.after)),
            )
            for name in fields
        ],
        "redacted": [called(entry, name) for name in entry.redacted],
        "leaf": leaf.hex(),
        "checkpoint": checkpoint,
        "root": bytes(checkpoint.root).hex() if checkpoint else "",
        "proof": [step.hex() for step in proof],
        "holds": holds,
    }
    return render(request, "evidence/entry.html", context)


@require_POST
def checkpoint_page(request: HttpRequest) -> HttpResponse:
    """Sign the ledger now."""
    actor = _reader(request)
    if reach(actor, LEDGER_CHECKPOINT).is_empty:
        raise Http404
    return redirect("jobs-detail", job_start(actor=actor, kind=CHECKPOINT).pk)


@require_POST
def evidence_page(request: HttpRequest) -> HttpResponse:
    """Have what the filters let through written as evidence."""
    actor = _reader(request)
    form = Asked(request.GET)
    if reach(actor, LEDGER_EXPORT).is_empty or not form.is_valid():
        raise Http404
    asked = {name: str(v) if name in ("since", "until") else v for name, v in form.cleaned_data.items() if v}
    return redirect("jobs-detail", job_start(actor=actor, kind=EXPORT, arguments={"asked": asked}).pk)


@require_GET
def fetch_page(request: HttpRequest, number: int) -> HttpResponse:
    """The evidence: for who asked for it, as long as they may take it, for a day."""
    actor = _reader(request)
    made = job_file_own(actor=actor, kind=EXPORT, number=number)
    if made is None or reach(actor, LEDGER_EXPORT).is_empty:
        raise Http404
    response = HttpResponse(made.file.read_bytes(), content_type="application/jsonl")
    response.headers["Content-Disposition"] = f'attachment; filename="ledger-{number}.jsonl"'
    return response


@require_POST
def pack_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Have all evidence of an arrangement put into one archive."""
    actor = actor_of(request)
    arrangement = get_object_or_404(arrangements_packed(actor=actor), pk=pk)
    asked = {"arrangement_id": arrangement.pk}
    return redirect("jobs-detail", job_start(actor=actor, kind=PACK, arguments=asked, subject=str(arrangement)).pk)


@require_GET
def pack_fetch_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """The archive: for who asked for it, as long as they may take it and see the arrangement, for a day."""
    actor = actor_of(request)
    made = job_file_own(actor=actor, kind=PACK, number=number)
    row = made and arrangements_packed(actor=actor).filter(pk=made.arguments["arrangement_id"]).first()
    if made is None or row is None:
        raise Http404
    name = f"{row.reference}_{timezone.localtime(made.at):%Y%m%d-%H%M}.zip"
    response = StreamingHttpResponse(_pieces(made.file), content_type="application/zip")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from iter(partial(opened.read, 1 << 20), b"")


def _reader(request: HttpRequest) -> Actor:
    """Who asks, if they may read any of it."""
    actor = actor_of(request)
    if reach(actor, LEDGER_VIEW).is_empty and reach(actor, LEDGER_VIEW_ACCESS).is_empty:
        raise Http404
    return actor


def _state() -> dict[str, Any]:
    state = ledger_state()
    result = state["verified"].result if state["verified"] else {}
    fault = result.get("fault")
    checkpoint = state["checkpoint"]
    return {
        **state,
        "open": state["size"] - (checkpoint.size if checkpoint else 0),
        "late": checkpoint is None or checkpoint.at < timezone.now() - timedelta(hours=3),
        "fault": say(fault["sentence"], reader_language(), **fault["params"]) if fault else "",
    }


def _shown(value: object) -> str:
    """A value that the ledger holds, to a reader."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or NOTHING
    return NOTHING if value in (None, "") else str(value)
