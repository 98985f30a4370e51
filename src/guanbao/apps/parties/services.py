"""Writes of parties, each with its event in the ledger."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from guanbao.apps.parties import events
from guanbao.apps.parties.choices import ContractorKind, InstitutionKind, Standing
from guanbao.apps.parties.models import Contractor, Department, Institution
from guanbao.apps.parties.permissions import CONTRACTOR_EDIT, CONTRACTOR_STAND, DEPARTMENT_EDIT, INSTITUTION_ADD
from guanbao.apps.parties.selectors import CONTRACTORS, DEPARTMENTS, INSTITUTIONS
from guanbao.platform.access.reach import need, need_object
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.services import organisation_add
from guanbao.platform.ledger.services import ledger_append


def institution_add(
    *,
    actor: Actor,
    name: str,
    kind: InstitutionKind | str,
    name_en: str = "",
    parent: Institution | None = None,
    country: str = "CN",
) -> Institution:
    """Add an institution, and with it the organisation that its people belong to.

    Raises NotPermitted; ValidationError by field.
    """
    need(actor, INSTITUTION_ADD)
    with transaction.atomic():
        organisation = organisation_add(actor=actor, side=Side.INSTITUTION, name=name, name_en=name_en)
        institution = Institution(organisation=organisation)
        change = row_change(institution, name=name, name_en=name_en, kind=kind, parent=parent, country=country)
        institution.save()
        ledger_append(
            actor=actor,
            event=events.INSTITUTION_ADDED,
            subject=institution,
            after=change.after,
            scopes={"institution": organisation.pk},
        )
    return institution


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
) -> Contractor:
    """Enter a contractor as a candidate, and with it the organisation that its people will belong to.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, CONTRACTOR_EDIT, institution, INSTITUTIONS)
    with transaction.atomic():
        organisation = organisation_add(actor=actor, side=Side.CONTRACTOR, name=name, name_en=name_en)
        contractor = Contractor(organisation=organisation, standing_since=timezone.localdate())
        change = row_change(
            contractor,
            institution=institution,
            name=name,
            name_en=name_en,
            kind=kind,
            is_financial=is_financial,
            is_related=is_related,
            country=country,
        )
        contractor.save()
        after = change.after | {"standing": Standing.CANDIDATE, "standing_since": contractor.standing_since}
        ledger_append(
            actor=actor, event=events.CONTRACTOR_ADDED, subject=contractor, after=after, scopes=_scopes(contractor)
        )
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
) -> Contractor:
    """Correct what a contractor is. Raises NotPermitted; ValidationError by field."""
    need_object(actor, CONTRACTOR_EDIT, contractor, CONTRACTORS)
    with transaction.atomic():
        contractor = Contractor.objects.select_for_update().get(pk=contractor.pk)
        change = row_change(
            contractor,
            name=name,
            name_en=name_en,
            kind=kind,
            is_financial=is_financial,
            is_related=is_related,
            country=country,
        )
        if change.after:
            contractor.save()
            ledger_append(
                actor=actor,
                event=events.CONTRACTOR_EDITED,
                subject=contractor,
                before=change.before,
                after=change.after,
                scopes=_scopes(contractor),
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
            told = {"standing": contractor.standing, "standing_reason": contractor.standing_reason}
            ledger_append(
                actor=actor,
                event=events.CONTRACTOR_STANDING_CHANGED,
                subject=contractor,
                before=change.before,
                after=told | change.after,
                scopes=_scopes(contractor),
            )
    return contractor


def department_add(*, actor: Actor, institution: Institution, code: str, name: str) -> Department:
    """Add a department to an institution. Raises NotPermitted; ValidationError by field."""
    need_object(actor, DEPARTMENT_EDIT, institution, INSTITUTIONS)
    with transaction.atomic():
        department = Department()
        change = row_change(department, institution=institution, code=code, name=name)
        department.save()
        ledger_append(
            actor=actor,
            event=events.DEPARTMENT_ADDED,
            subject=department,
            after=change.after,
            scopes={"institution": institution.organisation_id},
        )
    return department


def department_edit(*, actor: Actor, department: Department, code: str, name: str) -> Department:
    """Rename a department. Raises NotPermitted; ValidationError by field."""
    need_object(actor, DEPARTMENT_EDIT, department, DEPARTMENTS)
    with transaction.atomic():
        department = Department.objects.select_for_update().select_related("institution").get(pk=department.pk)
        change = row_change(department, code=code, name=name)
        if change.after:
            department.save()
            ledger_append(
                actor=actor,
                event=events.DEPARTMENT_EDITED,
                subject=department,
                before=change.before,
                after=change.after,
                scopes={"institution": department.institution.organisation_id},
            )
    return department


def _scopes(contractor: Contractor) -> dict[str, int]:
    return {"institution": contractor.institution.organisation_id, "contractor": contractor.organisation_id}
