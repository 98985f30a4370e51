"""Opening officers: named, given a passphrase of their own, and together at the hour."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.sourcing import events, sealing
from guanbao.apps.sourcing.choices import State
from guanbao.apps.sourcing.errors import BidsTooFew, KeyKept, NotTheHour, OpenedByAnother, PassphraseWrong
from guanbao.apps.sourcing.models import Bid, Opener, Tender
from guanbao.apps.sourcing.permissions import TENDER_EDIT, TENDER_OPEN
from guanbao.apps.sourcing.selectors import BIDS, INVITATIONS, TENDERS
from guanbao.apps.sourcing.services.keys import of_bid, of_opener, opening_keys, signed_key
from guanbao.apps.sourcing.services.tenders import held
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.holders import holders
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.reach import current, need_object
from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Person
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told

SHORTEST = 16  # characters of a passphrase
_TRIES = 5
_CLOSED = timedelta(minutes=15)


class Turned(NamedTuple):
    """What came of a passphrase: whether it was right, and whether all bids are open now."""

    is_right: bool
    is_open: bool = False


def officers_for(tender: Tender) -> list[Person]:
    """Who may open bids of the institution."""
    scopes = TENDERS.scopes_of(tender)
    return holders(TENDER_OPEN, organisation_id=scopes["institution"], scopes=scopes)


def tender_officers_set(*, actor: Actor, tender: Tender, first: int, second: int, third: int | None = None) -> Tender:
    """Say who opens the bids: two officers of different posts, and a third where one of them may be missing.

    Whoever stays keeps the passphrase that they set. Raises NotPermitted, TenderElsewhere; ValidationError by field.
    """
    need_object(actor, TENDER_EDIT, tender, TENDERS)
    with transaction.atomic():
        tender = held(tender, State.DRAFT)
        chosen = [key for key in (first, second, third) if key]
        people = {person.pk for person in officers_for(tender)}
        for name, key in (("first", first), ("second", second), ("third", third)):
            if key and key not in people:
                raise ValidationError({name: told("This person does not open bids here.")})
        posts = _posts(tender, chosen)
        if len(set(chosen)) < len(chosen) or posts is None:
            raise ValidationError({"second": told("Opening officers are different people of different posts.")})
        for gone in tender.openers.all():
            if posts.get(gone.person_id) != gone.post:
                said = {"person": gone.person_id, "post": gone.post}
                gone.delete()
                _tell(actor, events.OPENER_DISMISSED, tender, before=said)
        stays = {opener.person_id for opener in tender.openers.all()}
        for key in [key for key in chosen if key not in stays]:
            taken = set(tender.openers.values_list("number", flat=True))
            number = min({1, 2, 3} - taken)
            Opener.objects.create(tender=tender, person_id=key, number=number, post=posts[key])
            _tell(actor, events.OPENER_NAMED, tender, after={"person": key, "post": posts[key]})
    return tender


def tender_key_set(*, actor: Actor, tender: Tender, passphrase: str) -> Tender:
    """Set the passphrase by which an officer will open the bids. It is stored nowhere: nobody can tell it again.

    Raises NotPermitted, TenderElsewhere, KeyKept; ValidationError by field.
    """
    need_object(actor, TENDER_OPEN, tender, TENDERS)
    with transaction.atomic():
        tender = held(tender, State.DRAFT)
        opener = _mine(actor, tender)
        if opener.public_key:
            raise KeyKept
        if len(passphrase) < SHORTEST or len(set(passphrase)) < SHORTEST // 2:
            said = told("Take {n} characters or more, not always the same.", n=SHORTEST)
            raise ValidationError({"passphrase": said})
        public, opener.wrapped_key = sealing.keys_made(passphrase, of_opener(opener))
        opener.public_key = signed_key(opener, public)
        opener.keyed_at = timezone.now()
        opener.save()
        _tell(actor, events.OPENER_KEYED, tender, after={"digest": sealing.digest_of([public])})
    return tender


def tender_open(*, actor: Actor, tender: Tender, passphrase: str) -> Turned:
    """Turn one's key after the hour. The first officer's shares go over to the others; the second opens every bid.

    A wrong passphrase is counted and told, not raised: what is raised would take the count back.
    Raises NotPermitted, TenderElsewhere, NotTheHour, KeysChanged, BidsTooFew, OpenedByAnother, BidBroken.
    """
    need_object(actor, TENDER_OPEN, tender, TENDERS)
    with transaction.atomic():
        tender = held(tender, State.PUBLISHED)
        opener = _mine(actor, tender)
        now = timezone.now()
        if now < tender.closes_at:
            raise NotTheHour(closes_at=timezone.localtime(tender.closes_at).strftime("%Y-%m-%d %H:%M"))
        keys = opening_keys(tender)
        bids = list(tender.bids.select_related("invitation").order_by("submitted_at", "pk"))
        if len(bids) < tender.fewest:
            raise BidsTooFew(number=len(bids), fewest=tender.fewest)
        if opener.turned_at is not None:
            raise OpenedByAnother
        private = _unwrapped(actor, tender, opener, passphrase)
        if private is None:
            return Turned(is_right=False)
        mine, first = str(opener.number), tender.openers.exclude(turned_at=None).order_by("turned_at").first()
        opener.turned_at = now
        if first is None:
            opener.handed = {
                str(bid.pk): sealing.shares_handed(bid.shares, mine, private, keys, of_bid(bid)) for bid in bids
            }
            opener.save()
            _tell(actor, events.OPENER_TURNED, tender, after={"rows": len(bids)})
            return Turned(is_right=True)
        for bid in bids:
            content = sealing.bid_opened(
                bid.sealed, bid.shares, first.handed[str(bid.pk)], mine=mine, theirs=str(first.number),
                private=private, of=of_bid(bid), digest=bid.digest,
            )  # fmt: skip
            _read(actor, bid, content)
        opener.save()
        tender.state, tender.opened_at = State.OPENED, now
        tender.save()
        said = {"state": State.OPENED, "opened_at": now, "rows": len(bids)}
        _tell(actor, events.TENDER_OPENED, tender, after=said | {"digest": sealing.digest_of(b.digest for b in bids)})
    return Turned(is_right=True, is_open=True)


def _mine(actor: Actor, tender: Tender) -> Opener:
    """The actor as one of its officers, held. Raises NotPermitted."""
    found = Opener.objects.select_for_update().filter(tender=tender, person=actor.person_id or 0).first()
    if found is None:
        raise NotPermitted(actor=actor.name, permission=TENDER_OPEN.name)
    return found


def _unwrapped(actor: Actor, tender: Tender, opener: Opener, passphrase: str) -> bytes | None:
    """The private half; None for a wrong passphrase, and while too many of them keep the key closed."""
    now = timezone.now()
    if opener.closed_until is not None and now < opener.closed_until:
        return None
    try:
        private = sealing.key_unwrapped(passphrase, opener.wrapped_key, of_opener(opener))
    except PassphraseWrong:
        opener.failures += 1
        opener.closed_until = now + _CLOSED if opener.failures % _TRIES == 0 else None
        opener.save()
        _tell(actor, events.OPENER_FAILED, tender)
        return None
    return private


def _read(actor: Actor, bid: Bid, content: dict[str, Any]) -> None:
    """Keep what a bid says, now that it may be read."""
    bid.offer, bid.held_prices, bid.opened_at = content["offer"], content["prices"], timezone.now()
    if not bid.tender.is_two_envelope:
        prices_show(bid)
    bid.save()
    said = {"contractor": bid.contractor_id, "digest": bid.digest, "submitted_at": bid.submitted_at}
    scopes = INVITATIONS.scopes_of(bid) | BIDS.scopes_of(bid)
    ledger_append(actor=actor, event=events.BID_READ, subject=bid, after=said, scopes=scopes)


def prices_show(bid: Bid) -> None:
    """Let the prices of a bid be seen, unsaved."""
    bid.prices, bid.held_prices = bid.held_prices, []
    bid.total = sum(map(Decimal, bid.prices), Decimal(0))


def _posts(tender: Tender, people: list[int]) -> dict[int, str] | None:
    """A post for each person by which they open bids, no post twice; None where there is no such choice."""
    institution = TENDERS.scopes_of(tender)["institution"]
    roles = {role.pk: role.code for role in Role.objects.all() if TENDER_OPEN.name in role.permissions}
    held_by: dict[int, list[str]] = {}
    granted = Grant.objects.filter(
        current(timezone.localdate()), person__in=people, organisation=institution, revoked_at=None, role__in=roles
    )
    for grant in granted.order_by("pk"):
        held_by.setdefault(grant.person_id, []).append(roles[grant.role_id])
    for choice in product(*(held_by.get(key, []) for key in people)):
        if len(set(choice)) == len(people):
            return dict(zip(people, choice, strict=True))
    return None


def _tell(actor: Actor, event: Any, tender: Tender, **said: Any) -> None:  # noqa: ANN401 - of an event
    ledger_append(actor=actor, event=event, subject=tender, scopes=TENDERS.scopes_of(tender), **said)
