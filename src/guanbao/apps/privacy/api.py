"""Personal data in clear, for programs: the same budget as on pages, and no key under which an answer is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field

from guanbao.api.endpoints import answer
from guanbao.api.errors import NotHere, at_fields
from guanbao.platform.access.acting import actor_of
from guanbao.platform.personal.choices import Purpose
from guanbao.platform.personal.errors import NothingToReveal, RevealsExhausted
from guanbao.platform.personal.selectors import allowance_today
from guanbao.platform.personal.services import personal_reveal

of_reveals = Router(tags=["Reveals of personal data"])
_EXAMPLE = {"values": {"phone": "13800138000"}, "left": 19}


class Asked(BaseModel):
    """Fields of a record that are to be read in clear, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    record: Annotated[
        str, Field(pattern="^[a-z-]{1,60}$", description="The list in which the record stands", examples=["contacts"])
    ]
    record_id: Annotated[int, Field(ge=1, le=2**63 - 1, description="The record's id", examples=[1])]
    fields: Annotated[
        list[str], Field(min_length=1, max_length=20, description="Names of covered fields", examples=[["phone"]])
    ]
    purpose: Annotated[Literal[tuple(Purpose.values)], Field(description="What for", examples=["reach"])]  # type: ignore[valid-type]
    reason: Annotated[
        str, Field(min_length=4, max_length=200, description="In words", examples=["to call back about EB-2026-014"])
    ]


class Shown(BaseModel):
    """The values in clear, and how many more may be read today."""

    values: dict[str, str]
    left: int


@of_reveals.post(
    "/ask",
    response={200: Shown},
    operation_id="reveals_ask",
    url_name="reveals_ask",
    summary="Read personal data in clear",
    openapi_extra={
        "requestBody": {"content": {"application/json": {"example": {
            "record": "contacts", "record_id": 1, "fields": ["phone"], "purpose": "reach",
            "reason": "to call back about EB-2026-014",
        }}}},
        "responses": {200: {"content": {"application/json": {"example": _EXAMPLE}}}},
    },
)  # fmt: skip
def reveal(request: HttpRequest, given: Asked) -> HttpResponse:
    """Each value counts against the day's budget and stands in the ledger."""
    actor = actor_of(request)
    try:
        values = personal_reveal(actor=actor, **given.model_dump())
    except NothingToReveal:
        raise NotHere from None
    except ValidationError as error:
        raise at_fields(error.message_dict) from None
    left = allowance_today(actor=actor)
    if values is None:
        raise RevealsExhausted(left=left.left, allowed=left.allowed)
    return answer({"values": values, "left": left.left})
