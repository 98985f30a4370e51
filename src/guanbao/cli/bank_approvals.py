"""The approvals of the demonstration bank: one at each level, one returned, one overdue, one void."""

from __future__ import annotations

from datetime import timedelta
from typing import Any


def people(bank: Any, said: list[dict[str, str]], actors: dict[str, Any]) -> list[list[object]]:  # noqa: ANN401
    """Colleagues of those who hold a role already: accounts to print, and actors by login."""
    from django.utils import timezone

    from guanbao.apps.operations.checks import DEMONSTRATION_PASSWORD
    from guanbao.platform.access.models import Role
    from guanbao.platform.access.services import grant_give
    from guanbao.platform.actors import SYSTEM, Actor
    from guanbao.platform.identity.services import membership_give, person_add

    today, accounts = timezone.localdate(), []
    for one in said:
        role = Role.objects.get(code=one["role"], institution=None)
        person = person_add(actor=SYSTEM, login=one["login"], name=one["name"], password=DEMONSTRATION_PASSWORD)
        organisation = bank.organisation
        membership_give(actor=SYSTEM, person=person, organisation=organisation, since=today, post=one["name"])
        grant_give(actor=SYSTEM, person=person, organisation=organisation, role=role, since=today)
        key = f"person {person.pk}"
        actors[one["login"]] = Actor("person", key, person_id=person.pk, organisation_id=organisation.pk)
        accounts.append([one["login"], str(role), bank.name])
    return accounts


def approvals(data: dict[str, Any], actors: dict[str, Any]) -> None:
    """Submitted by the executing department's clerk, decided as the pack says."""
    from guanbao.apps.arrangements.models import Arrangement
    from guanbao.apps.arrangements.services import arrangement_edit
    from guanbao.platform.workflow.services.approvals import approval_start

    for said in data["approvals"]:
        arrangement = Arrangement.objects.get(reference=said["of"])
        approval = approval_start(actor=actors["executing_department.2"], subject=arrangement)
        for step in said["steps"]:
            _decide(approval, actors, *step)
        if "edit" in said:
            arrangement_edit(actor=actors["outsourcing_office"], arrangement=arrangement, **said["edit"])
    _overdue(**data["overdue"])


def _decide(approval: Any, actors: dict[str, Any], level: str, login: str, *said: str) -> None:  # noqa: ANN401
    from guanbao.platform.workflow.services.deciding import task_decide

    task = approval.tasks.filter(level=level, state="open").order_by("seat").first()
    verdict, opinion, to = [*said, *("approve", "", "")[len(said) :]]
    task_decide(actor=actors[login], task=task, verdict=verdict, opinion=opinion, to=to)


def _overdue(of: str, level: str, days: int) -> None:
    """A task that was asked some time ago, as time itself would have it; then the timers look."""
    from django.db import transaction
    from django.utils import timezone

    from guanbao.platform.actors import SYSTEM
    from guanbao.platform.workflow.models import Task
    from guanbao.platform.workflow.services.timing import task_escalate

    now = timezone.now()
    task = Task.objects.get(approval__label__startswith=of, level=level, state="open")
    Task.objects.filter(pk=task.pk).update(
        created_at=now - timedelta(days=days), due_at=now - timedelta(days=days // 3), remind_at=None
    )
    with transaction.atomic():
        task_escalate(actor=SYSTEM, pk=task.pk, now=now)
