"""A waiver lets an arrangement pass a shut gate: asked for with a reason and an end, in force once it is approved."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from guanbao.apps.arrangements import events
from guanbao.apps.arrangements.errors import NeverWaived
from guanbao.apps.arrangements.models import Arrangement, Waiver
from guanbao.apps.arrangements.permissions import WAIVER_ASK
from guanbao.apps.arrangements.rules import rules_of
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, OF_ARRANGEMENT
from guanbao.apps.arrangements.stages import gates
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add
from guanbao.platform.actors import Actor
from guanbao.platform.wording import told


def waiver_ask(*, actor: Actor, arrangement: Arrangement, gate: str, reason: str, ends_on: date | None) -> Waiver:
    """Ask that a gate be passed though it is shut; it is in force once it is approved, until its end.

    Raises NotPermitted; NeverWaived; ValidationError by field.
    """
    need_object(actor, WAIVER_ASK, arrangement, ARRANGEMENTS)
    if gate not in gates():
        raise ValidationError({"gate": told("Choose one of the gates.")})
    if gate in rules_of(arrangement.institution_id).never_waived:
        raise NeverWaived(gate=str(gates()[gate].title))
    if ends_on is None or ends_on <= timezone.localdate():
        raise ValidationError({"ends_on": told("A waiver ends on a day to come.")})
    facts = {"arrangement": arrangement, "gate": gate, "reason": reason, "ends_on": ends_on}
    return row_add(Waiver(), actor=actor, event=events.WAIVER_ASKED, columns=OF_ARRANGEMENT, **facts)
