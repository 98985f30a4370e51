"""Rows from a file: tried and shown first, then added all or none.

The preview is the import itself, taken back: the same form and the same service for each row, so that whatever would
be refused is told at its cell before. The file waits in a folder for who sent it, an hour at most.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from guanbao.engine.reports.tables import table_write
from guanbao.platform.access.acting import actor_of
from guanbao.platform.actors import Actor
from guanbao.platform.keeping.services import file_import, file_imported_at
from guanbao.platform.keeping.waiting import file_forget, file_lay, file_waiting
from guanbao.platform.sheets import MOST_BYTES, MOST_ROWS, Line, Unreadable, Words, lines_of
from guanbao.platform.wording import _, told
from guanbao.web.exports import written
from guanbao.web.forms import carry_out, form_of
from guanbao.web.resource import Resource, Verb, resource_of

_SHOWN = 200


def _small(file: Any) -> None:  # noqa: ANN401 - Django's uploaded file
    if file.size > MOST_BYTES:
        raise ValidationError(told("At most {n} MB.", n=MOST_BYTES // 1_000_000))


class UploadForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=_("Excel or CSV file"),
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx,.csv"}),
        validators=[_small],
    )


def import_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Ask for a file; show what would come of it; do it, once its digest comes back."""
    actor, verb = actor_of(request), resource.add
    if verb is None or not verb.from_files or not verb.may(actor):
        raise Http404
    fields = form_of(resource, verb, request, given={}).fields
    if "template" in request.GET:
        columns = [str(each.label) for each in fields.values()]
        return written(resource.name, "xlsx", lambda file: table_write(file, "xlsx", str(resource.title), columns, []))
    context: dict[str, Any] = {"resource": resource, "fields": fields.values(), "most": MOST_ROWS}
    keep, digest = "digest" in request.POST, request.POST.get("digest")
    upload = UploadForm(request.POST, request.FILES) if request.method == "POST" and not keep else UploadForm()
    if upload.is_valid():
        digest = file_lay(actor=actor, content=upload.cleaned_data["file"].read())
    if digest is not None:
        try:
            context |= _tried(request, resource, verb, digest, keep=keep)
        except Unreadable as error:
            upload.is_bound = True
            upload.errors.clear()
            upload.add_error("file", str(error))
        if context.get("done") or upload.errors:
            file_forget(actor=actor, digest=digest)
    status = 422 if upload.errors or context.get("bad") else 200
    return render(request, "web/import.html", context | {"upload": upload}, status=status)


def _tried(request: HttpRequest, resource: Resource, verb: Verb, digest: str, *, keep: bool) -> dict[str, Any]:
    """Add every row; keep that, if it was asked for and nothing is wrong. What a page tells of it."""
    actor = actor_of(request)
    if (file := file_waiting(actor=actor, digest=digest)) is None:
        raise Unreadable(told("The file is no longer here. Send it again."))
    if before := file_imported_at(actor=actor, resource=resource.name, digest=digest):
        raise Unreadable(told("This file was imported already, on {day}.", day=timezone.localdate(before)))
    fields = form_of(resource, verb, request, given={}).fields
    lines = lines_of(file, fields)
    words = Words(fields, lines, lambda model: _names(actor, model))
    with transaction.atomic():
        for line in lines:
            _add(request, resource, verb, line, words)
        bad = [line for line in lines if line.errors]
        done = keep and not bad
        if done:
            file_import(actor=actor, resource=resource.name, digest=digest, rows=len(lines))
        else:
            transaction.set_rollback(True)
    columns = [(name, each.label) for name, each in fields.items() if any(name in line.texts for line in lines)]
    shown = [*lines[:_SHOWN], *[line for line in bad if line not in lines[:_SHOWN]][:_SHOWN]]
    cells = [[(label, line.texts.get(n, ""), line.errors.get(n)) for n, label in columns] for line in shown]
    return {
        "done": done,
        "digest": digest,
        "count": len(lines),
        "bad": len(bad),
        "headings": [label for _, label in columns],
        "rows": [(line, line.errors.get(""), found) for line, found in zip(shown, cells, strict=True)],
    }


def _add(request: HttpRequest, resource: Resource, verb: Verb, line: Line, words: Words) -> None:
    """Add a row as its form would; what is wrong stands in the line, at its cell where that is known."""
    if line.errors:
        return
    given: dict[str, Any] = {}
    for name, said in line.texts.items():
        try:
            given |= {name: words.sent(name, said)} if said else {}
        except ValueError as error:
            line.errors[name] = str(error)
    form = form_of(resource, verb, request, given=given)
    if not line.errors:
        carry_out(verb, form, request)
    for name, texts in form.errors.items():
        told_at = name if name in line.texts else ""
        line.errors.setdefault(told_at, " ".join(str(text) for text in texts))


def _names(actor: Actor, model: type[Model]) -> tuple[str, ...]:
    """By which fields a row that another names is found: by those that its own list is searched by."""
    resource = resource_of(model)
    return resource.seen_by(actor).search if resource else ()
