"""Writes of tenders: drafted, published, called off."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS
from guanbao.apps.parties.models import Contractor
from guanbao.apps.sourcing import events
from guanbao.apps.sourcing.choices import AwardState, Kind, Outcome, State
from guanbao.apps.sourcing.errors import InvitedTooFew, OpenersMissing, PublishesOwnKey, SelectionOver, TenderElsewhere
from guanbao.apps.sourcing.models import Invitation, Tender
from guanbao.apps.sourcing.permissions import TENDER_EDIT
from guanbao.apps.sourcing.presets import kinds
from guanbao.apps.sourcing.selectors import OF_TENDER, TENDERS, WELCOME
from guanbao.apps.sourcing.services.keys import FEWEST, signed_keys
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit, row_remove
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known
from guanbao.platform.wording import told

EDITED = (
    "title", "kind", "justification", "description", "lots", "criteria", "formula", "price_weight", "is_two_envelope",
    "currency", "questions_until", "closes_at",
)  # fmt: skip
BEFORE = (Stage.SCOPE, Stage.REQUIREMENT, Stage.INITIATION, Stage.SELECTION)


def tender_add(*, actor: Actor, arrangement: Arrangement, **facts: Any) -> Tender:  # noqa: ANN401 - fields by name
    """Draft a tender. Raises NotPermitted, SelectionOver; ValidationError by field."""
    need_object(actor, TENDER_EDIT, arrangement, ARRANGEMENTS)
    if arrangement.stage not in BEFORE:
        raise SelectionOver(reference=arrangement.reference)
    need_known(facts, {*EDITED, "reference"})
    facts["fewest"] = _fewest(facts.get("kind", ""))
    event = events.TENDER_ADDED
    return row_add(Tender(), actor=actor, event=event, columns=TENDERS, arrangement=arrangement, **facts)


def tender_edit(*, actor: Actor, tender: Tender, **facts: Any) -> Tender:  # noqa: ANN401 - as above
    """Correct a draft. Raises NotPermitted, TenderElsewhere; ValidationError by field."""
    need_object(actor, TENDER_EDIT, tender, TENDERS)
    need_known(facts, EDITED)
    if "kind" in facts:
        facts["fewest"] = _fewest(facts["kind"])
    with transaction.atomic():
        held(tender, State.DRAFT)
        return row_edit(tender, actor=actor, event=events.TENDER_EDITED, columns=TENDERS, **facts)


def tender_publish(*, actor: Actor, tender: Tender) -> Tender:
    """Let those who are invited know, and take their bids, sealed to the opening officers.

    Raises NotPermitted, TenderElsewhere, OpenersMissing, PublishesOwnKey, InvitedTooFew; ValidationError by field.
    """
    need_object(actor, TENDER_EDIT, tender, TENDERS)
    with transaction.atomic():
        tender = held(tender, State.DRAFT)
        now = timezone.now()
        if tender.questions_until <= now:
            raise ValidationError({"questions_until": told("This time is over.")})
        openers = list(tender.openers.exclude(public_key="").order_by("number"))
        if len(openers) < FEWEST or len(openers) < tender.openers.count():
            raise OpenersMissing(number=len(openers))
        if actor.person_id in [opener.person_id for opener in openers]:
            raise PublishesOwnKey
        _invite_all(tender)
        invited = list(tender.invitations.select_related("contractor"))
        rule = kinds()[Kind(tender.kind)]
        if len(invited) < tender.fewest or (rule.invites == "one" and len(invited) > 1):
            raise InvitedTooFew(number=len(invited), fewest=tender.fewest)
        for invitation in invited:
            _send(invitation, tender)
        said = {"state": State.PUBLISHED, "published_at": now}
        Tender.objects.filter(pk=tender.pk).update(
            opening_keys=signed_keys(tender, openers), published_by=actor.person_id
        )
        return row_edit(tender, actor=actor, event=events.TENDER_PUBLISHED, columns=TENDERS, **said)


def tender_cancel(*, actor: Actor, tender: Tender, cancelled_reason: str) -> Tender:
    """Call a tender off; what was bid and not opened stays sealed. Raises NotPermitted, TenderElsewhere."""
    need_object(actor, TENDER_EDIT, tender, TENDERS)
    if not cancelled_reason.strip():
        raise ValidationError({"cancelled_reason": told("Say why.")})
    with transaction.atomic():
        tender = held(tender, State.DRAFT, State.PUBLISHED, State.OPENED, State.EVALUATED)
        tender.invitations.update(outcome=Outcome.CANCELLED)
        for award in tender.awards.filter(state=AwardState.PROPOSED):
            gone = {"state": AwardState.WITHDRAWN, "withdrawn_reason": cancelled_reason}
            row_edit(award, actor=actor, event=events.AWARD_WITHDRAWN, columns=TENDERS, **gone)
        said = {"state": State.CANCELLED, "cancelled_reason": cancelled_reason}
        return row_edit(tender, actor=actor, event=events.TENDER_CANCELLED, columns=TENDERS, **said)


def invitation_add(*, actor: Actor, tender: Tender, contractor: Contractor) -> Invitation:
    """Choose a contractor to be invited; one that is chosen after publication is invited at once.

    Raises NotPermitted, TenderElsewhere; ValidationError by field.
    """
    need_object(actor, TENDER_EDIT, tender, TENDERS)
    with transaction.atomic():
        tender = held(tender, State.DRAFT, State.PUBLISHED)
        if contractor.institution_id != tender.arrangement.institution_id or contractor.standing not in WELCOME:
            raise ValidationError({"contractor": told("Only candidates and admitted contractors are invited.")})
        made = row_add(
            Invitation(institution_id=tender.arrangement.institution.organisation_id),
            actor=actor, event=events.INVITATION_ADDED, columns=OF_TENDER, tender=tender, contractor=contractor,
        )  # fmt: skip
        if tender.state == State.PUBLISHED:
            _send(made, tender)
        return made


def invitation_remove(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Take a contractor from those to be invited, while nobody knows of it. Raises NotPermitted, TenderElsewhere."""
    need_object(actor, TENDER_EDIT, invitation, OF_TENDER)
    with transaction.atomic():
        held(invitation.tender, State.DRAFT)
        kept = ("tender", "contractor")
        return row_remove(invitation, actor=actor, event=events.INVITATION_REMOVED, columns=OF_TENDER, told=kept)


def held(tender: Tender, *states: State) -> Tender:
    """The tender as it is stored, locked, in one of these states. Raises TenderElsewhere."""
    found = Tender.objects.select_for_update(of=("self",)).get(pk=tender.pk)
    if found.state not in states:
        raise TenderElsewhere(state=str(State(found.state).label))
    return found


def _fewest(kind: str) -> int:
    return kinds()[Kind(kind)].fewest if kind in Kind.values else 1


def _invite_all(tender: Tender) -> None:
    """Of a public tender everybody who may bid and is not invited yet."""
    if kinds()[Kind(tender.kind)].invites != "all":
        return
    house = tender.arrangement.institution
    others = Contractor.objects.filter(institution=house, standing__in=WELCOME, organisation__closed_at=None)
    for contractor in others.exclude(invitations__tender=tender).order_by("pk"):
        Invitation(institution_id=house.organisation_id, tender=tender, contractor=contractor).save()


def _send(invitation: Invitation, tender: Tender) -> None:
    """Let a contractor have it from now on."""
    invitation.shared_with_id = invitation.contractor.organisation_id
    for name in ("reference", "title", "kind", "questions_until", "closes_at"):
        setattr(invitation, name, getattr(tender, name))
    invitation.save()
