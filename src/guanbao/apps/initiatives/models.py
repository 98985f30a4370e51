"""Strategies and rules of an institution; scope checks, requirements and business cases of its arrangements."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from guanbao.apps.initiatives.choices import Category, Direction, Family, Grade, Letter, Line, Method, Term
from guanbao.platform.wording import _

_TEXT = 4000
_OF_ARRANGEMENT = ("arrangement__institution__organisation",)
_OF_CASE = ("case__arrangement__institution__organisation",)


class Strategy(models.Model):
    """The institution's outsourcing strategy in one version (GB/T 32314-2015, 5.1.1): the five things it has to say."""

    tenants = ("institution__organisation",)
    institution = models.ForeignKey(
        "parties.Institution", models.PROTECT, related_name="strategies", verbose_name=_("Institution")
    )
    version = models.PositiveSmallIntegerField(_("Version"))
    title = models.CharField(_("Title"), max_length=200)
    positioning = models.TextField(_("Positioning"), max_length=_TEXT)
    planning = models.TextField(_("Planning"), max_length=_TEXT)
    mode = models.TextField(_("Mode"), max_length=_TEXT)
    tiering = models.TextField(_("Tiering"), max_length=_TEXT)
    supplier_relations = models.TextField(_("Management of supplier relations"), max_length=_TEXT)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "version"),
                name="strategy_version_once",
                violation_error_message=_("The institution has a strategy of this version."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")),
                name="strategy_ends_later",
                violation_error_message=_("A strategy ends after it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self)


class Target(models.Model):
    """A result of the strategy that can be measured."""

    tenants = ("strategy__institution__organisation",)
    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="targets", verbose_name=_("Strategy"))
    family = models.CharField(_("Family of targets"), max_length=12, choices=Family.choices)
    result = models.CharField(_("Measurable result"), max_length=300)
    direction = models.CharField(_("Met where"), max_length=8, choices=Direction.choices, default=Direction.AT_LEAST)
    value = models.DecimalField(_("Value to reach"), max_digits=16, decimal_places=4)
    unit = models.CharField(_("Unit"), max_length=40)
    due_on = models.DateField(_("Due on"))

    def __str__(self) -> str:
        return self.result

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.result


class Review(models.Model):
    """What was reached of a target on a day; the next one is another row."""

    tenants = ("target__strategy__institution__organisation",)
    target = models.ForeignKey(Target, models.PROTECT, related_name="reviews", verbose_name=_("Target"))
    reviewed_on = models.DateField(_("Reviewed on"))
    reached = models.DecimalField(_("Reached"), max_digits=16, decimal_places=4)
    remark = models.TextField(_("Remark"), max_length=_TEXT, blank=True)

    def __str__(self) -> str:
        return f"{self.target} {self.reviewed_on:%Y-%m-%d}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self)


class Policy(models.Model):
    """A rule of the institution about outsourcing, in its library; the text itself is a document."""

    tenants = ("institution__organisation",)
    institution = models.ForeignKey(
        "parties.Institution", models.PROTECT, related_name="policies", verbose_name=_("Institution")
    )
    category = models.CharField(_("Kind of rule"), max_length=16, choices=Category.choices)
    number = models.CharField(_("Document number"), max_length=60)
    title = models.CharField(_("Title"), max_length=200)
    issued_on = models.DateField(_("Issued on"))
    review_by = models.DateField(_("To be reviewed by"))
    withdrawn_on = models.DateField(_("Withdrawn on"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "number"),
                name="policy_number_once",
                violation_error_message=_("The institution has a rule of this number."),
            ),
            models.CheckConstraint(
                condition=Q(review_by__gt=F("issued_on")),
                name="policy_reviewed_later",
                violation_error_message=_("A rule is reviewed after it is issued."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.number} {self.title}"


class ScopeCheck(models.Model):
    """Whether an arrangement fits the strategy, the level of risk management and the technical ability (5.1.2)."""

    tenants = _OF_ARRANGEMENT
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="scope_checks", verbose_name=_("Arrangement")
    )
    checked_on = models.DateField(_("Checked on"))
    fits_strategy = models.BooleanField(_("Fits the strategy"), default=False)
    strategy_reason = models.TextField(_("Why, by the strategy"), max_length=_TEXT)
    fits_risk = models.BooleanField(_("Fits the level of risk management"), default=False)
    risk_reason = models.TextField(_("Why, by the risk"), max_length=_TEXT)
    fits_ability = models.BooleanField(_("Fits the technical ability"), default=False)
    ability_reason = models.TextField(_("Why, by the ability"), max_length=_TEXT)

    def __str__(self) -> str:
        return f"{self.arrangement.reference} {self.checked_on:%Y-%m-%d}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self)

    @property
    def fits(self) -> bool:
        """Whether it fits in every way."""
        return self.fits_strategy and self.fits_risk and self.fits_ability


class Requirement(models.Model):
    """A round of finding out what is needed (需求): the latest that was signed is what is needed."""

    tenants = _OF_ARRANGEMENT
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="requirements", verbose_name=_("Arrangement")
    )
    number = models.PositiveSmallIntegerField(_("Round"))
    method = models.CharField(_("Method"), max_length=10, choices=Method.choices)
    held_on = models.DateField(_("Held on"))
    customer_group = models.TextField(_("Traits of the customer group"), max_length=_TEXT)
    business_type = models.CharField(_("Type of business"), max_length=300)
    frequency = models.CharField(_("Frequency of transactions"), max_length=300)
    service_standard = models.TextField(_("Standard of service"), max_length=_TEXT)
    customer_size = models.CharField(_("Size of the customers"), max_length=300)
    amount = models.CharField(_("Amounts of transactions"), max_length=300)
    risk_grade = models.CharField(_("Grade of risk"), max_length=6, choices=Grade.choices)
    present_process = models.TextField(_("Efficiency and compliance of the present process"), max_length=_TEXT)
    connection = models.TextField(_("Connection with internal systems"), max_length=_TEXT)
    made_by = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+", editable=False)
    signed_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("Signed off by")
    )
    signed_at = models.DateTimeField(_("Signed off at"), null=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("arrangement", "number"),
                name="requirement_round_once",
                violation_error_message=_("There is a round of this number."),
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=F("made_by")),
                name="requirement_signed_by_another",
                violation_error_message=_("Whoever wrote a requirement does not sign it off."),
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, signed_at__isnull=True)
                | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="requirement_signed_when",
                violation_error_message=_("Who signed it off and when stand together."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.arrangement.reference} #{self.number}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self)


class BusinessCase(models.Model):
    """Why an arrangement is necessary, feasible and worth its risk and cost (立项), to be decided in tiers."""

    tenants = _OF_ARRANGEMENT
    arrangement = models.OneToOneField(
        "arrangements.Arrangement", models.PROTECT, related_name="business_case", verbose_name=_("Arrangement")
    )
    background = models.TextField(_("Background and aims"), max_length=_TEXT)
    necessity = models.TextField(_("Necessity"), max_length=_TEXT)
    feasibility = models.TextField(_("Feasibility"), max_length=_TEXT)
    risks = models.TextField(_("Risks and how they are met"), max_length=_TEXT)
    benefits = models.TextField(_("Expected benefit"), max_length=_TEXT)
    term = models.CharField(_("Cooperation meant"), max_length=5, choices=Term.choices)
    discount_percent = models.DecimalField(
        _("Discount rate, % a year"), max_digits=5, decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    currency = models.CharField(
        _("Currency"),
        max_length=3,
        default="CNY",
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", message=_("Three capital letters, such as CNY (ISO 4217)."))],
    )

    def __str__(self) -> str:
        return str(self.arrangement)

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.arrangement.reference


class CaseLine(models.Model):
    """What one service costs or brings in one year; year 0 is before it begins."""

    tenants = _OF_CASE
    case = models.ForeignKey(BusinessCase, models.PROTECT, related_name="lines", verbose_name=_("Business case"))
    kind = models.CharField(_("Cost or benefit"), max_length=10, choices=Line.choices)
    service = models.CharField(_("Service"), max_length=100)
    year = models.PositiveSmallIntegerField(_("Year"), validators=[MaxValueValidator(20)])
    amount = models.DecimalField(_("Amount"), max_digits=18, decimal_places=2, validators=[MinValueValidator(0)])
    usage = models.PositiveIntegerField(_("Usage in the year"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("case", "kind", "service", "year"),
                name="case_line_once",
                violation_error_message=_("This service has such a line for this year already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service} {self.year}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.case.arrangement.reference} {self.service} {self.year}"


class Candidate(models.Model):
    """Who might be asked (初选): willing and qualified, or not."""

    tenants = _OF_CASE
    case = models.ForeignKey(BusinessCase, models.PROTECT, related_name="candidates", verbose_name=_("Business case"))
    name = models.CharField(_("Candidate"), max_length=200)
    is_willing = models.BooleanField(_("Willing"), default=False)
    is_qualified = models.BooleanField(_("Qualified"), default=False)
    remark = models.CharField(_("Remark"), max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("case", "name"),
                name="candidate_once",
                violation_error_message=_("This candidate is named already."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.name


class Part(models.Model):
    """A post's part in an activity: a cell of the table of duties (RACI)."""

    tenants = _OF_CASE
    case = models.ForeignKey(BusinessCase, models.PROTECT, related_name="parts", verbose_name=_("Business case"))
    activity = models.CharField(_("Activity"), max_length=200)
    post = models.CharField(_("Post"), max_length=100)
    letter = models.CharField(_("Part"), max_length=1, choices=Letter.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("case", "activity", "post"),
                name="part_once",
                violation_error_message=_("This post has a part in this activity already."),
            ),
            models.UniqueConstraint(
                fields=("case", "activity"),
                condition=Q(letter=Letter.ACCOUNTABLE),
                name="part_one_accountable",
                violation_error_message=_("One post alone is accountable for an activity."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.activity}: {self.post}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self)
