"""Jobs, and when schedules last started one."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from guanbao.platform.tasks.choices import ENDED, State
from guanbao.platform.tasks.declaring import job_outcome, job_title
from guanbao.platform.wording import _, reader_language, told


class Job(models.Model):
    """A piece of background work: what was asked for and by whom, how far it is, how it ended."""

    kind = models.CharField(_("Work"), max_length=100)
    subject = models.CharField(_("About"), max_length=200, blank=True)
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - without one, jobs are as many as are asked for
    actor_kind = models.CharField(max_length=10)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("Asked for by")
    )
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, null=True, related_name="+")
    request_id = models.CharField(max_length=64, blank=True)
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    done = models.BigIntegerField(null=True)
    total = models.BigIntegerField(null=True)
    step = models.TextField(blank=True)
    step_values = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    error_en = models.TextField(blank=True)
    error_zh = models.TextField(blank=True)
    created_at = models.DateTimeField(_("Asked for"))
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(_("Begun"), null=True)
    finished_at = models.DateTimeField(_("Finished at"), null=True)
    beat_at = models.DateTimeField(null=True)
    task_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "key"),
                name="job_once_by_key",
                violation_error_message=_("A task of this kind under this key is there already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="job_state_known",
                violation_error_message=_("The state of the task is not one that is known."),
            ),
        )
        indexes: ClassVar = [
            models.Index(fields=("organisation", "person", "-id"), name="job_of_starter"),
            models.Index(fields=("state", "due_at"), name="job_by_state"),
        ]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.get_kind_display(), self.subject) if part)

    def get_kind_display(self) -> str:
        """What its kind is called, in the reader's language."""
        return job_title(self.kind)

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ENDED

    @property
    def step_told(self) -> str:
        """What it is doing, in the reader's language."""
        return told(self.step, **self.step_values) if self.step else ""

    @property
    def outcome_told(self) -> str:
        """What came of it, in the reader's language."""
        sentence = job_outcome(self.kind)
        return told(sentence, **(self.result or {})) if sentence and self.state == State.DONE else ""

    @property
    def result_url(self) -> str:
        """Where its result can be seen, on this site."""
        url = self.result.get("url", "") if isinstance(self.result, dict) else ""
        return url if url.startswith("/") and not url.startswith("//") else ""

    @property
    def error(self) -> str:
        """Why it failed, or is to be tried again, in the reader's language."""
        return self.error_zh if reader_language() == "zh" else self.error_en


class Schedule(models.Model):
    """When something that runs by itself was last due, and is due next."""

    kind = models.CharField(_("Work"), max_length=100, unique=True)
    last_due = models.DateTimeField(_("Last due"))
    next_due = models.DateTimeField(_("Next due"))
    last_job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", verbose_name=_("Last time"))

    def __str__(self) -> str:
        return self.get_kind_display()

    def get_kind_display(self) -> str:
        """What it starts, in the reader's language."""
        return job_title(self.kind)
