"""Versions of models, approvals, their tasks and decisions, copies, and who stands in for whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guanbao.platform.wording import _, reader_language
from guanbao.platform.workflow.choices import State, TaskState, Verdict, Why
from guanbao.platform.workflow.diagrams import Diagram, diagram_in

_PERSON = settings.AUTH_USER_MODEL


class ModelVersion(models.Model):
    """A model of approval as an institution has it: in BPMN, with its tables in DMN. It never changes."""

    tenants = ("organisation",)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    name = models.SlugField(_("Model"), max_length=60)
    number = models.PositiveIntegerField(_("Version"))
    title = models.CharField(_("Title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    bpmn = models.TextField()
    tables = models.JSONField(default=list, blank=True)
    digest = models.CharField(_("Digest"), max_length=64)
    is_shipped = models.BooleanField(_("Came with the product"), default=False)
    uploaded_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Uploaded by")
    )
    uploaded_at = models.DateTimeField(_("Uploaded at"))
    enforced_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Put in force by")
    )
    enforced_at = models.DateTimeField(_("In force since"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "name", "number"),
                name="workflow_version_once",
                violation_error_message=_("There is such a version already."),
            ),
            models.CheckConstraint(
                condition=Q(enforced_by=None) | Q(uploaded_by=None) | ~Q(enforced_by=F("uploaded_by")),
                name="workflow_version_by_two",
                violation_error_message=_("Whoever uploaded a model does not put it in force."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.title_en if self.title_en and reader_language() == 'en' else self.title} {self.number}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.title

    @property
    def diagram(self) -> Diagram:
        """What is drawn of it."""
        return diagram_in(self.bpmn)


class Approval(models.Model):
    """One run of a model over one record, as it was when it was submitted."""

    tenants = ("organisation",)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="approvals", verbose_name=_("Model"))
    subject_type = models.CharField(max_length=100)
    subject_id = models.BigIntegerField()
    label = models.CharField(_("Record"), max_length=300)
    maker = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name=_("Submitted by"))
    digest = models.CharField(_("Digest"), max_length=64)
    content = models.JSONField()
    run = models.TextField()
    round = models.PositiveIntegerField(_("Round"), default=1)
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(_("Submitted at"))
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("subject_type", "subject_id"),
                condition=Q(state=State.RUNNING),
                name="workflow_one_running",
                violation_error_message=_("This record is being decided already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="workflow_state_known",
                violation_error_message=_("The state is not one that is known."),
            ),
        )
        indexes = (
            models.Index(fields=("organisation", "state", "id"), name="workflow_by_state"),
            models.Index(fields=("subject_type", "subject_id", "id"), name="workflow_of_subject"),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.label


class Task(models.Model):
    """What one person of a role is asked to decide: a seat at a level, in one round."""

    tenants = ("organisation",)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="tasks", verbose_name=_("Approval"))
    level = models.CharField(_("Node"), max_length=100)
    title = models.CharField(_("Level"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    seat = models.PositiveSmallIntegerField(_("Seat"), default=1)
    round = models.PositiveIntegerField(_("Round"), default=1)
    role = models.CharField(_("Role"), max_length=40)
    state = models.CharField(_("State"), max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    claimed_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Taken by")
    )
    delegated_by = models.ForeignKey(
        _PERSON, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("In the place of")
    )
    created_at = models.DateTimeField(_("Asked at"))
    due_at = models.DateTimeField(_("Due at"), null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(_("Reminded at"), null=True, blank=True)
    escalate_to = models.CharField(max_length=40, blank=True)
    escalated_at = models.DateTimeField(_("Escalated at"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("approval", "level", "seat", "round"),
                name="workflow_task_once",
                violation_error_message=_("This is asked already."),
            ),
            models.CheckConstraint(
                condition=Q(delegated_by=None) | (Q(claimed_by__isnull=False) & ~Q(claimed_by=F("delegated_by"))),
                name="workflow_task_handed_over",
                violation_error_message=_("Nobody hands a task to themselves."),
            ),
        )
        indexes = (
            models.Index(fields=("organisation", "state", "role", "id"), name="workflow_task_of_role"),
            models.Index(fields=("claimed_by", "state", "id"), name="workflow_task_of_person"),
            models.Index(fields=("state", "due_at"), name="workflow_task_due"),
        )

    def __str__(self) -> str:
        return f"{self.called} · {self.approval.label}"

    @property
    def called(self) -> str:
        """What its level is called."""
        return self.title_en if self.title_en and reader_language() == "en" else self.title

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.approval.label


class Decision(models.Model):
    """What somebody decided, of exactly what. It stands in force until its level is asked anew."""

    tenants = ("organisation",)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="decisions")
    task = models.OneToOneField(Task, models.PROTECT, related_name="decision")
    level = models.CharField(_("Level"), max_length=100)
    maker = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    person = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name=_("Person"))
    for_person = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name=_("In the place of"))
    verdict = models.CharField(_("Decision"), max_length=10, choices=Verdict.choices)
    opinion = models.TextField(_("Opinion"), max_length=4000, blank=True)
    to = models.CharField(max_length=100, blank=True)
    digest = models.CharField(_("Digest"), max_length=64)
    at = models.DateTimeField(_("Time"))
    in_force = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(person=F("maker")) & ~Q(for_person=F("maker")),
                name="workflow_decision_by_another",
                violation_error_message=_("Whoever submits something does not decide about it."),
            ),
            models.UniqueConstraint(
                fields=("approval", "person"),
                condition=Q(in_force=True),
                name="workflow_decision_person_once",
                violation_error_message=_("Nobody decides twice in one chain."),
            ),
            models.UniqueConstraint(
                fields=("approval", "for_person"),
                condition=Q(in_force=True),
                name="workflow_decision_for_once",
                violation_error_message=_("Nobody is stood in for twice in one chain."),
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values),
                name="workflow_verdict_known",
                violation_error_message=_("The decision is not one that is known."),
            ),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.RETURN) | Q(in_force=False),
                name="workflow_return_stands_not",
                violation_error_message=_("A return does not stand in force."),
            ),
        )
        indexes = (models.Index(fields=("person", "at"), name="workflow_decision_of_person"),)

    def __str__(self) -> str:
        return f"{self.level} {self.verdict}"


class Copy(models.Model):
    """Something that a role is shown without being asked for anything (抄送)."""

    tenants = ("organisation",)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="copies")
    role = models.CharField(max_length=40)
    why = models.CharField(max_length=10, choices=Why.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("approval", "role", "why"),
                name="workflow_copy_once",
                violation_error_message=_("The role was told already."),
            ),
        )
        indexes = (models.Index(fields=("organisation", "role", "id"), name="workflow_copy_of_role"),)

    def __str__(self) -> str:
        return f"{self.approval} {self.why}"


class Absence(models.Model):
    """Somebody who is away, and the colleague who decides in their place meanwhile."""

    tenants = ("organisation",)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    person = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name=_("Person"))
    deputy = models.ForeignKey(_PERSON, models.PROTECT, related_name="+", verbose_name=_("Stands in"))
    since = models.DateField(_("Since"))
    until = models.DateField(_("Until"))
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(person=F("deputy")),
                name="workflow_deputy_is_another",
                violation_error_message=_("Nobody stands in for themselves."),
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("since")),
                name="workflow_absence_ends_later",
                violation_error_message=_("An absence ends after it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} → {self.deputy}"
