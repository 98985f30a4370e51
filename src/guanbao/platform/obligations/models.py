"""Duties, what was told of them, and addresses of calendars."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import lazy

from guanbao.platform.access.roles import role_title, roles_shipped
from guanbao.platform.identity.choices import Side
from guanbao.platform.obligations.choices import Rolls, State
from guanbao.platform.obligations.days import Rule
from guanbao.platform.obligations.declaring import LEADS, OWN
from guanbao.platform.obligations.permissions import DUTY_VIEW
from guanbao.platform.obligations.words import every_told, kind_told, offset_told
from guanbao.platform.wording import _, reader_language, told

_PLAIN = RegexValidator(
    r"\A[^\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*\Z",
    message=_("It holds a character that cannot be shown."),
)
MOST_LEAD_D = 400
_MOST_GRACE_D = 400


_post = lazy(role_title, str)


def posts() -> list[tuple[str, Any]]:
    """The roles that may have duties, to choose from."""
    return [(code, _post(code)) for code in roles_shipped() if code in DUTY_VIEW.roles]


def leads_usual() -> list[int]:
    """So many days before are people reminded, where nothing else is said."""
    return list(LEADS)


class Duty(models.Model):
    """Something about a record that somebody has to do by a day; what recurs has a row for each time.

    It is the institution's, and the contractor's that it is shown to, or whose it is to do. `series` holds what follows
    one another together, `number` counts there. `acts_on` is when the next reminder, or anything else, comes by itself.
    """

    tenants = ("institution", "shared_with")
    institution = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", editable=False)
    shared_with = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    is_shared = models.BooleanField(_("Shown to the contractor"), default=False)
    side = models.CharField(_("To be done by"), max_length=16, choices=Side.choices, editable=False)
    kind = models.CharField(_("Kind of duty"), max_length=60, default=OWN, editable=False)
    template = models.CharField(max_length=60, blank=True, editable=False)
    record = models.CharField(_("About"), max_length=60, editable=False)
    record_id = models.BigIntegerField(_("Its number"), editable=False)
    label = models.CharField(_("Record"), max_length=300, editable=False)
    title = models.CharField(_("Duty"), max_length=200, validators=[_PLAIN])
    title_en = models.CharField(_("Duty, in English"), max_length=200, blank=True, validators=[_PLAIN])
    role = models.CharField(_("Responsible post"), max_length=40, choices=posts)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Person")
    )
    anchor = models.CharField(max_length=40, blank=True, editable=False)
    anchor_on = models.DateField(_("Counted from"))
    offset = models.CharField(_("So far from it"), max_length=14, blank=True)
    every = models.CharField(_("Recurs"), max_length=12, blank=True)
    rolls = models.CharField(_("If nobody works that day"), max_length=8, choices=Rolls.choices, default=Rolls.STAYS)
    until_on = models.DateField(_("Recurs until"), null=True, blank=True)
    series = models.UUIDField(default=uuid4, editable=False)
    number = models.PositiveIntegerField(_("Number"), default=0, editable=False)
    due_on = models.DateField(_("Due day"), editable=False)
    is_provisional = models.BooleanField(_("Provisional"), default=False, editable=False)
    leads = models.JSONField(_("Reminders, days before"), default=leads_usual, blank=True)
    grace_d = models.PositiveSmallIntegerField(
        _("Days of grace"), default=0, validators=[MaxValueValidator(_MOST_GRACE_D)]
    )
    escalate_to = models.CharField(_("Goes up to"), max_length=40, choices=posts, blank=True)
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.OPEN, editable=False)
    remark = models.TextField(_("What was done, and the proof of it"), max_length=2000, blank=True)
    reason = models.TextField(_("Reason"), max_length=1000, blank=True)
    closed_on = models.DateField(_("Closed on"), null=True, editable=False)
    closed_side = models.CharField(_("Closed by"), max_length=16, choices=Side.choices, blank=True, editable=False)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    escalated_on = models.DateField(_("Went up on"), null=True, editable=False)
    acts_on = models.DateField(null=True, editable=False)
    moves = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name_plural = "duties"
        constraints = (
            models.UniqueConstraint(
                fields=("series", "number"), name="duty_once", violation_error_message=_("This duty is there already.")
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="duty_state_known",
                violation_error_message=_("The state of the duty is not one that is known."),
            ),
            models.CheckConstraint(
                condition=Q(state=State.OPEN, closed_on=None) | (~Q(state=State.OPEN) & ~Q(closed_on=None)),
                name="duty_closed_on_a_day",
                violation_error_message=_("What is closed says since when, and nothing else does."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(State.EXCUSED, State.CANCELLED)) | ~Q(reason=""),
                name="duty_let_off_with_reason",
                violation_error_message=_("Say why it is not to be done."),
            ),
            models.CheckConstraint(
                condition=Q(is_shared=False, shared_with=None) | Q(is_shared=True),
                name="duty_shared_where_shown",
                violation_error_message=_("Only what is shown to the contractor is theirs to see."),
            ),
            models.CheckConstraint(
                condition=Q(side=Side.INSTITUTION) | Q(is_shared=True),
                name="duty_of_contractor_is_shown",
                violation_error_message=_("What a contractor has to do is shown to them."),
            ),
            models.CheckConstraint(
                condition=Q(side=Side.INSTITUTION) | Q(person=None),
                name="duty_of_contractor_is_a_posts",
                violation_error_message=_("A person is named for the institution's own duties only."),
            ),
        )
        indexes: ClassVar = [
            models.Index(fields=("record", "record_id"), name="duty_of_record"),
            models.Index(fields=("state", "acts_on"), name="duty_by_action"),
            models.Index(fields=("institution", "due_on", "id"), name="duty_by_day"),
            models.Index(fields=("institution", "state", "due_on"), name="duty_by_state"),
            models.Index(fields=("shared_with", "due_on", "id"), name="duty_of_contractor"),
        ]

    def __str__(self) -> str:
        return self.called

    @property
    def called(self) -> str:
        """What is to be done, in the reader's language."""
        return (reader_language() == "en" and self.title_en) or self.title

    @property
    def ledger_label(self) -> str:
        """How the ledger names it: by no title, which may name people."""
        return f"#{self.pk}"

    @property
    def rule(self) -> Rule:
        """How its days are found."""
        return Rule(self.every, self.offset, self.rolls)  # type: ignore[arg-type] # one of its choices

    def get_kind_display(self) -> str:
        """What its kind is called."""
        return kind_told(self.kind)

    def get_every_display(self) -> str:
        """How often it recurs, in words."""
        return every_told(self.every)

    def get_offset_display(self) -> str:
        """How far from its anchor it lies, in words."""
        return offset_told(self.offset)

    def clean(self) -> None:
        """Hold what is written by rules against them."""
        super().clean()
        wrong = {}
        if not Rule(every=self.every).is_written_well:
            wrong["every"] = told("Choose one, or write working days such as 5wd.")
        if not Rule(offset=self.offset).is_written_well:
            wrong["offset"] = told("Write it as 20wd before, 3m before, 30d after; nothing for the day itself.")
        if not isinstance(self.leads, list) or not all(_is_lead(each) for each in self.leads):
            wrong["leads"] = told("Write days between 0 and {most}, by commas: 30, 15, 7, 1.", most=MOST_LEAD_D)
        if wrong:
            raise ValidationError(wrong)


class Reminder(models.Model):
    """That a lead time of a duty's day was told of, or that the duty went up; once for each duty and day."""

    tenants = ("duty__institution", "duty__shared_with")
    duty = models.ForeignKey(Duty, models.CASCADE, related_name="reminders")
    due_on = models.DateField()
    lead_d = models.SmallIntegerField()
    is_escalation = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("duty", "due_on", "lead_d", "is_escalation"),
                name="reminder_once",
                violation_error_message=_("This was told already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.due_on} -{self.lead_d}"


class Feed(models.Model):
    """The address of somebody's calendar of duties, known by its digest alone, for programs that fetch it."""

    tenants = ("organisation",)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="feeds")
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    name = models.CharField(_("Name"), max_length=100, validators=[_PLAIN])
    is_all = models.BooleanField(_("With what others have to do"), default=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("Made at"))
    last_used_at = models.DateTimeField(_("Last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("Revoked at"), null=True, blank=True)

    def __str__(self) -> str:
        return self.name


def _is_lead(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_LEAD_D
