"""What holds an arrangement with personal data back."""

from __future__ import annotations

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.stages import Shut, gate
from guanbao.apps.privacy.models import Entrustment
from guanbao.platform.wording import _, told


@gate(title=_("Entrusted processing is recorded and assessed"), leaves=Stage.CONTRACT, rule="个人信息保护法 21, 55")
def processing_is_recorded(arrangement: Arrangement) -> Shut | None:
    """Where personal data are processed, each purpose is recorded and its impact was assessed."""
    if not arrangement.has_personal_data:
        return None
    assessed = [row.assessed_on is not None for row in Entrustment.objects.filter(arrangement=arrangement)]
    if not assessed:
        return Shut(told("No entrusted processing is recorded."), f"/entrustments/add?arrangement={arrangement.pk}")
    if not all(assessed):
        return Shut(told("The impact of some processing was not assessed."), _tab(arrangement))
    return None


@gate(title=_("Personal data were returned or deleted"), leaves=Stage.RENEWAL, rule="个人信息保护法 21")
def data_are_settled(arrangement: Arrangement) -> Shut | None:
    """No processing is left of which it is not said that its data were returned or deleted."""
    if Entrustment.objects.filter(arrangement=arrangement, settled_on=None).exists():
        said = told("Of some processing it is not recorded that the data were returned or deleted.")
        return Shut(said, _tab(arrangement))
    return None


def _tab(arrangement: Arrangement) -> str:
    """Where its records stand."""
    return f"/arrangements/{arrangement.pk}/?tab=entrustments"
