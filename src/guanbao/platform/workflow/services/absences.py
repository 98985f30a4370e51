"""Being away, and who decides in one's place meanwhile."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.identity.models import Membership
from guanbao.platform.identity.selectors import member_on
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.workflow import events
from guanbao.platform.workflow.errors import DeputyUnfit
from guanbao.platform.workflow.mandates import somebody
from guanbao.platform.workflow.models import Absence
from guanbao.platform.workflow.permissions import APPROVAL_VIEW


def absence_set(*, actor: Actor, deputy_id: int, since: date, until: date) -> Absence:
    """Have a colleague decide in one's place from a day to a day.

    Raises NotPermitted, DeputyUnfit; ValidationError by field.
    """
    need(actor, APPROVAL_VIEW)
    members = Membership.objects.filter(member_on(timezone.localdate()), organisation=actor.organisation_id)
    person_id = somebody(actor)
    if deputy_id == person_id or not members.filter(person=deputy_id, person__left_at=None).exists():
        raise DeputyUnfit
    with transaction.atomic():
        made = Absence(person_id=person_id, deputy_id=deputy_id)
        made.organisation_id = members[0].organisation_id
        row_change(made, since=since, until=until)
        made.save()
        said = {"person": person_id, "deputy": deputy_id, "since": since, "until": until}
        ledger_append(actor=actor, event=events.ABSENCE_SET, subject=made, after=said, scopes=_scopes(made))
    return made


def absence_end(*, actor: Actor, absence: Absence) -> Absence:
    """Be back. Raises NotPermitted."""
    with transaction.atomic():
        absence = Absence.objects.select_for_update().get(pk=absence.pk)
        if absence.person_id != actor.person_id or absence.organisation_id != actor.organisation_id:
            raise NotPermitted(actor=actor.name, permission=APPROVAL_VIEW.name)
        if absence.ended_at is None:
            absence.ended_at = timezone.now()
            absence.save(update_fields=["ended_at"])
            said = {"person": absence.person_id, "deputy": absence.deputy_id}
            ledger_append(actor=actor, event=events.ABSENCE_ENDED, subject=absence, after=said, scopes=_scopes(absence))
    return absence


def _scopes(absence: Absence) -> dict[str, int]:
    return {"institution": absence.organisation_id}
