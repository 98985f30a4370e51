"""Pages that are no list, detail or form: the records behind a figure, files, sending a file, previews, recomputing."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import arrangements_visible
from guanbao.apps.service_levels.computing import computed, differences, month_of
from guanbao.apps.service_levels.documents import level_read, level_text
from guanbao.apps.service_levels.evidence import PAGE, evidence_read
from guanbao.apps.service_levels.forms import SendForm
from guanbao.apps.service_levels.models import Import, Level, Statement
from guanbao.apps.service_levels.pages.panels import statement_rows
from guanbao.apps.service_levels.permissions import EXCLUSION_PROPOSE, RECORDS_IMPORT
from guanbao.apps.service_levels.selectors import (
    exclusions_accepted,
    imports_visible,
    levels_visible,
    statements_visible,
)
from guanbao.apps.service_levels.services.imports import import_announce, import_receive, mappings_for, quarantine_read
from guanbao.apps.service_levels.services.statements import evidence_folder, statement_taken
from guanbao.engine.errors import GuanbaoError, InputError
from guanbao.engine.language import explain
from guanbao.engine.reports import html_report, workbook_report
from guanbao.engine.statements.evidence import LABELS, kept
from guanbao.engine.statements.periods import Period
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import reach
from guanbao.platform.wording import reader_language
from guanbao.web.forms import dressed

_ALONE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_FORMS = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def routes() -> list[URLPattern]:
    """Their addresses."""
    return [
        path("statements/<int:pk>/records/<str:code>", records_page, name="statement-records"),
        path("statements/<int:pk>/file.<str:form>", file_page, name="statement-file"),
        path("statements/<int:pk>/recompute", recompute_page, name="statement-recompute"),
        path("levels/<int:pk>/preview", preview_page, name="level-preview"),
        path("arrangements/<int:pk>/send", send_page, name="records-send"),
        path("imports/<int:pk>/quarantine", quarantine_page, name="import-quarantine"),
    ]


def _statement(request: HttpRequest, pk: int) -> Statement:
    rows = statements_visible(actor=actor_of(request)).select_related("arrangement__institution")
    found: Statement | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def records_page(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """The records behind one figure, by their label, page by page; what they add up to stands above."""
    statement = _statement(request, pk)
    said = next((term for term in statement.content["terms"] if term["id"] == code), None)
    file = evidence_folder(statement) / f"{code}.parquet"
    if said is None or not file.is_file():  # a code is only ever one of the statement's own
        raise Http404
    label = request.GET.get("label", "")
    number = request.GET.get("page", "1")
    if label not in ("", *LABELS) or not number.isascii() or not number.isdigit() or not int(number[:6]) > 0:
        raise Http404
    level = level_read(statement.definitions)
    term = next(term for term in level.terms if term.id == code)
    found = evidence_read(file, term, level.calendar, reader_language(), label=label, page=int(number[:6]))
    if not found.rows and number != "1":
        raise Http404
    context = {
        "statement": statement,
        "title": term.title or code,
        "code": code,
        "row": statement_rows([said], {code: term}, evidence_folder(statement))[0],
        "found": found,
        "label": label,
        "zone": level.calendar.zone.key,
        "page": int(number[:6]),
        "more": len(found.rows) == PAGE,
        "propose": not reach(actor_of(request), EXCLUSION_PROPOSE).is_empty,
    }
    return render(request, "service_levels/evidence.html", context)


def file_page(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """A statement as JSON, as one page, or as a workbook: computed again from its own cut. Told to the ledger."""
    if form not in _FORMS:
        raise Http404
    statement = _statement(request, pk)
    signed = {"signature": statement.signature} if statement.signature is not None else {}
    if form == "json":
        body = json.dumps(statement.content | signed, ensure_ascii=False, indent=2) + "\n"
        statement_taken(actor=actor_of(request), statement=statement, form=form)
        return _attached(HttpResponse(body, content_type=_FORMS[form]), statement, form)
    period = Period(statement.period_from, statement.period_to)
    with computed(statement.arrangement, statement.definitions, period, cut=statement.cut) as computation:
        computation.statement |= signed
        with kept(computation) as held:
            if form == "html":
                response: HttpResponseBase = HttpResponse(html_report(held, lang=reader_language()))
                # The page carries its own style; it runs nothing and loads nothing.
                response.headers["Content-Security-Policy"] = _ALONE
            else:
                out = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
                with tempfile.TemporaryDirectory() as folder:
                    workbook_report(held, Path(folder, "statement.xlsx"), lang=reader_language())
                    out.write(Path(folder, "statement.xlsx").read_bytes())
                out.seek(0)
                response = FileResponse(out, content_type=_FORMS[form])
    statement_taken(actor=actor_of(request), statement=statement, form=form)
    return response if form == "html" else _attached(response, statement, form)


def _attached(response: HttpResponseBase, statement: Statement, form: str) -> HttpResponseBase:
    name = f"{statement.arrangement.reference}_{statement.month}_v{statement.version}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def recompute_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Compute the statement again from the same records, for whoever may see it, and say what differs."""
    statement = _statement(request, pk)
    found = differences(statement.arrangement, statement.definitions, dict(statement.content), statement.cut)
    return render(request, "service_levels/recomputed.html", {"differences": found, "statement": statement})


def preview_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A version held against the records of a month, without keeping anything."""
    level: Level | None = levels_visible(actor=actor_of(request)).filter(pk=pk).first()
    if level is None:
        raise Http404
    try:
        month = month_of(date.fromisoformat(request.GET.get("month", "")))
        text = level_text(level, exclusions_accepted(level.arrangement, month.first))
        with computed(level.arrangement, text, month) as computation:
            terms = {term.id: term for term in computation.level.terms}
            context = {
                "rows": statement_rows(computation.statement["terms"], terms, None),
                "said": computation.statement,
            }
    except (ValueError, OverflowError):  # no day, or one beside which a calendar has none
        raise Http404 from None
    except InputError as error:
        context = {"refused": explain(error, reader_language())}
    return render(request, "service_levels/previewed.html", context)


def send_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a file of records for an arrangement; it is imported in the background."""
    actor = actor_of(request)
    arrangement: Arrangement | None = arrangements_visible(actor=actor).filter(pk=pk).first()
    if arrangement is None or reach(actor, RECORDS_IMPORT).is_empty:
        raise Http404
    form = SendForm(request.POST or None, request.FILES or None)
    dressed(form)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("imports-detail", _sent(request, arrangement, form).pk)
        except NotPermitted:
            raise Http404 from None
        except GuanbaoError as error:
            form.add_error("file", explain(error, reader_language()))
    status = 422 if request.method == "POST" else 200
    return render(request, "service_levels/send.html", {"form": form, "arrangement": arrangement}, status=status)


def _sent(request: HttpRequest, arrangement: Arrangement, form: SendForm) -> Import:
    file, name = form.cleaned_data["file"], form.cleaned_data["mapping"]
    announced = import_announce(
        actor=actor_of(request),
        arrangement=arrangement,
        dataset=mappings_for()[name],
        mapping=name,
        file_name=file.name,
        size=file.size,
    )
    return import_receive(actor=actor_of(request), import_=announced, offset=0, pieces=file.chunks())


def quarantine_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rejected rows of an import, as a file to correct."""
    row: Import | None = imports_visible(actor=actor_of(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    try:
        pieces = quarantine_read(actor=actor_of(request), import_=row)
    except NotPermitted:
        raise Http404 from None
    if pieces is None:
        raise Http404
    name = f"quarantine_{row.pk}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)
