"""The way of the world's arrangements: why they stand still, what has changed, and what is the bank's own of it."""

from datetime import date

from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import material_change_record, rulebook_choose, waiver_ask


def stages_made(arrangement, inside, *, office):
    """One that is suspended and was renewed, has changed materially, and asks for a waiver; all marked as `inside`."""
    waiver_ask(
        actor=office, arrangement=arrangement, gate="contractor_is_admitted", reason=f"once {inside}",
        ends_on=date(2099, 1, 1),
    )  # fmt: skip
    material_change_record(
        actor=office, arrangement=arrangement, kind="data", description=f"more {inside}", happened_on=date(2026, 1, 1),
        importance="important", importance_reason=f"because {inside}",
    )  # fmt: skip
    still = {"suspended_on": timezone.localdate(), "suspension_reason": f"still {inside}"}
    Arrangement.objects.filter(pk=arrangement.pk).update(stage_reason=f"again {inside}", renewals=1, **still)


def rules_made(bank, *, compliance):
    """The bank goes by a pack that it chose."""
    rulebook_choose(actor=compliance, institution=bank, pack="cn_bank")
