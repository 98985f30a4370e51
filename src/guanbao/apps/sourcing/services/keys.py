"""The officers' public keys, signed with the application's secret: who writes rows cannot put theirs in place."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.signing import BadSignature, Signer

from guanbao.apps.sourcing.errors import KeysChanged
from guanbao.apps.sourcing.models import Bid, Opener, Tender

FEWEST = 2  # officers who open bids together


def of_bid(bid: Bid) -> str:
    """What a bid's seal is of: moved to another tender, contractor or version it does not open."""
    return f"bid {bid.tender_id} {bid.invitation_id} {bid.number}"


def of_opener(opener: Opener) -> str:
    """What an officer's key is of."""
    return f"opener {opener.tender_id} {opener.person_id}"


def signed_key(opener: Opener, public: str) -> str:
    """The public half of an officer's key, as it is stored."""
    return Signer(salt=of_opener(opener)).sign(public)


def signed_keys(tender: Tender, openers: Iterable[Opener]) -> str:
    """The public halves by number, as a tender keeps them. Raises KeysChanged."""
    try:
        keys = {str(each.number): Signer(salt=of_opener(each)).unsign(each.public_key) for each in openers}
    except BadSignature:
        raise KeysChanged from None
    return Signer(salt=_of_tender(tender)).sign_object(keys)


def opening_keys(tender: Tender) -> dict[str, str]:
    """The public halves by number. Raises KeysChanged."""
    try:
        found: dict[str, str] = Signer(salt=_of_tender(tender)).unsign_object(tender.opening_keys)
    except BadSignature:
        raise KeysChanged from None
    return found


def _of_tender(tender: Tender) -> str:
    """What a tender's keys are of: the hour among it, which nobody who writes rows can bring forward."""
    return f"opening keys {tender.pk} {tender.closes_at.timestamp()}"
