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
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.services import organisation_add


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
        return row_add(
            Institution(organisation=organisation),
            actor=actor,
            event=events.INSTITUTION_ADDED,
            columns=INSTITUTIONS,
            name=name,
            name_en=name_en,
            kind=kind,
            parent=parent,
            country=country,
        )


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
    fields = {"name": name, "name_en": name_en, "kind": kind, "country": country}
    return row_edit(institution, actor=actor, event=events.INSTITUTION_EDITED, columns=INSTITUTIONS, **fields)


def institution_place(*, actor: Actor, institution: Institution, parent: Institution | None) -> Institution:
    """Put an institution under another of the group, or under none; at the console only.

    Raises NotPermitted; ValidationError where the chain would run in a circle.
    """
    need(actor, INSTITUTION_ADD)
    with transaction.atomic():
        institutions_hold()
        ancestry_need(institution, parent)
        return row_edit(institution, actor=actor, parent=parent, event=events.INSTITUTION_EDITED, columns=INSTITUTIONS)


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
    fields = {"institution": institution, "code": code, "name": name, "kind": kind}
    return row_add(Department(), actor=actor, event=events.DEPARTMENT_ADDED, columns=DEPARTMENTS, **fields)


def department_edit(
    *, actor: Actor, department: Department, code: str, name: str, kind: DepartmentKind | str
) -> Department:
    """Correct a department. Raises NotPermitted; ValidationError by field."""
    need_object(actor, DEPARTMENT_EDIT, department, DEPARTMENTS)
    fields = {"code": code, "name": name, "kind": kind}
    return row_edit(department, actor=actor, event=events.DEPARTMENT_EDITED, columns=DEPARTMENTS, **fields)


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
    return row_add(
        Branch(),
        actor=actor,
        event=events.BRANCH_ADDED,
        columns=BRANCHES,
        institution=institution,
        code=code,
        name=name,
        name_en=name_en,
        country=country,
        city=city,
    )


def branch_edit(*, actor: Actor, branch: Branch, code: str, name: str, name_en: str, country: str, city: str) -> Branch:
    """Correct a branch. Raises NotPermitted; ValidationError by field."""
    need_object(actor, BRANCH_EDIT, branch, BRANCHES)
    fields = {"code": code, "name": name, "name_en": name_en, "country": country, "city": city}
    return row_edit(branch, actor=actor, event=events.BRANCH_EDITED, columns=BRANCHES, **fields)
