"""The pages of documents: the list, one document, sending, fetching."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_safe

from guanbao.apps.documents.forms import DecideForm, DestroyForm, RenewForm, SendForm
from guanbao.apps.documents.panels import FACTS
from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.files import permissions, selectors
from guanbao.platform.files.attaching import record_of
from guanbao.platform.files.choices import State
from guanbao.platform.files.contents.types import BY_MEDIA, allowed, media_title
from guanbao.platform.files.errors import NothingToAttachTo
from guanbao.platform.files.models import Document
from guanbao.platform.files.services import adding, deciding, keeping
from guanbao.platform.files.services.reading import disposition, document_read
from guanbao.platform.telling import tell
from guanbao.platform.wording import _, reader_language, told
from guanbao.web.panels import TIMELINE
from guanbao.web.resource import Resource, Verb, resource_of, resource_title

tell(Document, record=resource_title, media=media_title)


def _waits(document: Document, actor: Actor) -> bool:
    return document.state == State.QUARANTINED and document.added_by_id != actor.person_id


DOCUMENTS = Resource(
    name="documents",
    model=Document,
    title=_("Documents"),
    singular=_("Document"),
    group=_("Arrangements"),
    empty=_("No document is open to you. They are sent on the pages of what they are about."),
    view=permissions.DOCUMENT_VIEW,
    rows=selectors.documents_visible,
    columns=("title", "kind", "version", "state", "expires_on", "is_confidential", "record", "side", "added_at"),
    shown=(
        "kind", "version", "is_current", "state", "state_reason", "expires_on", "is_confidential", "is_shared", "side",
        "record", "media", "size", "sha256", "added_at", "kept_until", "destruction_reason", "destroyed_on",
    ),
    answers=(
        "title", "kind", "version", "is_current", "state", "state_reason", "expires_on", "is_confidential", "is_shared",
        "side", "record", "record_id", "media", "size", "sha256", "added_at", "kept_until", "destruction_reason",
        "destroyed_on",
    ),
    search=("title",),
    filters=("kind", "state", "is_current", "is_confidential", "side"),
    inside=frozenset({"destruction_reason"}),
    order=("-added_at", "-pk"),
    verbs=(
        Verb(
            "release",
            _("Release"),
            permissions.DOCUMENT_RELEASE,
            deciding.document_release,
            form=DecideForm,
            when=_waits,
        ),
        Verb(
            "refuse",
            _("Refuse"),
            permissions.DOCUMENT_RELEASE,
            deciding.document_refuse,
            form=DecideForm,
            when=_waits,
            grave=True,
        ),
        Verb(
            "share",
            _("Show it to the contractor"),
            permissions.DOCUMENT_SHARE,
            deciding.document_share,
            when=lambda row, _actor: row.shared_with_id is None and row.state in (State.CLEAN, State.QUARANTINED),
            grave=True,
        ),
        Verb(
            "ask-destruction",
            _("Ask for its destruction"),
            permissions.DOCUMENT_DESTROY,
            keeping.document_destruction_ask,
            form=DestroyForm,
            when=lambda row, _actor: row.state == State.CLEAN and row.destruction_asked_by_id is None,
        ),
        Verb(
            "keep",
            _("Keep it after all"),
            permissions.DOCUMENT_DESTROY,
            keeping.document_destruction_withdraw,
            when=lambda row, _actor: row.state == State.CLEAN and row.destruction_asked_by_id is not None,
        ),
        Verb(
            "destroy",
            _("Destroy"),
            permissions.DOCUMENT_DESTROY,
            keeping.document_destroy,
            when=lambda row, actor: row.state == State.CLEAN
            and row.destruction_asked_by_id not in (None, actor.person_id),
            grave=True,
        ),
    ),
    panels=(FACTS, TIMELINE),
)  # fmt: skip


def document_routes() -> list[URLPattern]:
    """The addresses that no declaration makes."""
    return [
        path("documents/to/<slug:record>/<int:record_id>", send_page, name="document-send"),
        path("documents/<int:pk>/renew", renew_page, name="document-renew"),
        path("documents/<int:pk>/content", content_page, name="document-content"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def send_page(request: HttpRequest, record: str, record_id: int) -> HttpResponse:
    """Send a document about a record."""
    actor = actor_of(request)
    try:
        at, row = record_of(actor=actor, name=record, pk=record_id)
    except NothingToAttachTo:
        raise Http404 from None
    if not reach(actor, permissions.DOCUMENT_ADD).rows(at.rows(actor=actor).filter(pk=row.pk), at.columns).exists():
        raise Http404
    resource = resource_of(type(row))
    back = f"{resource.url('detail', row.pk)}?tab=documents" if resource else "/"
    form = SendForm(request.POST or None, request.FILES or None, actor=actor)
    about = {"record": record, "record_id": record_id}
    return _sent(
        request, form, {"title": told("Send a document"), "over": row, "back": back}, adding.document_add, about
    )


@require_http_methods(["GET", "HEAD", "POST"])
def renew_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a new version of a document of one's own side."""
    actor, document = actor_of(request), _document(request, pk)
    within = selectors.documents_reached(actor=actor, permission=permissions.DOCUMENT_ADD).filter(pk=pk)
    if document.side != reach(actor, permissions.DOCUMENT_ADD).side or not within.exists():
        raise Http404
    initial = {"title": document.title, "expires_on": document.expires_on}
    form = RenewForm(request.POST or None, request.FILES or None, actor=actor, initial=initial)
    said = {"title": told("Send a new version"), "over": document, "back": DOCUMENTS.url("detail", pk)}
    return _sent(request, form, said, adding.document_renew, {"document": document})


@require_safe
def content_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The document as a file to be saved."""
    try:
        return fetched(actor_of(request), _document(request, pk))
    except GuanbaoError as error:
        context = {"said": explain(error, reader_language()), "back": DOCUMENTS.url("detail", pk)}
        return render(request, "documents/refused.html", context, status=409)


def fetched(actor: Actor, document: Document) -> HttpResponseBase:
    """A document as an answer: saved, never shown; nothing in it runs, whatever a browser takes it for.

    Raises as `document_read`.
    """
    pieces = document_read(actor=actor, document=document)
    clean = document.state == State.CLEAN and document.media in BY_MEDIA
    response = StreamingHttpResponse(pieces, content_type=document.media if clean else "application/octet-stream")
    response.headers["Content-Length"] = str(document.size)
    response.headers["Content-Disposition"] = disposition(document)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _sent(
    request: HttpRequest,
    form: RenewForm,
    said: dict[str, Any],
    service: Callable[..., Document],
    about: dict[str, Any],
) -> HttpResponse:
    """Call the service with what was sent; what it refuses stands in the form."""
    if request.method == "POST" and form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        try:
            made = service(actor=actor_of(request), pieces=form.cleaned_data["file"].chunks(), **about, **facts)
            return redirect(DOCUMENTS.url("detail", made.pk))
        except NotPermitted:
            raise Http404 from None
        except ValidationError as error:
            for name, texts in getattr(error, "message_dict", {"file": error.messages}).items():
                form.add_error(name if name in form.fields else None, texts)
        except IntegrityError:
            form.add_error(None, told("It contradicts what is there already."))
        except GuanbaoError as error:
            form.add_error("file", explain(error, reader_language()))
    status = 422 if request.method == "POST" else 200
    return render(request, "documents/send.html", {"form": form, "allowed": allowed(), **said}, status=status)


def _document(request: HttpRequest, pk: int) -> Document:
    found = selectors.documents_visible(actor=actor_of(request)).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
