"""Taking a task, deciding it, returning to an earlier level, handing it over."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import Actor
from guanbao.platform.workflow import events
from guanbao.platform.workflow.authors import wrote
from guanbao.platform.workflow.choices import AGAINST, FOR, State, TaskState, Verdict
from guanbao.platform.workflow.diagrams import Node
from guanbao.platform.workflow.errors import (
    ContentChanged,
    DecidedTwice,
    DelegateUnfit,
    OpinionMissing,
    OwnRequest,
    OwnWork,
    ReturnUnfit,
    TaskClosed,
    TaskTaken,
    VerdictUnfit,
)
from guanbao.platform.workflow.hearing import News, tell
from guanbao.platform.workflow.mandates import as_person, holds, mandates, somebody
from guanbao.platform.workflow.models import Approval, Decision, Task
from guanbao.platform.workflow.permissions import APPROVAL_VIEW
from guanbao.platform.workflow.running import Run
from guanbao.platform.workflow.services.approvals import Held, ask, hold, need_running
from guanbao.platform.workflow.services.ending import end, of_task
from guanbao.platform.workflow.services.voiding import is_same, void


def task_claim(*, actor: Actor, task: Task) -> Task:
    """Take a task, so that others of the role leave it alone. Raises as `task_decide`."""
    with transaction.atomic():
        held = hold(task.approval_id)
        task = _open(held, task)
        _mandate(actor, task, held.approval)
        task.claimed_by_id = actor.person_id
        task.save(update_fields=["claimed_by"])
        of_task(actor, task, events.TASK_CLAIMED)
    return task


def task_release(*, actor: Actor, task: Task) -> Task:
    """Put back a task that one took. Raises NotPermitted, TaskClosed, ApprovalEnded."""
    with transaction.atomic():
        held = hold(task.approval_id)
        task = _open(held, task)
        if task.claimed_by_id != actor.person_id or actor.organisation_id != held.approval.organisation_id:
            raise NotPermitted(actor=actor.name, permission=APPROVAL_VIEW.name)
        task.claimed_by_id = task.delegated_by_id = None
        task.save(update_fields=["claimed_by", "delegated_by"])
        of_task(actor, task, events.TASK_RELEASED)
    return task


def task_decide(*, actor: Actor, task: Task, verdict: Verdict | str, opinion: str = "", to: str = "") -> Task:
    """Decide a task; a return names the level `to` which it goes back.

    Raises:
        NotPermitted; OwnRequest, OwnWork, DecidedTwice; TaskTaken, TaskClosed, ApprovalEnded; VerdictUnfit,
        OpinionMissing, ReturnUnfit. ContentChanged: the record is not what was submitted, and the approval is void
        from now on.
    """
    try:
        with transaction.atomic():
            held = hold(task.approval_id)
            task = _open(held, task)
            for_person = _mandate(actor, task, held.approval)
            if wrote(held.attached, held.approval, {somebody(actor), for_person}):
                raise OwnWork
            if same := is_same(held.attached, held.subject, held.approval):
                _decide(actor, held.approval, task, Verdict(verdict), (opinion.strip(), to, for_person))
            else:
                void(actor, held.approval)
    except IntegrityError as error:  # what was looked at above, the database holds too
        raise DecidedTwice from error
    if not same:
        raise ContentChanged(label=held.approval.label)
    return task


def task_delegate(*, actor: Actor, task: Task, person_id: int) -> Task:
    """Hand a task to a colleague, who then decides in one's place.

    Raises DelegateUnfit; as `task_decide`.
    """
    with transaction.atomic():
        held = hold(task.approval_id)
        task = _open(held, task)
        for_person = _mandate(actor, task, held.approval)
        other = as_person(person_id, held.approval.organisation_id)
        fit = person_id not in {actor.person_id, for_person, held.approval.maker_id}
        if not fit or not holds(other, task.role, held.approval) or _decided(held.approval, person_id):
            raise DelegateUnfit
        task.claimed_by_id, task.delegated_by_id = person_id, for_person
        task.save(update_fields=["claimed_by", "delegated_by"])
        of_task(actor, task, events.TASK_DELEGATED, person=person_id, for_person=for_person)
        tell(News("asked", held.approval.pk, task.pk, person_id=person_id))
    return task


def verdicts_of(task: Task) -> tuple[Verdict, ...]:
    """What can be decided at a task's level."""
    node = task.approval.version.diagram.nodes[task.level]
    return _verdicts(node)


def levels_before(task: Task) -> list[Node]:
    """The levels to which a task can be returned: those before it at which somebody has decided."""
    diagram = task.approval.version.diagram
    decided = set(task.approval.decisions.filter(in_force=True).values_list("level", flat=True))
    return [diagram.nodes[level] for level in diagram.nodes if level in decided and task.level in diagram.after(level)]


def _verdicts(node: Node) -> tuple[Verdict, ...]:
    if node.is_countersign:
        return (Verdict.APPROVE, Verdict.RESERVE, Verdict.VETO, Verdict.RETURN)
    return (Verdict.APPROVE, Verdict.REJECT, Verdict.RETURN)


def _open(held: Held, task: Task) -> Task:
    """The task, held, if somebody is still asked for it."""
    need_running(held.approval)
    found = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    found.approval = held.approval
    if found.state != TaskState.OPEN:
        raise TaskClosed
    return found


def _mandate(actor: Actor, task: Task, approval: Approval) -> int:
    """In whose place the actor decides here. Looked for one by one: mostly it is their own."""
    found: list[int] = []
    for for_person in mandates(actor, task, approval):
        if not found and task.claimed_by_id not in (None, actor.person_id):
            raise TaskTaken
        if not found and approval.maker_id == actor.person_id:
            raise OwnRequest
        if for_person != approval.maker_id and not _decided(approval, actor.person_id, for_person):
            return for_person
        found.append(for_person)
    if not found:
        raise NotPermitted(actor=actor.name, permission=APPROVAL_VIEW.name)
    raise OwnRequest if found == [approval.maker_id] else DecidedTwice


def _decided(approval: Approval, *people: int | None) -> bool:
    """Whether one of them decides in this chain already, or is stood in for."""
    mine = Q(person__in=people) | Q(for_person__in=people)
    return approval.decisions.filter(mine, in_force=True).exists()


def _decide(actor: Actor, approval: Approval, task: Task, verdict: Verdict, said: tuple[str, str, int]) -> None:
    opinion, to, for_person = said
    diagram = approval.version.diagram
    node = diagram.nodes[task.level]
    if verdict not in _verdicts(node):
        raise VerdictUnfit(verdict=str(verdict.label))
    if verdict != Verdict.APPROVE and not opinion:
        raise OpinionMissing(verdict=str(verdict.label))
    back = next((one for one in levels_before(task) if one.id == to), None) if verdict == Verdict.RETURN else None
    if verdict == Verdict.RETURN and back is None:
        raise ReturnUnfit(level=to)
    Decision.objects.create(
        organisation_id=approval.organisation_id,
        approval=approval,
        task=task,
        level=task.level,
        maker_id=approval.maker_id,
        person_id=somebody(actor),
        for_person_id=for_person,
        verdict=verdict,
        opinion=opinion,
        to=to if back else "",
        digest=approval.digest,
        at=timezone.now(),
        in_force=back is None,
    )
    task.state, task.claimed_by_id = TaskState.DONE, actor.person_id
    task.save(update_fields=["state", "claimed_by"])
    about: dict[str, object] = {"verdict": str(verdict), "digest": approval.digest}
    if for_person != actor.person_id:
        about["for_person"] = for_person
    if back is not None:
        _return(approval, back)
        of_task(actor, task, events.TASK_RETURNED, **about, back_to=back.id)
        return
    going_on = _count(approval, node)
    of_task(actor, task, events.TASK_DECIDED, **about)
    if going_on is not None:
        end(actor, approval, going_on, events.APPROVAL_ENDED)


def _count(approval: Approval, node: Node) -> State | None:
    """Go on from a level once enough are for it; how the approval ends by that, if it does."""
    verdicts = list(approval.decisions.filter(level=node.id, in_force=True).values_list("verdict", flat=True))
    if node.seats - sum(one in AGAINST for one in verdicts) < node.quorum:
        return State.REJECTED
    if sum(one in FOR for one in verdicts) < node.quorum:
        return None
    if node.seats > 1:
        approval.tasks.filter(level=node.id, state=TaskState.OPEN).update(state=TaskState.DROPPED)
    run = Run.restore(approval.run)
    run.complete(node.id)
    approval.run = run.keep()
    if run.is_over:
        return State.APPROVED
    approval.save(update_fields=["run"])
    ask(approval, run)
    return None


def _return(approval: Approval, back: Node) -> None:
    """Ask anew from an earlier level on: what was decided there and after it no longer stands."""
    diagram = approval.version.diagram
    anew = {back.id} | diagram.after(back.id)
    approval.decisions.filter(level__in=anew).update(in_force=False)
    approval.tasks.filter(level__in=anew, state=TaskState.OPEN).update(state=TaskState.DROPPED)
    run = Run.begin(approval.version.bpmn, approval.version.tables, approval.content)
    standing: dict[str, int] = {}
    kept = approval.decisions.filter(in_force=True, verdict__in=FOR).order_by("at", "pk")
    for level in kept.values_list("level", flat=True):
        standing[level] = standing.get(level, 0) + 1
        if standing[level] == diagram.nodes[level].quorum:
            run.complete(level)
    approval.round += 1
    approval.run = run.keep()
    approval.save(update_fields=["run", "round"])
    ask(approval, run)
    tell(News("returned", approval.pk, role=back.role))
