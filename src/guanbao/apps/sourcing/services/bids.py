"""Bids: sealed, replaced and withdrawn until the hour."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.sourcing import events, sealing
from guanbao.apps.sourcing.choices import State
from guanbao.apps.sourcing.errors import TooLate
from guanbao.apps.sourcing.models import Bid, Invitation, Tender
from guanbao.apps.sourcing.permissions import BID_SUBMIT
from guanbao.apps.sourcing.selectors import OWN
from guanbao.apps.sourcing.services.keys import of_bid, opening_keys
from guanbao.apps.sourcing.services.tenders import held
from guanbao.platform.access.reach import need_object
from guanbao.platform.actors import Actor
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told

LONGEST = 20_000  # characters of an offer
_CENT = Decimal("0.01")
_DEAREST = Decimal("999999999999.99")


def bid_submit(*, actor: Actor, invitation: Invitation, prices: Sequence[Decimal], offer: str) -> Bid:
    """Hand a bid in, a price for each lot; it takes the place of an earlier one. What it says nobody reads now.

    Raises NotPermitted, TenderElsewhere, TooLate; ValidationError by field.
    """
    need_object(actor, BID_SUBMIT, invitation, OWN)
    with transaction.atomic():
        tender = _open(invitation)
        _check(tender, prices, offer)
        bid = Bid.objects.select_for_update().filter(invitation=invitation).first()
        now = timezone.now()
        if bid is None:
            bid = Bid(
                institution_id=invitation.institution_id, shared_with=invitation.shared_with, tender=tender,
                invitation=invitation, contractor=invitation.contractor, number=0,
            )  # fmt: skip
        bid.number += 1
        content = {"prices": [f"{price:.2f}" for price in prices], "offer": offer, "at": now.isoformat()}
        bid.sealed, bid.shares, bid.digest = sealing.bid_sealed(content, opening_keys(tender), of_bid(bid))
        bid.submitted_at, bid.submitted_by_id = now, actor.person_id
        bid.save()
        _tell(actor, events.BID_SUBMITTED, bid)
    return bid


def bid_withdraw(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Withdraw the bid; another can be handed in until the hour. Raises NotPermitted, TenderElsewhere, TooLate."""
    need_object(actor, BID_SUBMIT, invitation, OWN)
    with transaction.atomic():
        _open(invitation)
        for bid in Bid.objects.select_for_update().filter(invitation=invitation):
            _tell(actor, events.BID_WITHDRAWN, bid)
            bid.delete()
    return invitation


def _open(invitation: Invitation) -> Tender:
    """The tender, held, that still takes bids. The clock is asked once it is held: whoever opens waits until then."""
    tender = held(invitation.tender, State.PUBLISHED)
    if timezone.now() >= tender.closes_at:
        raise TooLate(until=timezone.localtime(tender.closes_at).strftime("%Y-%m-%d %H:%M"))
    return tender


def _check(tender: Tender, prices: Sequence[Decimal], offer: str) -> None:
    if len(prices) != len(tender.lots):
        raise ValidationError({"prices": told("State a price for each lot.")})
    if not all(price.is_finite() and 0 < price <= _DEAREST and price == price.quantize(_CENT) for price in prices):
        raise ValidationError({"prices": told("A price is more than nothing, with two decimals at most.")})
    if not 0 < len(offer.strip()) <= LONGEST or "\0" in offer:
        raise ValidationError({"offer": told("Say what is offered, in {n} characters at most.", n=LONGEST)})


def _tell(actor: Actor, event: EventType, bid: Bid) -> None:
    said = {"number": bid.number, "digest": bid.digest}
    ledger_append(actor=actor, event=event, subject=bid, after=said, scopes=OWN.scopes_of(bid))
