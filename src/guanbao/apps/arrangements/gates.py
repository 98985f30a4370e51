"""Gates that can be judged by what arrangements themselves know."""

from __future__ import annotations

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement, MaterialChange
from guanbao.apps.arrangements.stages import Shut, gate
from guanbao.apps.catalogue.selectors import scope_check
from guanbao.platform.wording import _, told


@gate(title=_("Elements are stated"), leaves=Stage.SCOPE, rule="GB/T 32314-2015, 4.1")
def elements_are_stated(arrangement: Arrangement) -> Shut | None:
    """What is outsourced is said by its elements."""
    return None if arrangement.elements else Shut(told("No element is chosen."), "edit")


@gate(title=_("Nothing that may never be outsourced"), leaves=Stage.SCOPE, rule="GB/T 32314-2015, 1, 5.1.2")
def scope_is_open(arrangement: Arrangement) -> Shut | None:
    """Neither a service nor the function falls under a rule of scope, and somebody has looked."""
    functions = [arrangement.function] if arrangement.function else []
    for what, rule in scope_check(services=arrangement.services.all(), functions=functions):
        if rule is None:
            return Shut(told("Nobody has stated whether «{what}» may be outsourced.", what=what), "edit")
        return Shut(told("«{what}» falls under «{rule}».", what=what, rule=rule.name), "edit")
    return None


@gate(title=_("The contractor is admitted"), leaves=Stage.SELECTION, rule="银保监办发〔2021〕141号")
def contractor_is_admitted(arrangement: Arrangement) -> Shut | None:
    """A contractor is named, and stands as admitted."""
    if arrangement.contractor is None:
        return Shut(told("No contractor is named."), "edit")
    if arrangement.contractor.standing != "admitted":
        return Shut(told("The contractor is not admitted."), f"/contractors/{arrangement.contractor_id}/")
    return None


@gate(title=_("Term and fee are stated"), leaves=Stage.CONTRACT, rule="GB/T 32314-2015, 3")
def term_and_fee_are_stated(arrangement: Arrangement) -> Shut | None:
    """The arrangement says from when to when it runs, and what it costs: costs can be computed (成本可算)."""
    if arrangement.starts_on and arrangement.ends_on and arrangement.fee_monthly is not None:
        return None
    return Shut(told("Dates or fee are missing."), "edit")


@gate(title=_("Material changes are settled"), leaves=None, rule="银保监办发〔2021〕141号")
def changes_are_settled(arrangement: Arrangement) -> Shut | None:
    """After a material change it was approved anew, and reported where the rules ask for it."""
    if not MaterialChange.objects.filter(arrangement=arrangement, settled_on=None).exists():
        return None
    said = told("A material change is not settled: approve the arrangement as it is now, then settle the change.")
    return Shut(said, f"/arrangements/{arrangement.pk}/?tab=material-changes")
