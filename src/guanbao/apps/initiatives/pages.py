"""The pages of initiatives."""

from __future__ import annotations

from guanbao.apps.initiatives import events, panels, permissions, selectors, services
from guanbao.apps.initiatives.forms import ReviewForm
from guanbao.apps.initiatives.models import (
    BusinessCase,
    Candidate,
    CaseLine,
    Part,
    Policy,
    Requirement,
    ScopeCheck,
    Strategy,
    Target,
)
from guanbao.apps.initiatives.selectors import is_draft
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.wording import _
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Panel, Resource, Verb

_GROUP = _("Strategy and initiation")


def _may_see(actor: Actor) -> bool:
    return not reach(actor, permissions.INITIATIVE_VIEW).is_empty


STRATEGIES = Resource(
    name="strategies",
    model=Strategy,
    title=_("Outsourcing strategies"),
    singular=_("Outsourcing strategy"),
    group=_GROUP,
    empty=_("No strategy is written yet: nothing leaves the first stage without one."),
    view=permissions.STRATEGY_VIEW,
    rows=selectors.strategies_visible,
    columns=("title", "version", "institution", "valid_from", "valid_until"),
    shown=("title", "version", "institution", *events.STRATEGY[1:]),
    search=("title",),
    order=("-version", "pk"),
    add=Verb(
        "add",
        _("Write a strategy"),
        permissions.STRATEGY_EDIT,
        services.strategy_add,
        ("institution", *events.STRATEGY),
    ),
    verbs=(Verb("edit", _("Change the strategy"), permissions.STRATEGY_EDIT, services.strategy_edit, events.STRATEGY),),
    panels=(Panel("standing", _("Targets"), "initiatives/targets.html", panels.targets, rank=10), TIMELINE),
)
TARGETS = Resource(
    name="strategy-targets",
    model=Target,
    title=_("Targets of the strategy"),
    singular=_("Target"),
    group=_GROUP,
    empty=_("No target is set."),
    view=permissions.STRATEGY_VIEW,
    rows=selectors.targets_visible,
    columns=("result", "family", "direction", "value", "unit", "due_on"),
    shown=("strategy", *events.TARGET),
    search=("result",),
    filters=("family",),
    order=("family", "due_on", "pk"),
    parent="strategy",
    add=Verb("add", _("Set a target"), permissions.STRATEGY_EDIT, services.target_add, ("strategy", *events.TARGET)),
    verbs=(
        Verb("review", _("Review the target"), permissions.STRATEGY_EDIT, services.target_review, form=ReviewForm),
        Verb(
            "remove",
            _("Remove"),
            permissions.STRATEGY_EDIT,
            services.target_remove,
            when=lambda target, _actor: is_draft(target.strategy),
            grave=True,
        ),
    ),
    panels=(TIMELINE,),
)
POLICIES = Resource(
    name="policies",
    model=Policy,
    title=_("Library of rules"),
    singular=_("Rule of outsourcing"),
    group=_GROUP,
    empty=_("No rule is entered yet. Four kinds are mandatory: quality, risk, confidentiality, supplier relations."),
    view=permissions.STRATEGY_VIEW,
    rows=selectors.policies_visible,
    columns=("title", "number", "category", "issued_on", "review_by", "withdrawn_on"),
    shown=("title", "institution", "number", "category", "issued_on", "review_by", "withdrawn_on"),
    search=("title", "number"),
    filters=("category",),
    order=("category", "number", "pk"),
    add=Verb("add", _("Enter a rule"), permissions.STRATEGY_EDIT, services.policy_add, ("institution", *events.POLICY)),
    verbs=(
        Verb("edit", _("Correct the rule"), permissions.STRATEGY_EDIT, services.policy_edit, events.POLICY),
        Verb(
            "withdraw",
            _("Withdraw the rule"),
            permissions.STRATEGY_EDIT,
            services.policy_withdraw,
            ("withdrawn_on",),
            when=lambda policy, _actor: policy.withdrawn_on is None,
            grave=True,
        ),
    ),
    panels=(TIMELINE,),
)
SCOPE_CHECKS = Resource(
    name="scope-checks",
    model=ScopeCheck,
    title=_("Scope checks"),
    singular=_("Scope check"),
    group=_GROUP,
    empty=_("No scope was checked yet."),
    view=permissions.INITIATIVE_VIEW,
    rows=selectors.scope_checks_visible,
    columns=("checked_on", "arrangement", "fits_strategy", "fits_risk", "fits_ability"),
    shown=("arrangement", "checked_on", *events.CHECK),
    filters=("fits_strategy", "fits_risk", "fits_ability"),
    order=("-pk",),
    add=Verb(
        "add", _("Check the scope"), permissions.SCOPE_CHECK, services.scope_check, ("arrangement", *events.CHECK)
    ),
    panels=(TIMELINE,),
)
REQUIREMENTS = Resource(
    name="requirements",
    model=Requirement,
    title=_("Requirements"),
    singular=_("Round of the requirement"),
    group=_GROUP,
    empty=_("No requirement is recorded yet. Most are found in several rounds: record each."),
    view=permissions.INITIATIVE_VIEW,
    rows=selectors.requirements_visible,
    columns=("number", "arrangement", "business_type", "risk_grade", "held_on", "signed_by", "signed_at"),
    shown=("arrangement", "number", *events.REQUIREMENT, "signed_by", "signed_at"),
    search=("business_type", "customer_group"),
    filters=("risk_grade", "method"),
    order=("arrangement", "-number", "pk"),
    add=Verb(
        "add",
        _("Record a round"),
        permissions.INITIATIVE_EDIT,
        services.requirement_add,
        ("arrangement", *events.REQUIREMENT),
    ),
    verbs=(
        Verb(
            "sign",
            _("Sign off"),
            permissions.REQUIREMENT_SIGN,
            services.requirement_sign,
            when=lambda row, actor: row.signed_at is None and row.made_by_id != actor.person_id,
            grave=True,
        ),
        Verb(
            "edit",
            _("Change the round"),
            permissions.INITIATIVE_EDIT,
            services.requirement_edit,
            events.REQUIREMENT,
            when=lambda row, _actor: row.signed_at is None,
        ),
    ),
    panels=(TIMELINE,),
)
CASES = Resource(
    name="business-cases",
    model=BusinessCase,
    title=_("Business cases"),
    singular=_("Business case"),
    group=_GROUP,
    empty=_("No business case is written yet."),
    view=permissions.INITIATIVE_VIEW,
    rows=selectors.cases_visible,
    columns=("arrangement", "term", "discount_percent", "currency"),
    shown=("arrangement", *events.CASE),
    search=("necessity",),
    filters=("term",),
    add=Verb(
        "add",
        _("Write a business case"),
        permissions.INITIATIVE_EDIT,
        services.case_add,
        ("arrangement", *events.CASE),
    ),
    verbs=(Verb("edit", _("Change the business case"), permissions.INITIATIVE_EDIT, services.case_edit, events.CASE),),
    panels=(
        Panel("worth", _("Costs and benefits"), "initiatives/worth.html", panels.worth, rank=10),
        Panel("duties-assigned", _("Duties (RACI)"), "initiatives/duties.html", panels.duties, rank=12),
        rows_panel("case-lines", by="case", title=_("Lines")),
        rows_panel("candidates", by="case"),
        TIMELINE,
    ),
)
LINES = Resource(
    name="case-lines",
    model=CaseLine,
    title=_("Costs and benefits by year"),
    singular=_("Line"),
    group=_GROUP,
    empty=_("No cost is stated yet."),
    view=permissions.INITIATIVE_VIEW,
    rows=selectors.lines_visible,
    columns=("service", "kind", "year", "amount", "usage"),
    shown=("case", *events.LINE),
    search=("service",),
    filters=("kind",),
    order=("year", "service", "pk"),
    parent="case",
    add=Verb("add", _("Add a line"), permissions.INITIATIVE_EDIT, services.line_add, ("case", *events.LINE)),
    verbs=(Verb("remove", _("Remove"), permissions.INITIATIVE_EDIT, services.line_remove, grave=True),),
    panels=(TIMELINE,),
)
CANDIDATES = Resource(
    name="candidates",
    model=Candidate,
    title=_("Candidates"),
    singular=_("Candidate"),
    group=_GROUP,
    empty=_("Nobody is on the list yet."),
    view=permissions.INITIATIVE_VIEW,
    rows=selectors.candidates_visible,
    columns=("name", "is_willing", "is_qualified", "remark"),
    shown=("case", *events.CANDIDATE),
    search=("name",),
    filters=("is_willing", "is_qualified"),
    order=("name", "pk"),
    parent="case",
    add=Verb(
        "add", _("Name a candidate"), permissions.INITIATIVE_EDIT, services.candidate_add, ("case", *events.CANDIDATE)
    ),
    verbs=(Verb("remove", _("Remove"), permissions.INITIATIVE_EDIT, services.candidate_remove, grave=True),),
    panels=(TIMELINE,),
)
PARTS = Resource(
    name="duty-parts",
    model=Part,
    title=_("Table of duties"),
    singular=_("Duty of a post"),
    group=_GROUP,
    empty=_("No duties are assigned yet."),
    view=permissions.INITIATIVE_VIEW,
    rows=selectors.parts_visible,
    columns=("activity", "post", "letter"),
    shown=("case", *events.PART),
    search=("activity", "post"),
    filters=("letter",),
    order=("activity", "post", "pk"),
    parent="case",
    add=Verb("add", _("Assign a duty"), permissions.INITIATIVE_EDIT, services.part_add, ("case", *events.PART)),
    verbs=(Verb("remove", _("Remove"), permissions.INITIATIVE_EDIT, services.part_remove, grave=True),),
    panels=(TIMELINE,),
)
ALL = (STRATEGIES, TARGETS, POLICIES, SCOPE_CHECKS, REQUIREMENTS, CASES, LINES, CANDIDATES, PARTS)
OF_ARRANGEMENT = tuple(
    rows_panel(name, by="arrangement") for name in ("scope-checks", "requirements", "business-cases")
)
