"""Versions of questionnaires, issues of them, and answers with what reviewers said."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guanbao.platform.identity.choices import Side
from guanbao.platform.questionnaires.choices import Outcome, State, Verdict
from guanbao.platform.questionnaires.definitions import Definition, definition_read, title_of
from guanbao.platform.wording import _

_PERSON = settings.AUTH_USER_MODEL


class QuestionnaireVersion(models.Model):
    """A questionnaire as an institution has it. It never changes."""

    tenants = ("organisation",)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    name = models.SlugField(_("Questionnaire"), max_length=40)
    number = models.PositiveIntegerField(_("Version"))
    title = models.CharField(_("Title"), max_length=500)
    title_en = models.CharField(_("English title"), max_length=500, blank=True)
    source = models.CharField(_("Source"), max_length=500)
    definition = models.TextField(_("Definition"))
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
                name="questionnaire_version_once",
                violation_error_message=_("The questionnaire has this version already."),
            ),
            models.CheckConstraint(
                condition=Q(enforced_by=None) | Q(uploaded_by=None) | ~Q(enforced_by=F("uploaded_by")),
                name="questionnaire_version_by_two",
                violation_error_message=_("Whoever uploaded a questionnaire does not put it in force."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_title_display()} {self.number}"

    def get_title_display(self) -> str:
        """Its title in the reader's language."""
        return title_of(self.title, self.title_en)

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.title

    @cached_property
    def content(self) -> Definition:
        """What it defines."""
        return definition_read(self.definition)


class Issue(models.Model):
    """A questionnaire put to one side about a record, such as «arrangements 12», on the version that was in force.

    It is the institution's, and from when it is sent the contractor's whose people answer it; nobody else's.
    `department` and `arrangement` are the keys of the scopes that the record lies in; `name` and `number` tell the
    version, of which it keeps the definition: a contractor sees no versions.
    """

    tenants = ("institution", "shared_with")
    institution = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", editable=False)
    shared_with = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    side = models.CharField(_("To be answered by"), max_length=16, choices=Side.choices, editable=False)
    record = models.CharField(_("About"), max_length=60, editable=False)
    record_id = models.BigIntegerField(_("Its number"), editable=False)
    department = models.BigIntegerField(null=True, editable=False)
    arrangement = models.BigIntegerField(null=True, editable=False)
    label = models.CharField(_("Record"), max_length=300, editable=False)
    name = models.SlugField(_("Questionnaire"), max_length=40, editable=False)
    number = models.PositiveIntegerField(_("Version"), editable=False)
    title = models.CharField(_("Title"), max_length=500, editable=False)
    title_en = models.CharField(_("English title"), max_length=500, blank=True, editable=False)
    definition = models.TextField(_("Definition"), editable=False)
    scores_shown = models.BooleanField(_("Scores shown to the contractor"), default=False)
    due_on = models.DateField(_("Due on"))
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    returned = models.PositiveSmallIntegerField(_("Answers to be amended"), default=0, editable=False)
    prepared_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+", editable=False)
    prepared_at = models.DateTimeField(_("Prepared at"), editable=False)
    sent_at = models.DateTimeField(_("Sent at"), null=True, editable=False)
    submitted_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+", editable=False)
    submitted_at = models.DateTimeField(_("Handed in at"), null=True, editable=False)
    concluded_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+", editable=False)
    concluded_at = models.DateTimeField(_("Concluded at"), null=True, editable=False)
    cancelled_reason = models.CharField(_("Reason of the cancellation"), max_length=500, blank=True)
    score = models.DecimalField(_("Score"), max_digits=5, decimal_places=2, null=True, editable=False)
    outcome = models.CharField(_("Outcome"), max_length=10, choices=Outcome.choices, blank=True, editable=False)
    result = models.JSONField(null=True, editable=False)
    digest = models.CharField(_("Digest"), max_length=64, blank=True, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="questionnaire_state_known",
                violation_error_message=_("The state of the questionnaire is not one that is known."),
            ),
            models.CheckConstraint(
                condition=Q(side=Side.CONTRACTOR) | Q(shared_with=None),
                name="questionnaire_shared_where_answered",
                violation_error_message=_("What the institution answers, no contractor sees."),
            ),
            models.CheckConstraint(
                condition=Q(side=Side.INSTITUTION)
                | Q(state__in=(State.DRAFT, State.CANCELLED))
                | Q(shared_with__isnull=False),
                name="questionnaire_sent_to_somebody",
                violation_error_message=_("A contractor's questionnaire is sent to a contractor."),
            ),
            models.CheckConstraint(
                condition=Q(concluded_by=None) | Q(submitted_by=None) | ~Q(concluded_by=F("submitted_by")),
                name="questionnaire_concluded_by_another",
                violation_error_message=_("Whoever handed a questionnaire in does not conclude it."),
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CONCLUDED) | (~Q(digest="") & Q(result__isnull=False)),
                name="questionnaire_concluded_is_bound",
                violation_error_message=_("A concluded questionnaire has its result and its digest."),
            ),
        )
        indexes = (
            models.Index(fields=("institution", "state", "id"), name="questionnaire_by_state"),
            models.Index(fields=("shared_with", "state", "id"), name="questionnaire_of_contractor"),
            models.Index(fields=("record", "record_id", "id"), name="questionnaire_of_record"),
        )

    def __str__(self) -> str:
        return f"{self.get_title_display()} · {self.label}"

    def get_title_display(self) -> str:
        """Its title in the reader's language."""
        return title_of(self.title, self.title_en)

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.title} {self.pk}"

    @property
    def department_id(self) -> int | None:
        """The key of its department, as scopes are looked for."""
        return self.department

    @property
    def arrangement_id(self) -> int | None:
        """The key of its arrangement, as scopes are looked for."""
        return self.arrangement

    @cached_property
    def content(self) -> Definition:
        """What is asked."""
        return definition_read(self.definition)


class Answer(models.Model):
    """An answer to a question of an issue. Each amendment is a row of its own: what was answered before stays."""

    tenants = ("issue__institution", "issue__shared_with")
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="answers")
    question = models.CharField(_("Question"), max_length=40)
    number = models.PositiveIntegerField(_("Amendment"))
    is_current = models.BooleanField(default=True)
    value = models.JSONField(_("Given answer"), null=True)
    is_unfit = models.BooleanField(_("Does not apply"), default=False)
    explanation = models.TextField(_("Explanation"), max_length=2000, blank=True)
    documents = models.JSONField(_("Documents"), default=list)
    answered_by = models.ForeignKey(_PERSON, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("Answered at"))
    verdict = models.CharField(_("Review"), max_length=10, choices=Verdict.choices, blank=True)
    remark = models.TextField(_("Remark of the review"), max_length=2000, blank=True)
    reviewed_by = models.ForeignKey(_PERSON, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(_("Reviewed at"), null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("issue", "question", "number"),
                name="questionnaire_answer_once",
                violation_error_message=_("Somebody answered this at the same time."),
            ),
            models.UniqueConstraint(
                fields=("issue", "question"),
                condition=Q(is_current=True),
                name="questionnaire_answer_current",
                violation_error_message=_("One answer alone is the current one."),
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("answered_by")),
                name="questionnaire_reviewed_by_another",
                violation_error_message=_("Whoever answered does not review the answer."),
            ),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(reviewed_by__isnull=False),
                name="questionnaire_reviewed_by_somebody",
                violation_error_message=_("A review is somebody's."),
            ),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.RETURNED) | ~Q(remark=""),
                name="questionnaire_returned_with_remark",
                violation_error_message=_("Say what is to be amended."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.question} {self.number}"

    @property
    def is_given(self) -> bool:
        """Whether it answers at all: an answer can be taken back."""
        return self.is_unfit or self.value is not None or bool(self.documents)
