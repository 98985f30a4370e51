"""A material change: importance is judged anew at once, approval and report to the supervisor are asked for anew."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements import events
from guanbao.apps.arrangements.choices import Importance, Stage
from guanbao.apps.arrangements.errors import ChangeNotApproved, ChangeSettled, StageIsLast
from guanbao.apps.arrangements.models import Arrangement, MaterialChange
from guanbao.apps.arrangements.permissions import ARRANGEMENT_EDIT, CHANGE_SETTLE
from guanbao.apps.arrangements.rules import needs_report
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, OF_ARRANGEMENT
from guanbao.apps.arrangements.services.arrangements import arrangement_held
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told
from guanbao.platform.workflow.services.approvals import is_approved


def material_change_record(
    *,
    actor: Actor,
    arrangement: Arrangement,
    kind: str,
    description: str,
    happened_on: date | None,
    importance: str,
    importance_reason: str = "",
) -> MaterialChange:
    """Record what has changed materially, and how important the arrangement is now.

    The revision of the arrangement counts up, so that an approval of it is void; until the change is settled the
    arrangement passes no gate.

    Raises NotPermitted, StageIsLast; ValidationError by field.
    """
    need_object(actor, ARRANGEMENT_EDIT, arrangement, ARRANGEMENTS)
    if happened_on is None or happened_on > timezone.localdate():
        raise ValidationError({"happened_on": told("State a day that has come.")})
    with transaction.atomic():
        arrangement = arrangement_held(arrangement)
        if arrangement.stage == Stage.CLOSED:
            raise StageIsLast(reference=arrangement.reference)
        facts = {
            "importance": importance,
            "importance_reason": importance_reason if importance == Importance.IMPORTANT else "",
            "revision": arrangement.revision + 1,
        }
        was = arrangement.importance
        change = row_change(arrangement, **facts)
        arrangement.save()
        ledger_append(
            actor=actor,
            event=events.ARRANGEMENT_REVISED,
            subject=arrangement,
            before=change.before,
            after=change.after,
            scopes=arrangement.ledger_scopes,
        )
        return row_add(
            MaterialChange(),
            actor=actor,
            event=events.CHANGE_RECORDED,
            columns=OF_ARRANGEMENT,
            arrangement=arrangement,
            kind=kind,
            description=description,
            happened_on=happened_on,
            importance_before=was,
            importance=importance,
            importance_reason=importance_reason,
        )


def material_change_settle(
    *, actor: Actor, materialchange: MaterialChange, reported_on: date | None = None
) -> MaterialChange:
    """Say that the arrangement was approved as it now is, and where the rules ask for it reported.

    Raises NotPermitted; ChangeSettled; ChangeNotApproved; ValidationError by field.
    """
    need_object(actor, CHANGE_SETTLE, materialchange, OF_ARRANGEMENT)
    today = timezone.localdate()
    with transaction.atomic():
        arrangement = arrangement_held(materialchange.arrangement)
        row = MaterialChange.objects.select_for_update().get(pk=materialchange.pk)
        if row.settled_on is not None:
            raise ChangeSettled
        if not is_approved(arrangement):
            raise ChangeNotApproved(reference=arrangement.reference)
        if reported_on is None and needs_report(arrangement):
            raise ValidationError({"reported_on": told("State when this was reported to the supervisor.")})
        if reported_on is not None and reported_on > today:
            raise ValidationError({"reported_on": told("This day has not come yet.")})
        facts = {"settled_on": today, "reported_on": reported_on}
        return row_edit(row, actor=actor, event=events.CHANGE_SETTLED, columns=OF_ARRANGEMENT, **facts)
