"""An approval of what is no longer so is void."""

from __future__ import annotations

from django.db.models import Model

from guanbao.platform.actors import Actor
from guanbao.platform.workflow import events
from guanbao.platform.workflow.attaching import Attachment, digest_of, subjects_of
from guanbao.platform.workflow.choices import State
from guanbao.platform.workflow.models import Approval
from guanbao.platform.workflow.services.ending import end

_STANDING = (State.RUNNING, State.APPROVED)


def changed(actor: Actor, row: Model) -> None:
    """A row was changed, in this transaction: end what is, or was, decided about something else than it is now."""
    for attached, pk in subjects_of(row):
        rows = Approval.objects.filter(subject_type=attached.label, subject_id=pk, state__in=_STANDING)
        for approval in list(rows.select_for_update(of=("self",)).select_related("version").order_by("pk")):
            subject = attached.model._default_manager.filter(pk=pk).first()  # noqa: SLF001 - any model's
            if subject is not None and approval.state == State.APPROVED and attached.is_settled(subject):
                continue
            if subject is None or not is_same(attached, subject, approval):
                void(actor, approval)


def void(actor: Actor, approval: Approval) -> None:
    """End an approval because what it is about has changed."""
    end(actor, approval, State.VOID, events.APPROVAL_VOIDED)


def is_same(attached: Attachment, subject: Model, approval: Approval) -> bool:
    """Whether a record is still what was submitted, to the byte."""
    return digest_of(attached.content(subject)) == approval.digest
