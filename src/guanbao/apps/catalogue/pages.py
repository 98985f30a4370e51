"""The pages of the catalogue."""

from __future__ import annotations

from guanbao.apps.catalogue import permissions, selectors, services
from guanbao.apps.catalogue.events import FUNCTION_FIELDS, SERVICE_FIELDS
from guanbao.apps.catalogue.models import Function, Service
from guanbao.platform.wording import _
from guanbao.web.resource import Resource, Verb
from guanbao.web.timeline import TIMELINE

_EDITED = tuple(name for name in SERVICE_FIELDS if name != "scope")

SERVICES = Resource(
    name="services",
    model=Service,
    title=_("Service catalogue"),
    singular=_("Service"),
    group=_("Catalogue"),
    empty=_("The catalogue is empty. Enter what the institution requires or a contractor offers."),
    view=permissions.SERVICE_VIEW,
    rows=selectors.services_visible,
    columns=("name", "code", "direction", "contractor", "kind", "state", "until"),
    shown=(
        "name", "name_en", "code", "direction", "contractor", "institution", "state", "kind", "it_class",
        "ict_service", "since", "until", "withdrawn_reason", "scope_rule", "personnel", "site", "systems",
        "management", "other", "description",
    ),
    search=("name", "name_en", "code", "description"),
    filters=("direction", "state", "contractor", "kind", "it_class"),
    inside=frozenset({"scope_rule"}),
    order=("code", "pk"),
    add=Verb(
        "add",
        _("New service"),
        permissions.SERVICE_EDIT,
        services.service_add,
        ("institution", "contractor", *_EDITED),
    ),
    verbs=(
        Verb("edit", _("Edit"), permissions.SERVICE_EDIT, services.service_edit, _EDITED),
    ),
    panels=(TIMELINE,),
)  # fmt: skip
FUNCTIONS = Resource(
    name="functions",
    model=Function,
    title=_("Register of functions"),
    singular=_("Function"),
    group=_("Catalogue"),
    empty=_("No function is registered. Register those that outsourced services support."),
    view=permissions.FUNCTION_VIEW,
    rows=selectors.functions_visible,
    columns=("name", "code", "department", "criticality", "rto_h", "rpo_h", "impact", "scope_rule"),
    shown=("name", *(name for name in FUNCTION_FIELDS if name != "name"), "institution"),
    search=("name", "name_en", "code", "licensed_activity"),
    filters=("criticality", "impact", "department"),
    order=("code", "pk"),
    add=Verb(
        "add",
        _("New function"),
        permissions.FUNCTION_EDIT,
        services.function_add,
        ("institution", *FUNCTION_FIELDS),
    ),
    verbs=(Verb("edit", _("Edit"), permissions.FUNCTION_EDIT, services.function_edit, FUNCTION_FIELDS),),
    panels=(TIMELINE,),
)
