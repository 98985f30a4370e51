"""Workbooks that are fetched and sent back, and the page of the questionnaires in force."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from guanbao.apps.surveys.forms import DefinitionForm, WorkbookForm
from guanbao.apps.surveys.pages import ISSUES, VERSION_INDEX, VERSIONS
from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.questionnaires import permissions
from guanbao.platform.questionnaires.models import Issue, QuestionnaireVersion
from guanbao.platform.questionnaires.selectors import issues_visible, may_answer, versions_visible
from guanbao.platform.questionnaires.services.versions import version_keep, version_upload
from guanbao.platform.questionnaires.shipped import shipped, shipped_texts
from guanbao.platform.questionnaires.workbooks.answers import Filling, answers_fill, answers_write
from guanbao.platform.questionnaires.workbooks.cells import Rejected
from guanbao.platform.questionnaires.workbooks.definitions import definition_of_book, definition_write, text_kept
from guanbao.platform.wording import reader_language
from guanbao.web.exports import written
from guanbao.web.forms import dressed

_ZIP = b"PK\x03\x04"


@require_safe
def book_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An issue with its answers as a workbook, to be filled in offline."""
    actor, issue = actor_of(request), _issue(request, pk)
    return written(f"questionnaire-{issue.pk}", "xlsx", lambda file: answers_write(actor=actor, issue=issue, file=file))


@require_http_methods(["GET", "HEAD", "POST"])
def fill_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a workbook back: all of it is kept, or nothing, and every row that is not taken is named."""
    actor, issue = actor_of(request), _issue(request, pk)
    if not may_answer(actor, issue):
        raise Http404
    form = WorkbookForm(request.POST or None, request.FILES or None)
    dressed(form)
    filling = Filling(0, [])
    if request.method == "POST" and form.is_valid():
        try:
            with _laid(form.cleaned_data["file"]) as file:
                filling = answers_fill(actor=actor, issue=issue, file=file)
            if not filling.rejected:
                return redirect(f"{ISSUES.url('detail', issue.pk)}answer?section=all&saved={filling.kept}")
        except GuanbaoError as error:
            form.add_error("file", explain(error, reader_language()))
    context = {"issue": issue, "form": form, "rejected": filling.rejected, "back": ISSUES.url("detail", issue.pk)}
    return render(request, "surveys/fill.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def index_page(request: HttpRequest) -> HttpResponse:
    """Every questionnaire with its versions, and the form that uploads one."""
    actor = actor_of(request)
    if not VERSIONS.may_view(actor):
        raise Http404
    may = not reach(actor, permissions.VERSION_UPLOAD).is_empty
    if request.method == "POST" and not may:
        raise Http404
    form = DefinitionForm(request.POST or None, request.FILES or None)
    dressed(form)
    rejected: list[Rejected] = []
    if request.method == "POST" and form.is_valid():
        try:
            with _laid(form.cleaned_data["file"]) as file:
                made, rejected = _uploaded(actor, file)
            if made is not None:
                return redirect(VERSIONS.url("detail", made.pk))
        except ValidationError as error:
            form.add_error("file", error.message_dict["file"])
        except GuanbaoError as error:
            form.add_error("file", explain(error, reader_language()))
    kept: dict[str, list[QuestionnaireVersion]] = {}
    for version in versions_visible(actor=actor).order_by("name", "-number"):
        kept.setdefault(version.name, []).append(version)
    names = sorted({*shipped(), *kept})
    context: dict[str, Any] = {
        "kept": [(name, shipped().get(name), kept.get(name, [])) for name in names],
        "form": form if may else None,
        "rejected": rejected,
        "title": VERSION_INDEX.title,
    }
    return render(request, "surveys/index.html", context, status=422 if request.method == "POST" else 200)


@require_safe
def definition_book_page(request: HttpRequest, name: str) -> HttpResponse:
    """A questionnaire's definition as a workbook: of the version in force here, else as it came with the product."""
    actor = actor_of(request)
    if not VERSIONS.may_view(actor):
        raise Http404
    own = versions_visible(actor=actor).filter(name=name).exclude(enforced_at=None)
    version = own.order_by("-enforced_at", "-number").first()
    text = version.definition if version is not None else shipped_texts().get(name)
    if text is None:
        raise Http404
    return written(f"questionnaire-{name}", "xlsx", lambda file: definition_write(text, file))


def _uploaded(actor: Actor, file: Path) -> tuple[QuestionnaireVersion | None, list[Rejected]]:
    """The version that a file defines; or the rows that cannot be read."""
    content = file.read_bytes()
    if not content.startswith(_ZIP):
        return version_upload(actor=actor, text=content), []
    document, text, rejected = definition_of_book(file)
    if document is None:
        return None, rejected
    return version_keep(actor=actor, document=document, text=text, sure=text_kept), []


def _issue(request: HttpRequest, pk: int) -> Issue:
    found = issues_visible(actor=actor_of(request)).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


@contextmanager
def _laid(sent: Any) -> Iterator[Path]:  # noqa: ANN401 - Django's uploaded file
    """A file that was sent, where it can be read; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        file.write_bytes(sent.read())
        yield file
