"""The pages of arrangements: the register (外包台账), and the workspace of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from django.urls import resolve
from django.utils import timezone

from guanbao.apps.arrangements import permissions, selectors, services
from guanbao.apps.arrangements.choices import BEFORE_CONTRACT, RUNNING, STAGES, Element, Importance, Outcome, Stage
from guanbao.apps.arrangements.forms import AddForm, EditForm, RenewForm
from guanbao.apps.arrangements.models import Arrangement, Link, Place
from guanbao.apps.arrangements.rules import rules_of
from guanbao.apps.arrangements.stages import Judged, gates_judged, stage_after
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.telling import cell, tell
from guanbao.platform.wording import _, told
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Panel, Resource, Verb

_FLAGS = ("is_it", "is_off_site", "is_cross_border", "is_related", "is_intra_group", "uses_cloud", "has_personal_data")
_INSIDE = frozenset({
    "importance", "importance_reason", "is_related", "function", "stage_reason", "suspension_reason", "ended_from",
    "renewals", "revision",
})  # fmt: skip
_FACTS = (
    "title_en", "institution", "department", "contractor", "elements", "services", "function", "starts_on", "ends_on",
    "fee_monthly", "fee_currency", "importance", "importance_reason", *_FLAGS,
)  # fmt: skip
_COURSE = ("outcome", "ended_from", "stage_reason", "suspended_on", "suspension_reason", "renewals", "revision")

tell(Arrangement, elements=lambda code: str(Element(code).label))


class _Step(NamedTuple):
    title: str
    state: str


def _inside(actor: Actor) -> bool:
    return reach(actor, permissions.ARRANGEMENT_VIEW).side is Side.INSTITUTION


def _thread(actor: Actor, arrangement: Arrangement) -> dict[str, Any]:
    """The stages with how far it has come, and what marks the arrangement."""
    at = STAGES.index(Stage(arrangement.stage))
    states = ["done"] * at + ["now"] + ["ahead"] * (len(STAGES) - at - 1)
    marks = [
        (ARRANGEMENTS.heading(flag), "orange")
        for flag in _FLAGS
        if getattr(arrangement, flag) and (flag not in _INSIDE or _inside(actor))
    ]
    if _inside(actor):
        colour = "red" if arrangement.importance == Importance.IMPORTANT else "secondary"
        marks.insert(0, (Importance(arrangement.importance).label, colour))
    if arrangement.suspended_on:
        marks.insert(0, (told("Suspended since {day}", day=arrangement.suspended_on), "orange"))
    by = rules_of(arrangement.institution_id).leaves_by(arrangement) if _inside(actor) else None
    if by is not None and by < timezone.localdate():
        marks.insert(0, (told("Late: should have left this stage by {day}", day=by), "red"))
    if arrangement.outcome:
        marks.insert(0, (Outcome(arrangement.outcome).label, "dark"))
    steps = [_Step(stage.label, state) for stage, state in zip(STAGES, states, strict=True)]
    return {"steps": steps, "marks": marks, "arrangement": arrangement}


def _facts(actor: Actor, arrangement: Arrangement) -> dict[str, Any]:
    """Everything that is known of it, but what is not this reader's to know."""
    course = [name for name in _COURSE if getattr(arrangement, name)]
    names = [name for name in (*_FACTS, *course) if name not in _INSIDE or _inside(actor)]
    shown = [(ARRANGEMENTS.heading(name), cell(arrangement, name)) for name in names]
    can = not reach(actor, permissions.ARRANGEMENT_EDIT).is_empty
    parts = [(LINKS, arrangement.links.order_by("rank", "name")), (PLACES, arrangement.places.order_by("activity"))]
    return {"shown": shown, "parts": [(part, list(rows)) for part, rows in parts], "can": can, "of": arrangement}


def _gates(actor: Actor, arrangement: Arrangement) -> dict[str, Any]:
    """The gates of the present stage, and of those ahead."""
    following = stage_after(arrangement.stage)
    may_ask = not reach(actor, permissions.WAIVER_ASK).is_empty
    never = rules_of(arrangement.institution_id).never_waived
    ahead: dict[str, list[tuple[Judged, str]]] = {}
    for judged in gates_judged(arrangement, ahead=True):
        stage = str(judged.gate.leaves and judged.gate.leaves.label)
        ahead.setdefault(stage, []).append((judged, _opened_at(actor, judged)))
    return {
        "judged": [
            (one, may_ask and one.gate.name not in never, _opened_at(actor, one)) for one in gates_judged(arrangement)
        ],
        "ahead": ahead,
        "stage": Stage(arrangement.stage).label,
        "following": following.label if following else "",
        "of": arrangement,
    }


def _opened_at(actor: Actor, judged: Judged) -> str:
    """The page that opens a shut gate; nothing where it is a form that is not this reader's."""
    url = judged.shut.open_at if judged.shut else ""
    if not url.startswith("/"):
        return url
    found = resolve(url.partition("?")[0])
    resource: Resource | None = found.kwargs.get("resource")
    if resource is None or found.url_name not in (f"{resource.name}-add", f"{resource.name}-verb"):
        return url
    verb = found.kwargs.get("verb", "add")
    return url if any(each.name == verb for each in (resource.add, *resource.verbs) if each and each.may(actor)) else ""


def _may_end(arrangement: Arrangement, _actor: Actor) -> bool:
    return arrangement.stage in BEFORE_CONTRACT


ARRANGEMENTS = Resource(
    name="arrangements",
    model=Arrangement,
    title=_("Register of arrangements"),
    singular=_("Arrangement"),
    group=_("Arrangements"),
    empty=_("No arrangement is open to you yet."),
    view=permissions.ARRANGEMENT_VIEW,
    rows=selectors.arrangements_visible,
    columns=("reference", "title", "contractor", "department", "stage", "importance", "ends_on"),
    shown=(),
    answers=("reference", "title", "stage", "stage_since", *_FACTS, *_COURSE),
    search=("reference", "title", "title_en"),
    filters=("stage", "importance", "outcome", "is_it", "department", "contractor"),
    inside=_INSIDE,
    order=("reference", "pk"),
    add=Verb(
        "add", _("New arrangement"), permissions.ARRANGEMENT_ADD, services.arrangement_add, form=AddForm, imported=True
    ),
    verbs=(
        Verb(
            "advance",
            _("To the next stage"),
            permissions.ARRANGEMENT_ADVANCE,
            services.arrangement_advance,
            when=lambda arrangement, _actor: stage_after(arrangement.stage) is not None,
            bulk=True,
        ),
        Verb("edit", _("Edit"), permissions.ARRANGEMENT_EDIT, services.arrangement_edit, form=EditForm),
        Verb(
            "renew",
            _("Renew"),
            permissions.ARRANGEMENT_ADVANCE,
            services.arrangement_renew,
            form=RenewForm,
            when=lambda arrangement, _actor: arrangement.stage == Stage.RENEWAL and not arrangement.outcome,
        ),
        Verb(
            "suspend",
            _("Suspend"),
            permissions.ARRANGEMENT_END,
            services.arrangement_suspend,
            ("suspension_reason",),
            when=lambda arrangement, _actor: arrangement.suspended_on is None and arrangement.stage != Stage.CLOSED,
        ),
        Verb(
            "resume",
            _("Resume"),
            permissions.ARRANGEMENT_END,
            services.arrangement_resume,
            when=lambda arrangement, _actor: arrangement.suspended_on is not None,
        ),
        Verb(
            "withdraw",
            _("Withdraw"),
            permissions.ARRANGEMENT_END,
            services.arrangement_withdraw,
            ("stage_reason",),
            when=_may_end,
            grave=True,
        ),
        Verb(
            "reject",
            _("Turn down"),
            permissions.ARRANGEMENT_REJECT,
            services.arrangement_reject,
            ("stage_reason",),
            when=_may_end,
            grave=True,
        ),
        Verb(
            "terminate",
            _("End before its day"),
            permissions.ARRANGEMENT_END,
            services.arrangement_terminate,
            ("stage_reason",),
            when=lambda arrangement, _actor: (
                not arrangement.outcome and arrangement.stage in {*BEFORE_CONTRACT, *RUNNING}
            ),
            grave=True,
        ),
    ),
    panels=(
        Panel("thread", _("Stages"), "arrangements/thread.html", _thread, slot="head"),
        Panel("facts", _("Overview"), "arrangements/facts.html", _facts),
        Panel("gates", _("Gates"), "arrangements/gates.html", _gates, may=_inside, rank=5),
        TIMELINE,
    ),
)
LINKS = Resource(
    name="sub-contractors",
    model=Link,
    title=_("Sub-outsourcing chain"),
    singular=_("Sub-contractor"),
    group=_("Arrangements"),
    empty=_("Nobody works for the contractor here."),
    view=permissions.ARRANGEMENT_VIEW,
    rows=selectors.links_visible,
    columns=("name", "rank", "part", "country", "approved_on"),
    shown=("rank", "name", "identifier", "country", "part", "approved_on"),
    search=("name",),
    order=("rank", "name", "pk"),
    parent="arrangement",
    add=Verb(
        "add",
        _("New sub-contractor"),
        permissions.ARRANGEMENT_EDIT,
        services.link_add,
        ("arrangement", "rank", "name", "identifier", "country", "part", "approved_on"),
    ),
    verbs=(Verb("remove", _("Remove"), permissions.ARRANGEMENT_EDIT, services.link_remove, grave=True),),
    panels=(TIMELINE,),
)
PLACES = Resource(
    name="places",
    model=Place,
    title=_("Places of service and data"),
    singular=_("Location"),
    group=_("Arrangements"),
    empty=_("No place is stated yet."),
    view=permissions.ARRANGEMENT_VIEW,
    rows=selectors.places_visible,
    columns=("place", "activity", "country"),
    shown=("activity", "country", "place"),
    search=("place",),
    order=("activity", "pk"),
    parent="arrangement",
    add=Verb(
        "add",
        _("New place"),
        permissions.ARRANGEMENT_EDIT,
        services.place_add,
        ("arrangement", "activity", "country", "place"),
    ),
    verbs=(Verb("remove", _("Remove"), permissions.ARRANGEMENT_EDIT, services.place_remove, grave=True),),
    panels=(TIMELINE,),
)
# First of the tabs: what a contractor does for us, and which arrangements a function hangs on, is asked first.
OF_CONTRACTOR, OF_FUNCTION = (
    replace(rows_panel("arrangements", by=by, title=_("Arrangements")), rank=10) for by in ("contractor", "function")
)
