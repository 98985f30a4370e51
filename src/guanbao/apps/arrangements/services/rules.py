"""Which rule pack an institution goes by."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from guanbao.apps.arrangements import events
from guanbao.apps.arrangements.models import Rulebook
from guanbao.apps.arrangements.permissions import RULEBOOK_CHOOSE
from guanbao.apps.arrangements.rules import rule_packs
from guanbao.apps.arrangements.selectors import RULEBOOKS
from guanbao.apps.parties.models import Institution
from guanbao.platform.access.reach import Columns, need_object
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.wording import told

_INSTITUTIONS = Columns(institution="organisation")


def rulebook_choose(*, actor: Actor, institution: Institution, pack: str) -> Institution:
    """Have an institution's arrangements go by a rule pack. Raises NotPermitted; ValidationError by field."""
    need_object(actor, RULEBOOK_CHOOSE, institution, _INSTITUTIONS)
    if pack not in rule_packs():
        raise ValidationError({"pack": told("Choose one of the rule packs.")})
    with transaction.atomic():
        Institution.objects.select_for_update().get(pk=institution.pk)
        rulebook = Rulebook.objects.filter(institution=institution).first()
        event = events.RULEBOOK_CHOSEN
        if rulebook is None:
            row_add(Rulebook(), actor=actor, event=event, columns=RULEBOOKS, institution=institution, pack=pack)
        else:
            row_edit(rulebook, actor=actor, event=event, columns=RULEBOOKS, pack=pack)
    return institution
