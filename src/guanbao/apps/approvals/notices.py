"""What people are told of approvals: what they are asked, what is due or overdue, how it ended."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from guanbao.engine.language import _
from guanbao.platform.access.holders import holders
from guanbao.platform.actors import SYSTEM
from guanbao.platform.notices.declaring import NoticeKind, notice_kind
from guanbao.platform.notices.services import Value, notice_send
from guanbao.platform.wording import _ as title_
from guanbao.platform.workflow.attaching import attachment_of
from guanbao.platform.workflow.choices import State
from guanbao.platform.workflow.hearing import Kind, News
from guanbao.platform.workflow.mandates import as_person
from guanbao.platform.workflow.models import Absence, Approval, Task
from guanbao.platform.workflow.permissions import APPROVAL_VIEW

ASKED = notice_kind(
    "approval.asked", title_("Something to decide"), _("{record}: {level} waits for you."), APPROVAL_VIEW
)
REMINDED = notice_kind(
    "approval.reminded", title_("A decision is due"), _("{record}: {level} is due at {due}."), APPROVAL_VIEW
)
ESCALATED = notice_kind(
    "approval.escalated",
    title_("A decision is overdue"),
    _("{record}: {level} is overdue since {due}."),
    APPROVAL_VIEW,
    urgent=True,
)
RETURNED = notice_kind(
    "approval.returned",
    title_("Something was returned"),
    _("{record} was returned to an earlier level, where it is decided anew."),
    APPROVAL_VIEW,
)
APPROVED = notice_kind("approval.approved", title_("Approved"), _("{record} is approved."), APPROVAL_VIEW)
REJECTED = notice_kind("approval.rejected", title_("Turned down"), _("{record} is turned down."), APPROVAL_VIEW)
WITHDRAWN = notice_kind("approval.withdrawn", title_("Withdrawn"), _("{record} was withdrawn."), APPROVAL_VIEW)
VOIDED = notice_kind(
    "approval.voided",
    title_("A decision is void"),
    _("{record} was changed while it was decided about: what was decided is void. Submit it anew."),
    APPROVAL_VIEW,
    urgent=True,
)
_OF_TASKS: dict[Kind, NoticeKind] = {"asked": ASKED, "reminded": REMINDED, "escalated": ESCALATED}
_ENDS = {State.APPROVED: APPROVED, State.REJECTED: REJECTED, State.WITHDRAWN: WITHDRAWN, State.VOID: VOIDED}


def told(news: News) -> None:
    """Send what one piece of news asks for, within its transaction."""
    approval = Approval.objects.get(pk=news.approval_id)
    if news.task_id is not None and news.kind in _OF_TASKS:
        _of_task(news, approval, Task.objects.get(pk=news.task_id), _OF_TASKS[news.kind])
    elif news.kind == "returned":
        _send(approval, RETURNED, key=f"{approval.pk}-{approval.round}", role=news.role)
    elif (kind := _ENDS.get(State(approval.state))) is not None:
        deciding = approval.decisions.values_list("person", flat=True)
        for person in sorted({approval.maker_id, *(deciding if kind is VOIDED else ())}):
            _send(approval, kind, key=f"{approval.pk}-{person}", person_id=person)


def _of_task(news: News, approval: Approval, task: Task, kind: NoticeKind) -> None:
    """To who took it, else to all of its role, and to who stands in for one of these."""
    due = timezone.localtime(task.due_at).strftime("%Y-%m-%d %H:%M") if task.due_at else "—"
    said: dict[str, Value] = {"level": {"zh": task.title, "en": task.title_en or task.title}, "due": due}
    if news.person_id is not None:
        _send(approval, kind, key=f"{task.pk}-{news.person_id}", person_id=news.person_id, said=said)
        return
    _send(approval, kind, key=str(task.pk), role=news.role, said=said)
    today = timezone.localdate()
    asked = holders(APPROVAL_VIEW, organisation_id=approval.organisation_id, scopes=_scopes(approval), role=news.role)
    away = Absence.objects.filter(
        organisation=approval.organisation_id, person__in=asked, since__lte=today, until__gte=today, ended_at=None
    )
    for deputy in sorted({*away.values_list("deputy", flat=True)} - {approval.maker_id}):
        _send(approval, kind, key=f"{task.pk}-{deputy}", person_id=deputy, said=said)


def _send(
    approval: Approval,
    kind: NoticeKind,
    *,
    key: str,
    role: str = "",
    person_id: int | None = None,
    said: Mapping[str, Value] | None = None,
) -> None:
    # Whoever submitted it does not decide, so that of their own role's tasks they are not told.
    by = as_person(approval.maker_id, approval.organisation_id) if role else SYSTEM
    notice_send(
        actor=by, kind=kind, organisation_id=approval.organisation_id, scopes=_scopes(approval), key=key,
        url=f"/approvals/{approval.pk}/", role=role, person_id=person_id,
        values={"record": approval.label, **(said or {})},
    )  # fmt: skip


def _scopes(approval: Approval) -> dict[str, int]:
    """Whose the record is."""
    attached = attachment_of(approval.subject_type)
    subject = attached.model._default_manager.get(pk=approval.subject_id)  # noqa: SLF001 - any model's
    return attached.columns.scopes_of(subject)
