"""The pages of approvals: approvals, tasks, models, and what is the reader's own."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from guanbao.apps.approvals.flows import flow_of, model_drawn, record_of, shipped_drawn
from guanbao.apps.approvals.forms import AwayForm, DecideForm, DelegateForm, UploadForm
from guanbao.apps.approvals.people import colleagues_of
from guanbao.apps.approvals.records import seen_by
from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.reach import reach
from guanbao.platform.access.roles import role_title
from guanbao.platform.actors import Actor
from guanbao.platform.telling import cell, tell
from guanbao.platform.wording import _, reader_language
from guanbao.platform.workflow import permissions, selectors
from guanbao.platform.workflow.attaching import attachment_of
from guanbao.platform.workflow.choices import State
from guanbao.platform.workflow.models import Approval, ModelVersion, Task
from guanbao.platform.workflow.services.absences import absence_end, absence_set
from guanbao.platform.workflow.services.approvals import approval_withdraw
from guanbao.platform.workflow.services.deciding import task_claim, task_decide, task_delegate, task_release
from guanbao.platform.workflow.services.versions import model_enforce, model_upload
from guanbao.platform.workflow.shipped import model_title, models_shipped
from guanbao.web.forms import dressed
from guanbao.web.frame import Page
from guanbao.web.panels import TIMELINE
from guanbao.web.resource import Panel, Resource, Verb, resource_of

_MOST = 100
_GROUP = _("Approvals")
MY_TASKS = Page("my-tasks", _("My tasks"), _GROUP, permissions.APPROVAL_VIEW)
MODEL_INDEX = Page("model-index", _("Models of approval"), _GROUP, permissions.MODEL_VIEW)
tell(Task, role=role_title)


def approval_routes() -> list[URLPattern]:
    """Their addresses."""
    return [
        path("my-tasks/", my_tasks_page, name="my-tasks"),
        path("my-tasks/away", away_page, name="away"),
        path("my-tasks/back/<int:pk>", back_page, name="away-end"),
        path("models-of-approval/", model_index_page, name="model-index"),
    ]


def waits(task: Task, actor: Actor) -> bool:
    """Whether a task waits for the reader; looked up once in each request."""
    known = {} if actor.read is None else actor.read
    if ("waits", task.pk) not in known:
        known["waits", task.pk] = selectors.tasks_waiting(actor=actor).filter(pk=task.pk).exists()
    return bool(known["waits", task.pk])


def _flow(actor: Actor, approval: Approval) -> dict[str, Any]:
    """An approval: its record, its way, its decisions."""
    name, url = record_of(approval, actor)
    return flow_of(approval) | {"record": name, "record_url": url}


def _asked(actor: Actor, task: Task) -> dict[str, Any]:
    """A task: what is to be decided as it was submitted, and the form, where it is the reader's."""
    approval: Approval = task.approval
    attached = attachment_of(approval.subject_type)
    row = attached.rows(actor=actor).filter(pk=approval.subject_id).first()
    resource = resource_of(attached.model)
    shown = [(resource.heading(name), cell(row, name)) for name in attached.fields] if row and resource else []
    form = DecideForm(instance=task) if waits(task, actor) else None
    if form is not None:
        dressed(form)
    name, url = record_of(approval, actor)
    return flow_of(approval) | {"task": task, "form": form, "shown": shown, "record": name, "record_url": url}


def _model(_actor: Actor, version: ModelVersion) -> dict[str, Any]:
    return {"svg": model_drawn(version), "bpmn": version.bpmn, "tables": version.tables}


APPROVALS = Resource(
    name="approvals",
    model=Approval,
    title=_("Approvals"),
    singular=_("Approval"),
    group=_GROUP,
    empty=_("Nothing was submitted for approval yet."),
    view=permissions.APPROVAL_VIEW,
    rows=selectors.approvals_visible,
    columns=("label", "version", "state", "maker", "started_at", "ended_at"),
    shown=("version", "state", "maker", "round", "started_at", "ended_at", "digest"),
    answers=("label", "version", "state", "maker", "round", "started_at", "ended_at", "digest"),
    search=("label",),
    filters=("state",),
    order=("-pk",),
    verbs=(
        Verb(
            "withdraw",
            _("Withdraw"),
            permissions.APPROVAL_START,
            approval_withdraw,
            when=lambda approval, actor: approval.state == State.RUNNING and approval.maker_id == actor.person_id,
            grave=True,
        ),
    ),
    panels=(Panel("flow", _("Course"), "approvals/flow.html", _flow), TIMELINE),
)
TASKS = Resource(
    name="approval-tasks",
    model=Task,
    title=_("Tasks of approvals"),
    singular=_("Task"),
    group=_GROUP,
    empty=_("Nobody is asked for anything."),
    view=permissions.APPROVAL_VIEW,
    rows=selectors.tasks_visible,
    columns=("title", "approval", "role", "state", "claimed_by", "due_at"),
    shown=("role", "state", "claimed_by", "delegated_by", "created_at", "due_at", "reminded_at", "escalated_at"),
    answers=(
        "approval",
        "level",
        "title",
        "title_en",
        "role",
        "seat",
        "round",
        "state",
        "claimed_by",
        "delegated_by",
        "due_at",
    ),
    filters=("state",),
    order=("-pk",),
    parent="approval",
    verbs=(
        Verb("decide", _("Decide"), permissions.APPROVAL_VIEW, task_decide, form=DecideForm, when=waits),
        Verb(
            "claim",
            _("Take"),
            permissions.APPROVAL_VIEW,
            task_claim,
            when=lambda task, actor: task.claimed_by_id is None and waits(task, actor),
        ),
        Verb(
            "release",
            _("Put back"),
            permissions.APPROVAL_VIEW,
            task_release,
            when=lambda task, actor: task.state == "open" and task.claimed_by_id == actor.person_id,
        ),
        Verb("delegate", _("Hand over"), permissions.APPROVAL_VIEW, task_delegate, form=DelegateForm, when=waits),
    ),
    panels=(Panel("task", _("What is to be decided"), "approvals/task.html", _asked), TIMELINE),
)
MODELS = Resource(
    name="approval-models",
    model=ModelVersion,
    title=_("Versions of models"),
    singular=_("Model of approval"),
    group=_GROUP,
    empty=_("No model was kept yet."),
    view=permissions.MODEL_VIEW,
    rows=selectors.versions_visible,
    columns=("title", "number", "is_shipped", "uploaded_by", "enforced_by", "enforced_at"),
    shown=("number", "digest", "is_shipped", "uploaded_by", "uploaded_at", "enforced_by", "enforced_at"),
    answers=("title", "title_en", "name", "number", "digest", "is_shipped", "uploaded_at", "enforced_at"),
    search=("title", "name"),
    order=("name", "-number"),
    parent="organisation",
    verbs=(
        Verb(
            "enforce",
            _("Put in force"),
            permissions.MODEL_ENFORCE,
            model_enforce,
            when=lambda version, actor: version.enforced_at is None and version.uploaded_by_id != actor.person_id,
            grave=True,
        ),
    ),
    panels=(Panel("model", _("Diagram"), "approvals/model.html", _model), TIMELINE),
)


@require_safe
def my_tasks_page(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, what they decided, what they were given copies of, and who stands in for them."""
    actor = _reader(request)
    return render(request, "approvals/my_tasks.html", _own(request, actor, AwayForm(colleagues=colleagues_of(actor))))


@require_POST
def away_page(request: HttpRequest) -> HttpResponse:
    """Have a colleague stand in."""
    actor = _reader(request)
    form = AwayForm(request.POST, colleagues=colleagues_of(actor))
    if form.is_valid():
        try:
            absence_set(actor=actor, **form.cleaned_data)
            return redirect("/my-tasks/?tab=away")
        except GuanbaoError as error:
            form.add_error(None, explain(error, reader_language()))
        except ValidationError as error:
            form.add_error(None, error.messages)
    return render(request, "approvals/my_tasks.html", _own(request, actor, form) | {"tab": "away"}, status=422)


@require_POST
def back_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Be back."""
    actor = _reader(request)
    absence = selectors.absences_of(actor=actor).filter(pk=pk).first()
    if absence is None:
        raise Http404
    absence_end(actor=actor, absence=absence)
    return redirect("/my-tasks/?tab=away")


def model_index_page(request: HttpRequest) -> HttpResponse:
    """Every model with its versions, and the form that uploads one."""
    actor = actor_of(request)
    if not MODELS.may_view(actor):
        raise Http404
    may = not reach(actor, permissions.MODEL_UPLOAD).is_empty
    if request.method == "POST" and not may:
        raise Http404
    form = UploadForm(request.POST or None, request.FILES or None)
    dressed(form)
    if request.method == "POST" and form.is_valid() and (made := _uploaded(actor, form)) is not None:
        return redirect(MODELS.url("detail", made.pk))
    versions = selectors.versions_visible(actor=actor).order_by("name", "-number")
    kept = [
        (name, model_title(name), [one for one in versions if one.name == name], shipped_drawn(name))
        for name in models_shipped()
    ]
    context = {"kept": kept, "form": form if may else None, "title": MODEL_INDEX.title}
    return render(request, "approvals/models.html", context, status=422 if request.method == "POST" else 200)


def _uploaded(actor: Actor, form: UploadForm) -> ModelVersion | None:
    given = form.cleaned_data
    try:
        return model_upload(
            actor=actor,
            name=given["name"],
            bpmn=given["bpmn"].read(),
            tables=[table.read() for table in given["tables"]],
        )
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            form.add_error(field, messages)
    return None


def _own(request: HttpRequest, actor: Actor, form: AwayForm) -> dict[str, Any]:
    dressed(form)
    tab = request.GET.get("tab", "todo")
    return {
        "tab": tab if tab in ("todo", "done", "copies", "away") else "todo",
        "todo": selectors.tasks_waiting(actor=actor)[:_MOST],
        "done": selectors.tasks_decided(actor=actor)[:_MOST],
        "copies": selectors.copies_of(actor=actor)[:_MOST],
        "away": selectors.absences_of(actor=actor)[:_MOST],
        "form": form,
        "title": MY_TASKS.title,
    }


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not seen_by(actor):
        raise Http404
    return actor
