"""Writes about contractors, as one institution keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.parties import events
from guanbao.apps.parties.choices import ContractorKind, Scheme, Standing
from guanbao.apps.parties.models import Contractor, Identifier, Institution, StandingChange
from guanbao.apps.parties.permissions import CONTRACTOR_EDIT, CONTRACTOR_STAND
from guanbao.apps.parties.selectors import CONTRACTORS, INSTITUTIONS
from guanbao.apps.parties.services.ancestry import ancestry_need, contractors_hold, institutions_hold
from guanbao.apps.parties.services.particulars import identifier_keep
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.changes import row_change
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.models import Organisation
from guanbao.platform.identity.services import organisation_add
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told


def contractor_add(
    *,
    actor: Actor,
    institution: Institution,
    name: str,
    kind: ContractorKind | str,
    name_en: str = "",
    is_financial: bool = False,
    is_related: bool = False,
    country: str = "CN",
    parent: Contractor | None = None,
    uscc: str = "",
    lei: str = "",
) -> Contractor:
    """Enter a contractor as a candidate, and with it the organisation that its people belong to.

    One whose unified social credit code or LEI is known already is the same organisation, whoever else it serves;
    nothing of that is told to who enters it.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, CONTRACTOR_EDIT, institution, INSTITUTIONS)
    with transaction.atomic():
        known_by = _known_by(uscc, lei)
        organisation = _organisation_of(known_by, institution)
        if organisation is None:
            # As the system's: in the institution's own ledger it would be missing where the organisation is known.
            silent = replace(SYSTEM, request_id=actor.request_id)
            organisation = organisation_add(actor=silent, side=Side.CONTRACTOR, name=name, name_en=name_en)
        contractor = Contractor(organisation=organisation, standing_since=timezone.localdate())
        _parent_need(contractor, institution, parent)
        change = row_change(
            contractor,
            institution=institution,
            name=name,
            name_en=name_en,
            kind=kind,
            is_financial=is_financial,
            is_related=is_related,
            country=country,
            parent=parent,
        )
        contractor.save()
        _standing_keep(contractor)
        after = change.after | {"standing": Standing.CANDIDATE, "standing_since": contractor.standing_since}
        ledger_append(
            actor=actor,
            event=events.CONTRACTOR_ADDED,
            subject=contractor,
            after=after,
            scopes=CONTRACTORS.scopes_of(contractor),
        )
        for identifier in known_by:
            identifier_keep(actor, identifier, institution=institution, contractor=contractor)
    return contractor


def contractor_edit(
    *,
    actor: Actor,
    contractor: Contractor,
    name: str,
    name_en: str,
    kind: ContractorKind | str,
    is_financial: bool,
    is_related: bool,
    country: str,
    parent: Contractor | None,
) -> Contractor:
    """Correct what a contractor is. Raises NotPermitted; ValidationError by field."""
    need_object(actor, CONTRACTOR_EDIT, contractor, CONTRACTORS)
    with transaction.atomic():
        contractors_hold(contractor.institution)
        contractor = Contractor.objects.select_for_update().get(pk=contractor.pk)
        _parent_need(contractor, contractor.institution, parent)
        change = row_change(
            contractor,
            name=name,
            name_en=name_en,
            kind=kind,
            is_financial=is_financial,
            is_related=is_related,
            country=country,
            parent=parent,
        )
        if change.after:
            contractor.save()
            ledger_append(
                actor=actor,
                event=events.CONTRACTOR_EDITED,
                subject=contractor,
                before=change.before,
                after=change.after,
                scopes=CONTRACTORS.scopes_of(contractor),
            )
    return contractor


def contractor_stand(
    *, actor: Actor, contractor: Contractor, standing: Standing | str, standing_reason: str, standing_since: date
) -> Contractor:
    """Say how a contractor stands from a day on, and why. Raises NotPermitted; ValidationError by field."""
    need_object(actor, CONTRACTOR_STAND, contractor, CONTRACTORS)
    with transaction.atomic():
        contractor = Contractor.objects.select_for_update().get(pk=contractor.pk)
        change = row_change(
            contractor, standing=standing, standing_reason=standing_reason, standing_since=standing_since
        )
        if change.after:
            contractor.save()
            _standing_keep(contractor)
            told = {"standing": contractor.standing, "standing_reason": contractor.standing_reason}
            ledger_append(
                actor=actor,
                event=events.CONTRACTOR_STANDING_CHANGED,
                subject=contractor,
                before=change.before,
                after=told | change.after,
                scopes=CONTRACTORS.scopes_of(contractor),
            )
    return contractor


def _parent_need(contractor: Contractor, institution: Institution, parent: Contractor | None) -> None:
    if parent is not None and parent.institution_id != institution.pk:
        raise ValidationError({"parent": told("This contractor is another institution's.")})
    ancestry_need(contractor, parent)


def _standing_keep(contractor: Contractor) -> None:
    StandingChange.objects.create(
        contractor=contractor,
        standing=contractor.standing,
        reason=contractor.standing_reason,
        since=contractor.standing_since,
        recorded_at=timezone.now(),
    )


def _known_by(uscc: str, lei: str) -> list[Identifier]:
    """The identifiers that were given, held against their check digits. Raises ValidationError at their fields."""
    made = []
    for field, scheme, value in (("uscc", Scheme.USCC, uscc), ("lei", Scheme.LEI, lei)):
        if value.strip():
            identifier = Identifier(scheme=scheme, value=value)
            try:
                identifier.clean()
            except ValidationError as error:
                raise ValidationError({field: error.messages}) from error
            made.append(identifier)
    return made


def _organisation_of(known_by: list[Identifier], institution: Institution) -> Organisation | None:
    """The contractor's organisation that is known by one of these. Raises ValidationError where we have it already."""
    if known_by:
        institutions_hold()  # two that enter the same contractor at once
    for identifier in known_by:
        same = Contractor.objects.filter(
            identifiers__scheme=identifier.scheme, identifiers__value=identifier.value, organisation__closed_at=None
        )
        with limited_to(SYSTEM):  # whoever it serves
            found = same.select_related("organisation").order_by("pk").first()
        if found is not None:
            if Contractor.objects.filter(institution=institution, organisation=found.organisation).exists():
                raise ValidationError({identifier.scheme: told("This contractor is entered already.")})
            return found.organisation
    return None
