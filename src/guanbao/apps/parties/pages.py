"""The pages of parties."""

from __future__ import annotations

from guanbao.apps.parties import permissions, selectors, services
from guanbao.apps.parties.models import Contractor, Department, Institution
from guanbao.platform.wording import _
from guanbao.web.resource import Resource, Verb
from guanbao.web.timeline import TIMELINE

_CONTRACTOR = ("name", "name_en", "kind", "is_financial", "is_related", "country")

INSTITUTIONS = Resource(
    name="institutions",
    model=Institution,
    title=_("Institutions"),
    singular=_("Institution"),
    group=_("Parties"),
    empty=_("No institution is open to you."),
    view=permissions.INSTITUTION_VIEW,
    rows=selectors.institutions_visible,
    columns=("name", "kind", "parent", "country"),
    shown=("name", "name_en", "kind", "parent", "country"),
    search=("name", "name_en"),
    filters=("kind",),
    order=("name", "pk"),
)
DEPARTMENTS = Resource(
    name="departments",
    model=Department,
    title=_("Departments"),
    singular=_("Department"),
    group=_("Parties"),
    empty=_("No department is open to you."),
    view=permissions.DEPARTMENT_VIEW,
    rows=selectors.departments_visible,
    columns=("name", "code", "institution"),
    shown=("name", "code", "institution"),
    search=("name", "code"),
    order=("code", "pk"),
    add=Verb(
        "add",
        _("New department"),
        permissions.DEPARTMENT_EDIT,
        services.department_add,
        ("institution", "code", "name"),
    ),
    verbs=(Verb("edit", _("Edit"), permissions.DEPARTMENT_EDIT, services.department_edit, ("code", "name")),),
    panels=(TIMELINE,),
)
CONTRACTORS = Resource(
    name="contractors",
    model=Contractor,
    title=_("Contractors"),
    singular=_("Contractor"),
    group=_("Parties"),
    empty=_("No contractor is open to you."),
    view=permissions.CONTRACTOR_VIEW,
    rows=selectors.contractors_visible,
    columns=("name", "kind", "standing", "is_financial", "is_related", "country"),
    shown=(
        "name", "name_en", "institution", "kind", "standing", "standing_since", "standing_reason", "is_financial",
        "is_related", "country",
    ),
    search=("name", "name_en"),
    filters=("kind", "standing", "is_related"),
    inside=frozenset({"standing", "standing_since", "standing_reason", "is_related"}),
    order=("name", "pk"),
    add=Verb(
        "add", _("New contractor"), permissions.CONTRACTOR_EDIT, services.contractor_add, ("institution", *_CONTRACTOR)
    ),
    verbs=(
        Verb("edit", _("Edit"), permissions.CONTRACTOR_EDIT, services.contractor_edit, _CONTRACTOR),
        Verb(
            "stand",
            _("Change the standing"),
            permissions.CONTRACTOR_STAND,
            services.contractor_stand,
            ("standing", "standing_reason", "standing_since"),
        ),
    ),
    panels=(TIMELINE,),
)  # fmt: skip
