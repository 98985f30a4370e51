"""Records sent by programs: announced, then sent piece by piece and gone on with after a break; or in one request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.utils import timezone
from ninja import Header, Router
from pydantic import BaseModel, ConfigDict, Field

from guanbao.api.endpoints import IDEMPOTENT, once, record_answer
from guanbao.api.errors import LengthUnnamed, NotHere
from guanbao.api.openapi import refusal
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import arrangements_visible
from guanbao.apps.service_levels.errors import UploadBusy
from guanbao.apps.service_levels.models import Import
from guanbao.apps.service_levels.pages.resources import IMPORTS
from guanbao.apps.service_levels.selectors import imports_visible
from guanbao.apps.service_levels.services.imports import (
    ENDINGS,
    import_announce,
    import_receive,
    mappings_for,
    quarantine_read,
)
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.errors import NotPermitted

_PIECE = 1 << 20
_DIRECT = tuple(sorted(of for name, of in mappings_for().items() if name == f"{of}-jsonl"))
_ENDING = "|".join(ending[1:] for ending in ENDINGS)
_NAME = rf"^[^\x00-\x1f\x7f/\\]+\.({_ENDING})(\.gz)?$"
_ID = Annotated[int, Field(ge=1, le=2**63 - 1)]
_RECORD = {"schema": {"$ref": "#/components/schemas/Imports"}}
_EXAMPLE = {
    "id": 12,
    "arrangement": {"id": 1, "name": "EB-2026-014 Card calls"},
    "dataset": "interactions",
    "mapping": "interactions-jsonl",
    "file_name": "calls-2026-10.jsonl.gz",
    "state": "receiving",
    "size": 48_211_004,
    "received": 0,
    "sha256": "",
    "batch": None,
    "counts": {},
    "refusal": {},
    "faults": [],
    "side": "contractor",
    "at": "2026-11-25T09:30:00+08:00",
}
_STANDS = {
    "Upload-Offset": {"description": "Bytes that have arrived: go on from here", "schema": {"type": "integer"}},
    "Upload-Length": {"description": "Bytes that were announced", "schema": {"type": "integer"}},
}
_AT = {"Location": {"description": "The import's address", "schema": {"type": "string"}}}

of_arrangements, of_imports = Router(tags=["Imports of records"]), Router(tags=["Imports of records"])


class Announced(BaseModel):
    """A file that is going to be sent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    mapping: Annotated[
        Literal[tuple(sorted(mappings_for()))],  # type: ignore[valid-type]
        Field(description="Which columns of the file mean what", examples=["interactions-jsonl"]),
    ]
    dataset: Annotated[
        Literal[tuple(sorted(set(mappings_for().values())))] | None,  # type: ignore[valid-type]
        Field(description="What the mapping must make, to be sure", examples=["interactions"]),
    ] = None
    file_name: Annotated[
        str,
        Field(max_length=200, pattern=_NAME, description="Its ending says what it is", examples=["calls.jsonl.gz"]),
    ]
    size: Annotated[int, Field(ge=1, le=settings.GUANBAO_MOST_UPLOAD, description="Bytes", examples=[48_211_004])]
    sha256: Annotated[
        str,
        Field(pattern="^([0-9A-Fa-f]{64})?$", description="What arrives is held against it", examples=["5f" * 32]),
    ] = ""


def _content(status: int, headers: dict[str, Any], shown: dict[str, Any]) -> dict[int, Any]:
    return {status: {"headers": headers, "content": {"application/json": _RECORD | {"example": shown}}}}


@of_arrangements.post(
    "/{int:id}/imports",
    response={201: None},
    operation_id="arrangements_import",
    summary="Announce a file of records",
    openapi_extra={
        "parameters": [IDEMPOTENT],
        "requestBody": {
            "content": {
                "application/json": {
                    "example": {"mapping": "interactions-jsonl", "file_name": "calls.jsonl.gz", "size": 48_211_004}
                }
            }
        },
        "responses": _content(201, _AT, _EXAMPLE),
    },
)
def announce(request: HttpRequest, id: _ID, given: Announced) -> HttpResponse:  # noqa: A002 - the address' name for it
    """Begin an import; send its bytes to `/imports/{id}/content`."""
    arrangement = _arrangement(request, id)

    def made() -> HttpResponse:
        facts = given.model_dump() | {"dataset": given.dataset or ""}
        return record_answer(
            IMPORTS, import_announce(actor=actor_of(request), arrangement=arrangement, **facts), status=201
        )

    return once(request, actor_of(request), made)


@of_arrangements.post(
    "/{int:id}/records/{dataset}",
    response={202: None},
    operation_id="arrangements_records",
    summary="Send records in one request",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-ndjson": {
                    "schema": {"type": "string", "minLength": 1},
                    "example": '{"id": "c1", "arrived_at": "2026-11-25T09:30:00+08:00", "outcome": "answered"}\n',
                }
            },
        },
        "responses": _content(202, _AT, _EXAMPLE | {"state": "waiting", "received": 48_211_004})
        | {411: refusal(LengthUnnamed)},
    },
)
def send_records(request: HttpRequest, id: _ID, dataset: Literal[_DIRECT]) -> HttpResponse:  # type: ignore[valid-type] # noqa: A002
    """Import JSON lines by their canonical names. If the connection breaks, go on at `/imports/{id}/content`."""
    arrangement, length = _arrangement(request, id), request.META.get("CONTENT_LENGTH") or ""
    if not length.isascii() or not length.isdigit():
        raise LengthUnnamed
    actor = actor_of(request)
    made = import_announce(
        actor=actor,
        arrangement=arrangement,
        dataset=dataset,
        mapping=f"{dataset}-jsonl",
        file_name=f"{dataset}-{timezone.localtime():%Y%m%d-%H%M%S}.jsonl",
        size=int(length[:19]),
    )
    row = import_receive(actor=actor, import_=made, offset=0, pieces=_pieces(request))
    response = record_answer(IMPORTS, row, status=202)
    response.headers["Location"] = reverse("api:imports.read", args=[row.pk])
    return response


@of_imports.get(
    "/{int:id}/content",
    response={204: None},
    operation_id="imports_content",
    summary="How much of an upload has arrived",
    openapi_extra={"responses": {204: {"description": "See the headers", "headers": _STANDS}}},
)
def content(request: HttpRequest, id: _ID) -> HttpResponse:  # noqa: A002 - as above
    """Where to go on; HEAD answers the same."""
    return _stands(_upload(request, id))


@of_imports.patch(
    "/{int:id}/content",
    response={204: None},
    operation_id="imports_send",
    summary="Send bytes of an upload",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/offset+octet-stream": {
                    "schema": {"type": "string", "format": "binary"},
                    "example": "bytes of the file from the offset on",
                }
            },
        },
        "responses": {
            204: {"description": "They arrived; see the headers", "headers": _STANDS},
            423: refusal(UploadBusy),
        },
    },
)
def send_content(
    request: HttpRequest,
    id: _ID,  # noqa: A002 - as above
    upload_offset: Annotated[
        int,
        Header(
            alias="Upload-Offset", ge=0, le=2**63 - 1, description="Where the bytes begin: what arrived", examples=[0]
        ),
    ],
) -> HttpResponse:
    """Go on with an upload. What arrives stays if the connection breaks; once it is whole it is imported."""
    found = _upload(request, id)
    actor = actor_of(request)
    return _stands(import_receive(actor=actor, import_=found, offset=upload_offset, pieces=_pieces(request)))


@of_imports.get(
    "/{int:id}/quarantine",
    response={200: None},
    operation_id="imports_quarantine",
    summary="The rejected rows of an import",
    openapi_extra={
        "responses": {
            200: {
                "description": "CSV: file, line, column, value, reason. Corrected rows are sent as a new import",
                "content": {
                    "text/csv": {
                        "schema": {"type": "string"},
                        "example": "file,line,column,value,reason\r\ncalls.csv,7,arrived_at,25-30-2026,not a time\r\n",
                    }
                },
            }
        }
    },
)
def quarantine(request: HttpRequest, id: _ID) -> HttpResponseBase:  # noqa: A002 - as above
    """All of them, to correct and send again. The ledger tells who took them."""
    row = imports_visible(actor=actor_of(request)).filter(pk=id).first()
    try:
        pieces = None if row is None else quarantine_read(actor=actor_of(request), import_=row)
    except NotPermitted:
        pieces = None
    if pieces is None:
        raise NotHere
    name = f"quarantine_{id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)


def _arrangement(request: HttpRequest, pk: int) -> Arrangement:
    found: Arrangement | None = arrangements_visible(actor=actor_of(request)).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found


def _upload(request: HttpRequest, pk: int) -> Import:
    """An import that the actor announced: nobody sees or goes on with another's."""
    actor = actor_of(request)
    found: Import | None = imports_visible(actor=actor).filter(pk=pk, sent_by=actor.person_id).first()
    if found is None:
        raise NotHere
    return found


def _stands(row: Import) -> HttpResponse:
    return HttpResponse(status=204, headers={"Upload-Offset": str(row.received), "Upload-Length": str(row.size)})


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """The body as it comes. Where the connection breaks there is no more; what came is kept."""
    try:
        while piece := request.read(_PIECE):
            yield piece
    except UnreadablePostError:
        return
