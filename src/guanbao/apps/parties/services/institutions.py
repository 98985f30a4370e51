"""Writes about institutions, their departments and branches."""

from __future__ import annotations

from django.db import transaction

from guanbao.apps.parties import events
from guanbao.apps.parties.choices import DepartmentKind, InstitutionKind
from guanbao.apps.parties.models import Branch, Department, Institution
from guanbao.apps.parties.permissions import BRANCH_EDIT, DEPARTMENT_EDIT, INSTITUTION_ADD, INSTITUTION_EDIT
from guanbao.apps.parties.selectors import BRANCHES, DEPARTMENTS, INSTITUTIONS
from guanbao.apps.parties.services.ancestry import ancestry_need, institutions_hold
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


def institution_edit(
    *,
    actor: Actor,
    institution: Institution,
    name: str,
    name_en: str,
    kind: InstitutionKind | str,
    country: str,
) -> Institution:
    """Correct what an institution is. Raises NotPermitted; ValidationError by field."""
    need_object(actor, INSTITUTION_EDIT, institution, INSTITUTIONS)
    with transaction.atomic():
        institution = Institution.objects.select_for_update().get(pk=institution.pk)
        return _institution_change(actor, institution, name=name, name_en=name_en, kind=kind, country=country)


def institution_place(*, actor: Actor, institution: Institution, parent: Institution | None) -> Institution:
    """Put an institution under another of the group, or under none; at the console only.

    Raises NotPermitted; ValidationError where the chain would run in a circle.
    """
    need(actor, INSTITUTION_ADD)
    with transaction.atomic():
        institutions_hold()
        institution = Institution.objects.select_for_update().get(pk=institution.pk)
        ancestry_need(institution, parent)
        return _institution_change(actor, institution, parent=parent)


def _institution_change(actor: Actor, institution: Institution, **fields: object) -> Institution:
    change = row_change(institution, **fields)
    if change.after:
        institution.save()
        ledger_append(
            actor=actor,
            event=events.INSTITUTION_EDITED,
            subject=institution,
            before=change.before,
            after=change.after,
            scopes={"institution": institution.organisation_id},
        )
    return institution


def department_add(
    *,
    actor: Actor,
    institution: Institution,
    code: str,
    name: str,
    kind: DepartmentKind | str = DepartmentKind.EXECUTING,
) -> Department:
    """Add a department to an institution. Raises NotPermitted; ValidationError by field."""
    need_object(actor, DEPARTMENT_EDIT, institution, INSTITUTIONS)
    with transaction.atomic():
        department = Department()
        change = row_change(department, institution=institution, code=code, name=name, kind=kind)
        department.save()
        ledger_append(
            actor=actor,
            event=events.DEPARTMENT_ADDED,
            subject=department,
            after=change.after,
            scopes={"institution": institution.organisation_id},
        )
    return department


def department_edit(
    *, actor: Actor, department: Department, code: str, name: str, kind: DepartmentKind | str
) -> Department:
    """Correct a department. Raises NotPermitted; ValidationError by field."""
    need_object(actor, DEPARTMENT_EDIT, department, DEPARTMENTS)
    with transaction.atomic():
        department = Department.objects.select_for_update().select_related("institution").get(pk=department.pk)
        change = row_change(department, code=code, name=name, kind=kind)
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


def branch_add(
    *,
    actor: Actor,
    institution: Institution,
    code: str,
    name: str,
    name_en: str = "",
    country: str = "CN",
    city: str = "",
) -> Branch:
    """Add a branch of an institution. Raises NotPermitted; ValidationError by field."""
    need_object(actor, BRANCH_EDIT, institution, INSTITUTIONS)
    with transaction.atomic():
        branch = Branch()
        change = row_change(
            branch, institution=institution, code=code, name=name, name_en=name_en, country=country, city=city
        )
        branch.save()
        scopes = {"institution": institution.organisation_id}
        ledger_append(actor=actor, event=events.BRANCH_ADDED, subject=branch, after=change.after, scopes=scopes)
    return branch


def branch_edit(*, actor: Actor, branch: Branch, code: str, name: str, name_en: str, country: str, city: str) -> Branch:
    """Correct a branch. Raises NotPermitted; ValidationError by field."""
    need_object(actor, BRANCH_EDIT, branch, BRANCHES)
    with transaction.atomic():
        branch = Branch.objects.select_for_update().get(pk=branch.pk)
        change = row_change(branch, code=code, name=name, name_en=name_en, country=country, city=city)
        if change.after:
            branch.save()
            ledger_append(
                actor=actor,
                event=events.BRANCH_EDITED,
                subject=branch,
                before=change.before,
                after=change.after,
                scopes={"institution": branch.institution.organisation_id},
            )
    return branch
