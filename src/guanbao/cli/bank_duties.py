"""The duties of the demonstration bank: soon due, overdue and gone up, provisional, recurring, done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any


def duties(data: dict[str, Any], actors: dict[str, Any]) -> None:
    """Started and added by the outsourcing office, in days from now; then what time owes is told."""
    from django.utils import timezone

    from guanbao.apps.arrangements.models import Arrangement
    from guanbao.apps.duties.services import arrangement_duties_start, arrangement_duty_add
    from guanbao.platform.actors import SYSTEM
    from guanbao.platform.obligations.services.keeping import duty_do
    from guanbao.platform.obligations.tasks import remind

    office, today = actors["outsourcing_office"], timezone.localdate()
    for said in data["duties"]:
        arrangement = Arrangement.objects.get(reference=said["of"])
        if "templates" in said:
            given_on = today + timedelta(days=said["days"])
            arrangement_duties_start(
                actor=office, arrangement=arrangement, templates=said["templates"], given_on=given_on
            )
            continue
        facts = {name: value for name, value in said.items() if name not in ("of", "days", "done")}
        anchor_on = today + timedelta(days=said["days"])
        made = arrangement_duty_add(actor=office, arrangement=arrangement, anchor_on=anchor_on, **facts)
        if "done" in said:
            duty_do(actor=office, duty=made, remark=said["done"])
    remind(None, actor=SYSTEM)
