"""Plans for back-up contractors: made, corrected, reviewed, given up."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS
from guanbao.apps.sourcing import events
from guanbao.apps.sourcing.choices import Substitute
from guanbao.apps.sourcing.models import Backup
from guanbao.apps.sourcing.permissions import BACKUP_EDIT
from guanbao.apps.sourcing.selectors import TENDERS, WELCOME
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit, row_remove
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known
from guanbao.platform.wording import told

EDITED = ("substitute", "contractor", "plan", "readiness", "takes_over_d", "ready_by", "reviewed_on", "review_by")
REVIEWED = ("readiness", "takes_over_d", "ready_by", "reviewed_on", "review_by")


def backup_add(*, actor: Actor, arrangement: Arrangement, **facts: Any) -> Backup:  # noqa: ANN401 - fields by name
    """Plan for a substitute of an arrangement's contractor. Raises NotPermitted; ValidationError by field."""
    need_object(actor, BACKUP_EDIT, arrangement, ARRANGEMENTS)
    need_known(facts, EDITED)
    _check(arrangement, facts)
    return row_add(Backup(), actor=actor, event=events.BACKUP_ADDED, columns=TENDERS, arrangement=arrangement, **facts)


def backup_edit(*, actor: Actor, backup: Backup, **facts: Any) -> Backup:  # noqa: ANN401 - as above
    """Correct a plan. Raises NotPermitted; ValidationError by field."""
    need_object(actor, BACKUP_EDIT, backup, TENDERS)
    need_known(facts, EDITED)
    _check(backup.arrangement, {name: getattr(backup, name) for name in EDITED} | facts)
    return row_edit(backup, actor=actor, event=events.BACKUP_EDITED, columns=TENDERS, **facts)


def backup_review(*, actor: Actor, backup: Backup, **facts: Any) -> Backup:  # noqa: ANN401 - as above
    """Say how ready the substitute is on a day, and when that is looked at again.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, BACKUP_EDIT, backup, TENDERS)
    need_known(facts, REVIEWED)
    _check(backup.arrangement, {name: getattr(backup, name) for name in EDITED} | facts)
    return row_edit(backup, actor=actor, event=events.BACKUP_REVIEWED, columns=TENDERS, **facts)


def backup_remove(*, actor: Actor, backup: Backup) -> Backup:
    """Give a plan up; the ledger keeps that there was one. Raises NotPermitted."""
    need_object(actor, BACKUP_EDIT, backup, TENDERS)
    kept = ("arrangement", "substitute", "contractor", "readiness")
    return row_remove(backup, actor=actor, event=events.BACKUP_REMOVED, columns=TENDERS, told=kept)


def _check(arrangement: Arrangement, facts: dict[str, Any]) -> None:
    """That a substitute is the institution's own, welcome, and another than the contractor itself."""
    contractor = facts.get("contractor")
    if facts.get("substitute") == Substitute.CONTRACTOR and contractor is not None:
        if contractor.institution_id != arrangement.institution_id or contractor.standing not in WELCOME:
            raise ValidationError({"contractor": told("A substitute is a candidate, or admitted.")})
        if contractor.pk == arrangement.contractor_id:
            raise ValidationError({"contractor": told("The contractor is no substitute for itself.")})
    on: date | None = facts.get("reviewed_on")
    if on is not None and on > timezone.localdate():
        raise ValidationError({"reviewed_on": told("It was reviewed today at the latest.")})
