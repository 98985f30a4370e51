"""Checks of scope, and rounds of requirements with their sign-off."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, OF_ARRANGEMENT
from guanbao.apps.initiatives import events
from guanbao.apps.initiatives.errors import RequirementSigned, SignedByMaker
from guanbao.apps.initiatives.models import Requirement, ScopeCheck
from guanbao.apps.initiatives.permissions import INITIATIVE_EDIT, REQUIREMENT_SIGN, SCOPE_CHECK
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known
from guanbao.platform.identity.models import Person


def scope_check(*, actor: Actor, arrangement: Arrangement, **facts: object) -> ScopeCheck:
    """Say whether an arrangement fits strategy, risk management and ability; the latest check counts.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, SCOPE_CHECK, arrangement, ARRANGEMENTS)
    need_known(facts, events.CHECK)
    facts |= {"arrangement": arrangement, "checked_on": timezone.localdate()}
    return row_add(ScopeCheck(), actor=actor, event=events.SCOPE_CHECKED, columns=OF_ARRANGEMENT, **facts)


def requirement_add(*, actor: Actor, arrangement: Arrangement, **facts: object) -> Requirement:
    """Write the next round of an arrangement's requirement. Raises NotPermitted; ValidationError by field."""
    need_object(actor, INITIATIVE_EDIT, arrangement, ARRANGEMENTS)
    need_known(facts, events.REQUIREMENT)
    with transaction.atomic():
        Arrangement.objects.select_for_update(of=("self",)).get(pk=arrangement.pk)  # or two would take one number
        last = Requirement.objects.filter(arrangement=arrangement).aggregate(Max("number"))["number__max"] or 0
        facts |= {"arrangement": arrangement, "number": last + 1}
        made = Requirement(made_by_id=actor.person_id)
        return row_add(made, actor=actor, event=events.REQUIREMENT_ADDED, columns=OF_ARRANGEMENT, **facts)


def requirement_edit(*, actor: Actor, requirement: Requirement, **facts: object) -> Requirement:
    """Change a round that is not signed off. Raises NotPermitted, RequirementSigned; ValidationError by field."""
    need_object(actor, INITIATIVE_EDIT, requirement, OF_ARRANGEMENT)
    need_known(facts, events.REQUIREMENT)
    with transaction.atomic():
        _need_open(requirement)
        if actor.person_id is not None:  # whoever wrote last does not sign
            Requirement.objects.filter(pk=requirement.pk).update(made_by_id=actor.person_id)
        event = events.REQUIREMENT_EDITED
        return row_edit(requirement, actor=actor, event=event, columns=OF_ARRANGEMENT, **facts)


def requirement_sign(*, actor: Actor, requirement: Requirement) -> Requirement:
    """Sign a round off: it stays as it is. Raises NotPermitted, RequirementSigned, SignedByMaker."""
    need_object(actor, REQUIREMENT_SIGN, requirement, OF_ARRANGEMENT)
    if actor.person_id is None:
        raise NotPermitted(actor=actor.name, permission=REQUIREMENT_SIGN.name)
    with transaction.atomic():
        held = _need_open(requirement)
        if held.made_by_id == actor.person_id:
            raise SignedByMaker
        facts = {"signed_by": Person.objects.get(pk=actor.person_id), "signed_at": timezone.now()}
        return row_edit(held, actor=actor, event=events.REQUIREMENT_SIGNED, columns=OF_ARRANGEMENT, **facts)


def _need_open(requirement: Requirement) -> Requirement:
    """The round, held until the transaction ends. Raises RequirementSigned."""
    held = Requirement.objects.select_for_update(of=("self",)).get(pk=requirement.pk)
    if held.signed_at is not None:
        raise RequirementSigned(requirement=str(held))
    return held
