"""The pages of the catalogue."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from guanbao.apps.catalogue import permissions, selectors, services
from guanbao.apps.catalogue.choices import State
from guanbao.apps.catalogue.events import FUNCTION_FIELDS, SERVICE_FIELDS
from guanbao.apps.catalogue.forms import ScopeForm
from guanbao.apps.catalogue.models import Function, Service
from guanbao.apps.catalogue.taxonomies import LIMITED_TO, Code, Taxonomy, taxonomies
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.wording import _
from guanbao.web.frame import Page
from guanbao.web.panels import TIMELINE
from guanbao.web.resource import Panel, Resource, Verb

_EDITED = tuple(name for name in SERVICE_FIELDS if name != "scope")
_CODED = ("kind", "it_class", "ict_service")  # fields of a service that hold a code


def _scope(_actor: Actor, service: Service) -> dict[str, Any]:
    """The dimensions with what the service has of each, and under which limits."""
    groups = [group for name in LIMITED_TO for group in taxonomies()[name].codes]
    held = [(group.name, [(item.name, service.scope[item.key]) for item in group.items if item.key in service.scope])
            for group in groups]  # fmt: skip
    return {"groups": [(name, items) for name, items in held if items]}


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
    answers=(
        "name", "name_en", "code", "direction", "contractor", "institution", "state", "kind", "it_class",
        "ict_service", "since", "until", "withdrawn_reason", "scope_rule", "personnel", "site", "systems",
        "management", "other", "description", "scope",
    ),
    search=("name", "name_en", "code", "description"),
    filters=("direction", "state", "contractor", *_CODED),
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
        Verb(
            "list",
            _("Take into the catalogue"),
            permissions.SERVICE_LIST,
            services.service_list,
            ("scope_rule",),
            when=lambda service, _actor: service.state == State.PROPOSED,
            bulk=True,
        ),
        Verb(
            "edit",
            _("Edit"),
            permissions.SERVICE_EDIT,
            services.service_edit,
            _EDITED,
            when=services.may_correct,
        ),
        Verb(
            "comprise",
            _("Say what it comprises"),
            permissions.SERVICE_EDIT,
            services.service_scope,
            form=ScopeForm,
            when=services.may_correct,
        ),
        Verb(
            "withdraw",
            _("Withdraw"),
            permissions.SERVICE_EDIT,
            services.service_withdraw,
            ("until", "withdrawn_reason"),
            when=services.may_withdraw,
            grave=True,
            bulk=True,
        ),
    ),
    panels=(Panel("scope", _("What it comprises"), "catalogue/scope.html", _scope), TIMELINE),
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
TAXONOMIES = Page("taxonomies", _("Taxonomies"), _("Catalogue"), permissions.SERVICE_VIEW)


def taxonomies_page(request: HttpRequest) -> HttpResponse:
    """Every taxonomy; with `q`, the codes in which it stands, in either language."""
    _may(request)
    text = request.GET.get("q", "").strip().lower()
    found = [(taxonomy, [code for code in taxonomy.every() if text and _says(code, text)])
             for taxonomy in taxonomies().values()]  # fmt: skip
    shown = [(taxonomy, hits) for taxonomy, hits in found if hits or not text]
    return render(request, "catalogue/taxonomies.html", {"found": shown, "text": text, "title": TAXONOMIES.title})


def taxonomy_page(request: HttpRequest, name: str) -> HttpResponse:
    """One taxonomy with its source and codes, and how many services that the reader may see use each."""
    actor = _may(request)
    taxonomy = taxonomies().get(name)
    if taxonomy is None:
        raise Http404
    used = _used(actor, taxonomy)
    rows = [(code, code in taxonomy.codes and bool(code.items), used.get(code.key, ())) for code in taxonomy.every()]
    return render(request, "catalogue/taxonomy.html", {"taxonomy": taxonomy, "rows": rows, "title": TAXONOMIES.title})


def _used(actor: Actor, taxonomy: Taxonomy) -> dict[str, list[tuple[int, str]]]:
    """For each code that is used: how many rows, and the address of their list."""
    counted: dict[str, list[tuple[int, str]]] = {}
    keys = [code.key for code in taxonomy.every()]
    for field in _CODED:
        visible = selectors.services_visible(actor=actor).filter(**{f"{field}__in": keys}).order_by()
        for key, count in visible.values_list(field).annotate(Count("pk")):
            counted.setdefault(key, []).append((count, f"{SERVICES.url('list')}?{field}={key}"))
    return counted


def _says(code: Code, text: str) -> bool:
    return any(text in said.lower() for said in (code.name.zh, code.name.en, code.key))


def _may(request: HttpRequest) -> Actor:
    """The reader, if the catalogue is open to them; to others the page is not there."""
    actor = actor_of(request)
    if reach(actor, permissions.SERVICE_VIEW).is_empty:
        raise Http404
    return actor
