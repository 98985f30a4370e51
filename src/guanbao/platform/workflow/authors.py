"""Who wrote what is decided: they leave it to others, whoever pressed the button that submits it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from guanbao.platform.ledger.models import Entry
from guanbao.platform.workflow import events
from guanbao.platform.workflow.attaching import Attachment
from guanbao.platform.workflow.choices import State
from guanbao.platform.workflow.models import Approval


def wrote(attached: Attachment, approval: Approval, people: Collection[int]) -> bool:
    """Whether one of them changed a field that is decided since the record was last approved, as the ledger has it."""
    mine = Entry.objects.filter(
        object_type=approval.subject_type, object_id=str(approval.subject_id), person_id__in=people
    )
    if (since := _last_approved(approval)) is not None:
        mine = mine.filter(at__gt=since)
    decided = set(attached.fields)
    return any(decided & {*after, *redacted} for after, redacted in mine.values_list("after", "redacted"))


def _last_approved(approval: Approval) -> datetime | None:
    """When the record was approved before, whether or not that still holds."""
    before = Approval.objects.filter(subject_type=approval.subject_type, subject_id=approval.subject_id)
    keys = [str(pk) for pk in before.exclude(pk=approval.pk).values_list("pk", flat=True)]
    ended = Entry.objects.filter(
        object_type="workflow.approval",
        object_id__in=keys,
        event=events.APPROVAL_ENDED.name,
        after__state=State.APPROVED,
    )
    found: datetime | None = ended.order_by("-index").values_list("at", flat=True).first() if keys else None
    return found
