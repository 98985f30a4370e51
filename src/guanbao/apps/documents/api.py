"""Documents sent and fetched by programs, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import UnreadablePostError
from ninja import Query, Router, Schema
from pydantic import Field

from guanbao.api.endpoints import record_answer
from guanbao.api.errors import NotHere, ParametersWrong, Wrong
from guanbao.apps.documents.pages import DOCUMENTS, fetched
from guanbao.platform.access.acting import actor_of
from guanbao.platform.files.contents.types import TYPES
from guanbao.platform.files.errors import DocumentCutOff, NothingToAttachTo
from guanbao.platform.files.kinds import kinds
from guanbao.platform.files.models import Document
from guanbao.platform.files.selectors import documents_visible
from guanbao.platform.files.services.adding import document_add, document_renew

_PIECE = 1 << 16
_ID = Annotated[int, Field(ge=1, le=2**63 - 1)]
of_documents = Router(tags=["Documents"])
_BYTES = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "minLength": 1},
                "example": "the bytes of the file",
            }
        },
    }
}
_FACTS = {"schema": {"$ref": "#/components/schemas/Documents"}}
_EXAMPLE = {
    "id": 12,
    "title": "Service level agreement 2026",
    "kind": "service_level",
    "version": 1,
    "is_current": True,
    "state": "quarantined",
    "state_reason": "",
    "expires_on": "2027-12-31",
    "is_confidential": False,
    "is_shared": True,
    "side": "contractor",
    "record": "arrangements",
    "record_id": 1,
    "media": "application/pdf",
    "size": 48_211,
    "sha256": "5f" * 32,
    "added_at": "2026-11-25T09:30:00+08:00",
    "kept_until": "2030-12-31",
    "destroyed_on": None,
}
_MADE = {
    "responses": {
        201: {
            "headers": {"Location": {"description": "The document's address", "schema": {"type": "string"}}},
            "content": {"application/json": _FACTS | {"example": _EXAMPLE}},
        }
    }
}


class VersionParameters(Schema):
    """What is said of a file that is sent."""

    title: Annotated[str, Field(max_length=200, description="What it is called", examples=["Agreement 2026"])]
    expires_on: Annotated[date | None, Field(description="The last day on which it holds", examples=["2027-12-31"])] = (
        None
    )
    sha256: Annotated[
        str,
        Field(pattern="^([0-9A-Fa-f]{64})?$", description="What arrives is held against it", examples=["5f" * 32]),
    ] = ""


class DocumentParameters(VersionParameters):
    """What is said of a document's first version."""

    record: Annotated[
        str,
        Field(pattern="^[a-z-]{1,60}$", description="The list in which its record stands", examples=["arrangements"]),
    ]
    record_id: Annotated[_ID, Field(description="The record's id", examples=[1])]
    kind: Annotated[
        Literal[tuple(kinds())],  # type: ignore[valid-type]
        Field(description="What kind of document it is", examples=["service_level"]),
    ]
    is_shared: Annotated[bool, Field(description="Shown to the contractor too; not to be taken back")] = False
    is_confidential: Annotated[bool, Field(description="Only for who may see confidential documents")] = False


@of_documents.post(
    "/content",
    response={201: None},
    operation_id="documents_send",
    url_name="documents_send",
    summary="Send a document",
    openapi_extra=_BYTES | _MADE,
)
def send(request: HttpRequest, said: Query[DocumentParameters]) -> HttpResponse:
    """Attach it to a record. Its content tells its type; it is clean once a scanner or somebody says so."""
    return _made(lambda: document_add(actor=actor_of(request), pieces=_pieces(request), **said.model_dump()))


@of_documents.post(
    "/{int:id}/content",
    response={201: None},
    operation_id="documents_renew",
    url_name="documents_content",
    summary="Send a new version of a document",
    openapi_extra=_BYTES | _MADE,
)
def renew(request: HttpRequest, id: _ID, said: Query[VersionParameters]) -> HttpResponse:  # noqa: A002 - the address' name for it
    """The version before stays as it is; who may see it stays too."""
    document, actor = _document(request, id), actor_of(request)
    return _made(lambda: document_renew(actor=actor, document=document, pieces=_pieces(request), **said.model_dump()))


@of_documents.get(
    "/{int:id}/content",
    response={200: None},
    operation_id="documents_content",
    summary="What a document holds",
    openapi_extra={
        "responses": {
            200: {
                "description": "The bytes, always as a file to be saved",
                "content": {
                    media: {"schema": {"type": "string", "format": "binary"}, "example": "the bytes of the file"}
                    for media in sorted({each.media for each in TYPES.values()} | {"application/octet-stream"})
                },
            }
        }
    },
)
def content(request: HttpRequest, id: _ID) -> HttpResponseBase:  # noqa: A002 - as above
    """Fetch it. The ledger tells who fetched a confidential one."""
    return fetched(actor_of(request), _document(request, id))


def _made(make: Callable[[], Document]) -> HttpResponse:
    """The new document; what is wrong with it, at its parameter. Raises NotHere, ParametersWrong."""
    try:
        return record_answer(DOCUMENTS, make(), status=201)
    except NothingToAttachTo:
        raise NotHere from None
    except ValidationError as error:
        said = getattr(error, "message_dict", {"": error.messages})
        raise ParametersWrong(
            [Wrong(parameter=name, detail=str(text)) for name, texts in said.items() for text in texts]
        ) from None


def _document(request: HttpRequest, pk: int) -> Document:
    found: Document | None = documents_visible(actor=actor_of(request)).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """The body as it comes. Raises DocumentCutOff."""
    try:
        while piece := request.read(_PIECE):
            yield piece
    except UnreadablePostError as error:
        raise DocumentCutOff from error
