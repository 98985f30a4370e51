"""Bids and passphrases of programs: under no key by which an answer is kept, for that would keep a digest of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field

from guanbao.api.endpoints import answer
from guanbao.api.errors import NotHere, NotNow, at_fields
from guanbao.apps.sourcing.errors import PassphraseWrong
from guanbao.apps.sourcing.models import Tender
from guanbao.apps.sourcing.selectors import (
    evaluations_visible,
    invitations_visible,
    may_bid,
    opener_of,
    tenders_visible,
)
from guanbao.apps.sourcing.services.bids import LONGEST, bid_submit
from guanbao.apps.sourcing.services.evaluations import Given, scores_save
from guanbao.apps.sourcing.services.openers import tender_key_set, tender_open
from guanbao.platform.access.acting import actor_of

_ID = Annotated[int, Field(ge=1, le=2**63 - 1)]
of_tenders = Router(tags=["Tenders"])
of_evaluations = Router(tags=["Evaluations"])
of_invitations = Router(tags=["Invitations to tenders"])
_RECEIPT = {"number": 1, "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "submitted_at": "2026-11-25T09:30:00+08:00"}  # fmt: skip
_TURNED = {"is_open": False}


class Passphrase(BaseModel):
    """An opening officer's passphrase."""

    model_config = ConfigDict(extra="forbid", strict=True)

    passphrase: Annotated[
        str,
        Field(min_length=1, max_length=200, description="It is stored nowhere", examples=["four words 7 nobody knows"]),
    ]


class BidHandedIn(BaseModel):
    """A bid: a price for each lot, in their order, and what is offered."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prices: Annotated[
        list[Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,2})?$", examples=["1250000.00"])]],
        Field(min_length=1, max_length=20, description="Prices by lot"),
    ]
    offer: Annotated[
        str, Field(min_length=1, max_length=LONGEST, description="What is offered", examples=["As annexed"])
    ]


class ScoreGiven(BaseModel):
    """Points for one bid at one criterion; criteria are counted from 0, as the tender lists them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    bid: Annotated[_ID, Field(description="The bid's id", examples=[1])]
    criterion: Annotated[int, Field(ge=0, le=29, description="Its number", examples=[0])]
    points: Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,2})?$", description="0 to 100", examples=["85.5"])]
    remark: Annotated[str, Field(min_length=1, max_length=1000, description="Why", examples=["Fits well"])]


class ScoresGiven(BaseModel):
    """Points of an evaluator; handed in, they stand."""

    model_config = ConfigDict(extra="forbid", strict=True)

    scores: Annotated[list[ScoreGiven], Field(max_length=600, description="Points")]
    submit: Annotated[bool, Field(description="Hand the evaluation in")] = False


class ScoresKept(BaseModel):
    """How many points are kept, and whether the evaluation was handed in."""

    kept: int
    is_submitted: bool


class BidReceipt(BaseModel):
    """What was sealed: its version, its digest, when."""

    number: int
    digest: str
    submitted_at: datetime


class KeyTurned(BaseModel):
    """Whether all bids are open now, or another officer is waited for."""

    is_open: bool


def _body(example: object) -> dict[str, object]:
    return {"content": {"application/json": {"example": example}}}


@of_invitations.post(
    "/{int:id}/bid",
    response={200: BidReceipt},
    operation_id="tender-invitations_bid",
    url_name="tender-invitations_bid",
    summary="Hand in a sealed bid",
    openapi_extra={
        "requestBody": _body({"prices": ["1250000.00"], "offer": "As annexed"}),
        "responses": {200: _body(_RECEIPT)},
    },
)
def bid(request: HttpRequest, id: _ID, given: BidHandedIn) -> HttpResponse:  # noqa: A002 - the address' name for it
    """Takes the place of an earlier one. Nobody reads it before the hour."""
    actor = actor_of(request)
    invitation = invitations_visible(actor=actor).filter(pk=id).first()
    if invitation is None:
        raise NotHere
    if not may_bid(actor, invitation):
        raise NotNow
    try:
        prices = [Decimal(each) for each in given.prices]
        made = bid_submit(actor=actor, invitation=invitation, prices=prices, offer=given.offer)
    except ValidationError as error:
        raise at_fields(error.message_dict) from None
    return answer({"number": made.number, "digest": made.digest, "submitted_at": made.submitted_at})


@of_tenders.post(
    "/{int:id}/key",
    response={204: None},
    operation_id="tenders_key",
    url_name="tenders_key",
    summary="Set an opening officer's passphrase",
    openapi_extra={"requestBody": _body({"passphrase": "four words 7 nobody knows"})},
)
def key(request: HttpRequest, id: _ID, given: Passphrase) -> HttpResponse:  # noqa: A002 - as above
    """Only who was named an opening officer sets one, once, before the tender is published."""
    tender = _of_officer(request, id)
    try:
        tender_key_set(actor=actor_of(request), tender=tender, passphrase=given.passphrase)
    except ValidationError as error:
        raise at_fields(error.message_dict) from None
    return HttpResponse(status=204)


@of_tenders.post(
    "/{int:id}/opening",
    response={200: KeyTurned},
    operation_id="tenders_opening",
    url_name="tenders_opening",
    summary="Open the bids with a second officer",
    openapi_extra={
        "requestBody": _body({"passphrase": "four words 7 nobody knows"}),
        "responses": {200: _body(_TURNED)},
    },
)
def opening(request: HttpRequest, id: _ID, given: Passphrase) -> HttpResponse:  # noqa: A002 - as above
    """Nobody opens one before the hour, and nobody alone."""
    tender = _of_officer(request, id)
    turned = tender_open(actor=actor_of(request), tender=tender, passphrase=given.passphrase)
    if not turned.is_right:
        raise PassphraseWrong
    return answer({"is_open": turned.is_open})


@of_evaluations.post(
    "/{int:id}/scores",
    response={200: ScoresKept},
    operation_id="evaluations_scores",
    url_name="evaluations_scores",
    summary="Score bids",
    openapi_extra={
        "requestBody": _body({"scores": [{"bid": 1, "criterion": 0, "points": "85.5", "remark": "Fits well"}]}),
        "responses": {200: _body({"kept": 1, "is_submitted": False})},
    },
)
def scores(request: HttpRequest, id: _ID, given: ScoresGiven) -> HttpResponse:  # noqa: A002 - as above
    """One's own evaluation, and nobody else's. All points are kept, or none."""
    actor = actor_of(request)
    evaluation = evaluations_visible(actor=actor).filter(pk=id, person=actor.person_id or 0).first()
    if evaluation is None:
        raise NotHere
    filled = {(each.bid, each.criterion): Given(Decimal(each.points), each.remark) for each in given.scores}
    try:
        done = scores_save(actor=actor, evaluation=evaluation, given=filled, submit=given.submit)
    except ValidationError as error:
        at = {f"{each.bid}-{each.criterion}": f"scores/{n}" for n, each in enumerate(given.scores)}
        raise at_fields({at.get(name, name): texts for name, texts in error.message_dict.items()}) from None
    return answer({"kept": done.scores.count(), "is_submitted": done.submitted_at is not None})


def _of_officer(request: HttpRequest, pk: int) -> Tender:
    """A tender whose bids the actor opens. Raises NotHere."""
    actor = actor_of(request)
    tender = tenders_visible(actor=actor).filter(pk=pk).first()
    if tender is None or opener_of(actor=actor, tender=tender) is None:
        raise NotHere
    return tender
