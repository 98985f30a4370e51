"""Calendars, service levels, imports, statements, exclusions and amounts."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from guanbao.apps.service_levels.choices import (
    AmountKind,
    Effect,
    ExclusionState,
    ImportState,
    LevelState,
    Rounding,
    StatementState,
)
from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import parse
from guanbao.engine.errors import InputError
from guanbao.engine.language import explain
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.naming import Named
from guanbao.platform.wording import _, reader_language, told

_CODE = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,39}\Z", message=_("Letters, digits, dot, dash; at most 40."))


class WorkingCalendar(Named):
    """When an institution's service runs, in the engine's file form (工作日历)."""

    tenants = ("institution__organisation", "levels__arrangement__contractor__organisation")
    institution = models.ForeignKey(
        "parties.Institution", models.PROTECT, related_name="calendars", verbose_name=_("Institution")
    )
    name = models.CharField(_("Name"), max_length=100)
    definition = models.TextField(_("Definition"), max_length=20_000)
    is_office = models.BooleanField(_("The institution's own working days"), default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "name"),
                name="calendar_name_once",
                violation_error_message=_("The institution has a calendar of this name."),
            ),
            models.UniqueConstraint(
                fields=("institution",),
                condition=Q(is_office=True),
                name="calendar_office_once",
                violation_error_message=_("Another calendar says already on which days the institution works."),
            ),
        )

    def clean(self) -> None:
        """Read the definition as the engine does; a list of holidays in a file of the server's is not for pages."""
        super().clean()
        try:
            if parse(self.definition).data.get("holidays") not in (None, "cn"):
                raise ValidationError({"definition": told("holidays can only be cn here.")})
            self.calendar()
        except (InputError, AttributeError) as error:
            said = explain(error, reader_language()) if isinstance(error, InputError) else told("Write zone and week.")
            raise ValidationError({"definition": said}) from error

    def calendar(self) -> Calendar:
        """The engine's calendar. Raises InputError."""
        return Calendar.of(parse(self.definition))


class Level(models.Model):
    """A version of the service level agreement of one arrangement (服务级别协议)."""

    tenants = ("arrangement__institution__organisation", "arrangement__contractor__organisation")
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="levels", verbose_name=_("Arrangement")
    )
    version = models.PositiveIntegerField(_("Version"))
    title = models.CharField(_("Title"), max_length=200)
    state = models.CharField(_("State"), max_length=10, choices=LevelState.choices, default=LevelState.DRAFT)
    holds_from = models.DateField(_("In force from"), null=True, blank=True)
    calendar = models.ForeignKey(
        WorkingCalendar, models.PROTECT, related_name="levels", verbose_name=_("Working calendar")
    )
    # Frozen when it comes into force: a calendar may change later, this version may not.
    calendar_text = models.TextField(blank=True, editable=False)
    fee_monthly = models.DecimalField(
        _("Monthly fee"), max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    fee_currency = models.CharField(_("Currency"), max_length=3, default="CNY")
    cap_percent = models.DecimalField(
        _("Cap, per cent of the fee"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    rounding_places = models.PositiveSmallIntegerField(
        _("Decimal places of amounts"), default=2, validators=[MaxValueValidator(6)]
    )
    rounding_mode = models.CharField(_("Rounding"), max_length=10, choices=Rounding.choices, default=Rounding.HALF_EVEN)
    nets_bonus = models.BooleanField(_("Bonuses offset credits"), default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("arrangement", "version"),
                name="level_version_once",
                violation_error_message=_("The arrangement has this version of its service level."),
            ),
            models.UniqueConstraint(
                fields=("arrangement",),
                condition=Q(state=LevelState.DRAFT),
                name="level_one_draft",
                violation_error_message=_("The arrangement has a draft of its service level already."),
            ),
            models.UniqueConstraint(
                fields=("arrangement", "holds_from"),
                condition=Q(state=LevelState.IN_FORCE),
                name="level_month_once",
                violation_error_message=_("A version is in force from that month already."),
            ),
            models.CheckConstraint(
                condition=Q(state=LevelState.DRAFT) | Q(state=LevelState.IN_FORCE, holds_from__isnull=False),
                name="level_in_force_has_month",
                violation_error_message=_("A version in force says from when."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    def clean(self) -> None:
        """Hold the calendar against the institution."""
        super().clean()
        both = self.calendar_id and self.arrangement_id
        if both and self.calendar.institution_id != self.arrangement.institution_id:
            raise ValidationError({"calendar": told("This calendar is of another institution.")})

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.arrangement.reference} v{self.version}"


class Term(models.Model):
    """One promise of a service level, written as the engine's file form writes it."""

    tenants = ("level__arrangement__institution__organisation", "level__arrangement__contractor__organisation")
    level = models.ForeignKey(Level, models.PROTECT, related_name="terms", verbose_name=_("Service level"))
    position = models.PositiveSmallIntegerField(_("Position"), default=10)
    code = models.CharField(_("Code"), max_length=40, validators=[_CODE])
    title = models.CharField(_("Title"), max_length=100)
    measure = models.CharField(_("Measure"), max_length=60)
    arguments = models.JSONField(_("Parameters"), default=dict, blank=True)
    condition = models.CharField(_("Only records where"), max_length=500, blank=True)
    target = models.CharField(_("Target"), max_length=40, blank=True)
    weight = models.DecimalField(
        _("Weight"), max_digits=6, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    credit = models.CharField(_("Credit steps"), max_length=500, blank=True)
    bonus = models.CharField(_("Bonus steps"), max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("level", "code"),
                name="term_code_once",
                violation_error_message=_("The service level has a term with this code."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.level.ledger_label} {self.code}"


class Import(models.Model):
    """Files of records that one side sent, and what became of them (记录导入)."""

    tenants = ("arrangement__institution__organisation", "arrangement__contractor__organisation")
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="imports", verbose_name=_("Arrangement")
    )
    dataset = models.CharField(_("Dataset"), max_length=40)
    mapping = models.CharField(_("Mapping"), max_length=60)
    file_name = models.CharField(_("File"), max_length=200)
    size = models.PositiveBigIntegerField(_("Size, bytes"))
    received = models.PositiveBigIntegerField(_("Received, bytes"), default=0)
    sha256 = models.CharField(_("Digest"), max_length=64, blank=True)
    state = models.CharField(_("State"), max_length=10, choices=ImportState.choices, default=ImportState.RECEIVING)
    counts = models.JSONField(_("Counts"), default=dict)
    faults = models.JSONField(_("The first rejected rows"), default=list)
    batch = models.PositiveIntegerField(_("Batch"), null=True, blank=True)
    refusal = models.JSONField(_("Why it was refused"), default=dict)
    sent_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Sent by")
    )
    side = models.CharField(_("Side"), max_length=16, choices=Side.choices)
    at = models.DateTimeField(_("Received at"))

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(received__lte=F("size")),
                name="import_receives_no_more_than_its_size",
                violation_error_message=_("More arrived than was announced."),
            ),
        )
        indexes = (models.Index(fields=("arrangement", "-at", "-id"), name="import_of_arrangement"),)

    def __str__(self) -> str:
        return self.file_name

    @property
    def ledger_label(self) -> str:
        """How the ledger names it: the digest, since a contractor chooses the name."""
        return self.sha256[:16] or str(self.pk)


class Statement(models.Model):
    """What was reached in a period, computed from the records (服务级别考核单). Its content never changes."""

    tenants = ("arrangement__institution__organisation", "arrangement__contractor__organisation")
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="statements", verbose_name=_("Arrangement")
    )
    period_from = models.DateField(_("Period from"))
    period_to = models.DateField(_("Period to"))
    version = models.PositiveIntegerField(_("Version"))
    level = models.ForeignKey(Level, models.PROTECT, related_name="statements", verbose_name=_("Service level"))
    state = models.CharField(_("State"), max_length=10, choices=StatementState.choices, default=StatementState.DRAFT)
    content = models.JSONField()
    definitions = models.TextField()
    cut = models.PositiveIntegerField()
    digest = models.CharField(_("Digest"), max_length=64)
    signature = models.JSONField(default=None, null=True)
    score = models.DecimalField(_("Score"), max_digits=5, decimal_places=2, null=True)
    missed = models.PositiveSmallIntegerField(_("Terms missed"))
    drafted_at = models.DateTimeField(_("Drafted at"))
    drafted_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, related_name="+", verbose_name=_("Drafted by")
    )
    issued_at = models.DateTimeField(_("Issued at"), null=True)
    issued_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, related_name="+", verbose_name=_("Issued by")
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("arrangement", "period_from", "period_to", "version"),
                name="statement_version_once",
                violation_error_message=_("The month has this version of its statement."),
            ),
            models.UniqueConstraint(
                fields=("arrangement", "period_from", "period_to"),
                condition=Q(state=StatementState.DRAFT),
                name="statement_one_draft",
                violation_error_message=_("The month has a draft of its statement already."),
            ),
            models.UniqueConstraint(
                fields=("arrangement", "period_from", "period_to"),
                condition=Q(state=StatementState.ISSUED),
                name="statement_one_issued",
                violation_error_message=_("The month has a statement that is issued already."),
            ),
            models.CheckConstraint(
                condition=Q(issued_by=None) | Q(drafted_by=None) | ~Q(issued_by=F("drafted_by")),
                name="statement_issuer_is_not_drafter",
                violation_error_message=_("Who drafted a statement does not issue it."),
            ),
        )
        indexes = (models.Index(fields=("arrangement", "-period_from", "-version"), name="statement_of_arrangement"),)

    def __str__(self) -> str:
        return f"{self.arrangement.reference} · {self.month} · v{self.version}"

    @property
    def month(self) -> str:
        """The period as it is said: a month, or its days."""
        return f"{self.period_from:%Y-%m}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self)


class Remark(models.Model):
    """What a side says about a statement."""

    tenants = (
        "statement__arrangement__institution__organisation",
        "statement__arrangement__contractor__organisation",
    )
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="remarks", verbose_name=_("Statement"))
    side = models.CharField(_("Side"), max_length=16, choices=Side.choices)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(_("Remark"), max_length=2_000)
    at = models.DateTimeField(_("At"))

    def __str__(self) -> str:
        return self.text[:60]


class Exclusion(models.Model):
    """A proposal of one side to leave records out, and the other side's decision (剔除与异议)."""

    tenants = ("arrangement__institution__organisation", "arrangement__contractor__organisation")
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="exclusions", verbose_name=_("Arrangement")
    )
    period_from = models.DateField(_("Month"))
    terms = models.JSONField(_("Terms"), default=list, blank=True)
    records = models.JSONField(_("Records"), default=list, blank=True)
    starts_at = models.CharField(_("From"), max_length=25, blank=True)
    ends_at = models.CharField(_("To"), max_length=25, blank=True)
    effect = models.CharField(_("Effect"), max_length=6, choices=Effect.choices, default=Effect.DROP)
    reason = models.TextField(_("Reason"), max_length=1_000)
    state = models.CharField(_("State"), max_length=10, choices=ExclusionState.choices, default=ExclusionState.PROPOSED)
    side = models.CharField(_("Proposed by"), max_length=16, choices=Side.choices)
    proposed_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(_("Proposed at"))
    decision = models.TextField(_("Reason of the decision"), max_length=1_000, blank=True)
    decided_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(proposed_by=None) | ~Q(decided_by=F("proposed_by")),
                name="exclusion_not_decided_by_its_proposer",
                violation_error_message=_("Who proposed an exclusion does not decide on it."),
            ),
            models.CheckConstraint(
                condition=Q(state=ExclusionState.PROPOSED, decided_at=None)
                | (~Q(state=ExclusionState.PROPOSED) & Q(decided_at__isnull=False) & ~Q(decision="")),
                name="exclusion_decision_has_reason",
                violation_error_message=_("A decision has a day and a reason."),
            ),
        )
        indexes = (models.Index(fields=("arrangement", "-period_from", "-id"), name="exclusion_of_arrangement"),)

    def __str__(self) -> str:
        return f"{self.arrangement.reference} · {self.period_from:%Y-%m} · #{self.pk}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self)


class Amount(models.Model):
    """What one side owes the other for a contract month, by a statement. Rows are only added; a correction reverses."""

    tenants = ("arrangement__institution__organisation", "arrangement__contractor__organisation")
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="amounts", verbose_name=_("Arrangement")
    )
    month = models.DateField(_("Month"))
    kind = models.CharField(_("Kind"), max_length=6, choices=AmountKind.choices)
    amount = models.DecimalField(_("Amount"), max_digits=18, decimal_places=6)
    currency = models.CharField(_("Currency"), max_length=3)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="amounts", verbose_name=_("Statement"))
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("Reverses")
    )
    at = models.DateTimeField(_("Entered at"))

    class Meta:
        indexes = (models.Index(fields=("arrangement", "-month", "-id"), name="amount_of_arrangement"),)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.said}"

    @property
    def said(self) -> str:
        """The amount with its currency."""
        return f"{self.amount:,.2f} {self.currency}"


class Standing(models.Model):
    """Where an arrangement's terms stand in the month that still runs, as last computed."""

    tenants = ("arrangement__institution__organisation", "arrangement__contractor__organisation")
    arrangement = models.OneToOneField("arrangements.Arrangement", models.PROTECT, related_name="standing")
    month = models.DateField()
    as_of = models.DateTimeField()
    content = models.JSONField()
    computed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.arrangement_id} {self.month:%Y-%m}"
