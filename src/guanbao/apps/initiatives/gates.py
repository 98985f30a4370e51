"""What holds an arrangement back before anybody is asked for an offer."""

from __future__ import annotations

from django.utils import timezone

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.stages import Shut, gate
from guanbao.apps.initiatives.choices import MANDATORY, Category, Line
from guanbao.apps.initiatives.figures import parts_wrong
from guanbao.apps.initiatives.models import BusinessCase, Policy, Requirement, ScopeCheck
from guanbao.apps.initiatives.selectors import strategy_in_force
from guanbao.platform.questionnaires.choices import Outcome, State
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.wording import _, told
from guanbao.platform.workflow.services.approvals import approved_among, is_approved

SUITABILITY = "scope_suitability"


@gate(title=_("A strategy is in force"), leaves=Stage.SCOPE, rule="GB/T 32314-2015, 5.1.1")
def strategy_is_in_force(arrangement: Arrangement) -> Shut | None:
    """The institution has a strategy that was approved and holds today."""
    if strategy_in_force(arrangement.institution_id):
        return None
    return Shut(told("The institution has no strategy that was approved and holds today."), "/strategies/")


@gate(title=_("The four mandatory rules are there"), leaves=Stage.SCOPE, rule="GB/T 32314-2015, 5.2.3")
def rules_are_complete(arrangement: Arrangement) -> Shut | None:
    """Of each mandatory kind there is a rule that was approved, is not withdrawn and whose review is not overdue."""
    rows = Policy.objects.filter(
        institution=arrangement.institution_id, withdrawn_on=None, review_by__gte=timezone.localdate()
    )
    approved = approved_among(rows)
    found = {row.category for row in rows if row.pk in approved}
    missing = [str(Category(kind).label) for kind in MANDATORY if kind not in found]
    if not missing:
        return None
    return Shut(told("No rule in force: {kinds}.", kinds=" · ".join(missing)), "/policies/")


@gate(title=_("The scope fits strategy, risk and ability"), leaves=Stage.SCOPE, rule="GB/T 32314-2015, 5.1.2")
def scope_is_checked(arrangement: Arrangement) -> Shut | None:
    """The latest check says that it fits in every way."""
    latest = ScopeCheck.objects.filter(arrangement=arrangement).order_by("pk").last()
    if latest is None:
        return Shut(told("Nobody has checked the scope."), f"/scope-checks/add?arrangement={arrangement.pk}")
    return None if latest.fits else Shut(told("The scope does not fit in every way."), f"/scope-checks/{latest.pk}/")


@gate(
    title=_("The scope is suitable by the five principles"),
    leaves=Stage.SCOPE,
    rule="《从外包呼叫中心着手，开拓金融外包市场》",
)
def scope_is_suitable(arrangement: Arrangement) -> Shut | None:
    """The latest assessment that was concluded has passed."""
    at = {"record": "arrangements", "record_id": arrangement.pk, "name": SUITABILITY, "state": State.CONCLUDED}
    latest = Issue.objects.filter(**at).order_by("concluded_at").last()
    tab = f"/arrangements/{arrangement.pk}/?tab=questionnaires"
    if latest is None:
        return Shut(told("The suitability of the scope was not assessed by questionnaire."), tab)
    return None if latest.outcome == Outcome.PASSED else Shut(told("The scope is not suitable."), tab)


@gate(title=_("The requirement is signed off"), leaves=Stage.REQUIREMENT, rule="GB/T 32314-2015, 5.1.3")
def requirement_is_signed(arrangement: Arrangement) -> Shut | None:
    """The latest round was signed off by somebody else than who wrote it."""
    latest = Requirement.objects.filter(arrangement=arrangement).order_by("number").last()
    if latest is None:
        return Shut(told("No round of the requirement is recorded."), f"/requirements/add?arrangement={arrangement.pk}")
    if latest.signed_at is None:
        return Shut(told("Round {n} is not signed off.", n=latest.number), f"/requirements/{latest.pk}/")
    return None


@gate(title=_("The business case is complete"), leaves=Stage.INITIATION, rule="GB/T 32314-2015, 5.3.1")
def case_is_complete(arrangement: Arrangement) -> Shut | None:
    """It says what outsourcing costs, what it is held against, and names a candidate who is willing and qualified."""
    case = _case(arrangement)
    if case is None:
        return Shut(told("There is no business case."), f"/business-cases/add?arrangement={arrangement.pk}")
    kinds = set(case.lines.values_list("kind", flat=True))
    if Line.OUTSOURCED not in kinds or kinds == {Line.OUTSOURCED}:
        said = told("The business case lacks costs of outsourcing, or what they are held against.")
        return Shut(said, f"/business-cases/{case.pk}/?tab=case-lines")
    if not case.candidates.filter(is_willing=True, is_qualified=True).exists():
        said = told("No candidate is both willing and qualified.")
        return Shut(said, f"/business-cases/{case.pk}/?tab=candidates")
    return None


@gate(title=_("Duties are assigned"), leaves=Stage.INITIATION, rule="《金融服务外包操作流程指南》1.2")
def duties_are_assigned(arrangement: Arrangement) -> Shut | None:
    """Each activity has one post that answers for it, and one that does it."""
    case = _case(arrangement)
    if case is None:
        return Shut(told("There is no business case."), f"/business-cases/add?arrangement={arrangement.pk}")
    parts, tab = list(case.parts.all()), f"/business-cases/{case.pk}/?tab=duties-assigned"
    if not parts:
        return Shut(told("No duties are assigned."), tab)
    if wrong := parts_wrong(parts):
        said = told("Nobody answers for, or nobody does: {activities}.", activities=" · ".join(wrong))
        return Shut(said, tab)
    return None


@gate(title=_("The business case is approved"), leaves=Stage.INITIATION, rule="GB/T 32314-2015, 5.3.2")
def case_is_approved(arrangement: Arrangement) -> Shut | None:
    """It was approved in tiers, as it now is."""
    case = _case(arrangement)
    if case is None:
        return Shut(told("There is no business case."), f"/business-cases/add?arrangement={arrangement.pk}")
    if is_approved(case):
        return None
    return Shut(told("The business case is not approved as it is now."), f"/business-cases/{case.pk}/?tab=approvals")


def _case(arrangement: Arrangement) -> BusinessCase | None:
    return BusinessCase.objects.filter(arrangement=arrangement).first()
