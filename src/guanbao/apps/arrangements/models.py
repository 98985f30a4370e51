"""Arrangements, whom the contractor hands on to, and where it happens."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from guanbao.apps.arrangements.choices import Activity, ChangeKind, Element, Importance, Outcome, Stage
from guanbao.apps.parties.countries import countries
from guanbao.platform.ledger.naming import Named
from guanbao.platform.wording import _, reader_language, told

# The reference names folders of records and goes into statements; a contractor's system must be able to type it.
_REFERENCE = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z", message=_("Letters, digits, dot, dash; at most 40, such as WB-2026-014.")
)


class Arrangement(models.Model):
    """Something that one institution has outsourced, or is about to (外包事项)."""

    tenants = ("institution__organisation", "contractor__organisation")
    institution = models.ForeignKey(
        "parties.Institution", models.PROTECT, related_name="arrangements", verbose_name=_("Institution")
    )
    reference = models.CharField(_("Reference"), max_length=40, validators=[_REFERENCE])
    title = models.CharField(_("Title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    stage = models.CharField(_("Stage"), max_length=12, choices=Stage.choices, default=Stage.SCOPE)
    stage_since = models.DateField(_("Stage since"))
    # While it stands at renewal or exit, an outcome says that it is not to be renewed.
    outcome = models.CharField(_("Outcome"), max_length=10, choices=Outcome.choices, blank=True)
    ended_from = models.CharField(_("Ended from"), max_length=12, choices=Stage.choices, blank=True)
    stage_reason = models.CharField(_("Reason"), max_length=500, blank=True)
    suspended_on = models.DateField(_("Suspended on"), null=True, blank=True)
    suspension_reason = models.CharField(_("Reason of the suspension"), max_length=500, blank=True)
    renewals = models.PositiveSmallIntegerField(_("Renewals"), default=0)
    revision = models.PositiveSmallIntegerField(_("Material changes"), default=0)
    importance = models.CharField(
        _("Importance"), max_length=10, choices=Importance.choices, default=Importance.GENERAL
    )
    importance_reason = models.CharField(_("Reason of the importance"), max_length=500, blank=True)
    elements = models.JSONField(_("Elements"), default=list, blank=True)
    department = models.ForeignKey(
        "parties.Department", models.PROTECT, related_name="arrangements", verbose_name=_("Executing department")
    )
    contractor = models.ForeignKey(
        "parties.Contractor",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="arrangements",
        verbose_name=_("Contractor"),
    )
    services = models.ManyToManyField(
        "catalogue.Service", blank=True, related_name="arrangements", verbose_name=_("Services")
    )
    function = models.ForeignKey(
        "catalogue.Function",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="arrangements",
        verbose_name=_("Function supported"),
    )
    is_it = models.BooleanField(_("IT outsourcing"), default=False)
    is_off_site = models.BooleanField(_("Off-site"), default=False)
    is_cross_border = models.BooleanField(_("Cross-border"), default=False)
    is_related = models.BooleanField(_("With a related party"), default=False)
    is_intra_group = models.BooleanField(_("Within the group"), default=False)
    uses_cloud = models.BooleanField(_("Cloud"), default=False)
    has_personal_data = models.BooleanField(_("Personal data"), default=False)
    starts_on = models.DateField(_("Starts on"), null=True, blank=True)
    ends_on = models.DateField(_("Ends on"), null=True, blank=True)
    fee_monthly = models.DecimalField(
        _("Monthly fee"), max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    fee_currency = models.CharField(
        _("Currency"),
        max_length=3,
        default="CNY",
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", message=_("Three capital letters, such as CNY (ISO 4217)."))],
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "reference"),
                name="arrangement_reference_once",
                violation_error_message=_("The institution has an arrangement with this reference."),
            ),
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values),
                name="arrangement_stage_known",
                violation_error_message=_("The stage is not one that is known."),
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.CLOSED) & ~Q(outcome="")
                | Q(stage=Stage.RENEWAL, outcome__in=("", Outcome.TERMINATED))
                | ~Q(stage__in=(Stage.CLOSED, Stage.RENEWAL)) & Q(outcome=""),
                name="arrangement_outcome_at_its_end",
                violation_error_message=_("An arrangement has an outcome when it ends, and no sooner."),
            ),
            models.CheckConstraint(
                condition=Q(suspended_on=None, suspension_reason="")
                | Q(suspended_on__isnull=False) & ~Q(suspension_reason="") & ~Q(stage=Stage.CLOSED),
                name="arrangement_suspended_with_reason",
                violation_error_message=_("An arrangement is suspended with a reason, and not after its end."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="arrangement_ends_later",
                violation_error_message=_("An arrangement ends after it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(importance=Importance.IMPORTANT) | ~Q(importance_reason=""),
                name="arrangement_importance_has_reason",
                violation_error_message=_("Say why the arrangement is important."),
            ),
            models.CheckConstraint(
                condition=Q(contractor__isnull=False)
                | Q(stage__in=(Stage.SCOPE, Stage.REQUIREMENT, Stage.INITIATION, Stage.SELECTION, Stage.CLOSED)),
                name="arrangement_has_contractor_after_selection",
                violation_error_message=_("After the selection the arrangement has a contractor."),
            ),
        )
        # One for each order of the list, within the bank; a contractor's rows are few enough to be sorted.
        indexes = (
            models.Index(fields=("institution", "reference", "id"), name="arrangement_by_reference"),
            models.Index(fields=("institution", "title", "id"), name="arrangement_by_title"),
            models.Index(fields=("institution", "stage", "id"), name="arrangement_by_stage"),
            models.Index(fields=("institution", "importance", "id"), name="arrangement_by_importance"),
            models.Index(fields=("institution", "ends_on", "id"), name="arrangement_by_end"),
            models.Index(fields=("contractor", "reference", "id"), name="arrangement_of_contractor"),
            models.Index(fields=("department", "reference", "id"), name="arrangement_of_department"),
        )

    def __str__(self) -> str:
        return f"{self.reference} {(reader_language() == 'en' and self.title_en) or self.title}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.reference

    @property
    def ledger_scopes(self) -> dict[str, int]:
        """Whose it is, for the ledger."""
        scopes = {
            "institution": self.institution.organisation_id,
            "department": self.department_id,
            "arrangement": self.pk,
        }
        return scopes if self.contractor is None else scopes | {"contractor": self.contractor.organisation_id}

    def get_elements_display(self) -> str:
        """The elements by name."""
        return " · ".join(str(Element(code).label) for code in self.elements)

    def clean(self) -> None:
        """Hold department and contractor against the institution, and the elements against what there is."""
        super().clean()
        wrong: dict[str, str] = {}
        if self.department_id and self.department.institution_id != self.institution_id:
            wrong["department"] = told("This department is of another institution.")
        if self.contractor is not None and self.contractor.institution_id != self.institution_id:
            wrong["contractor"] = told("This contractor is kept by another institution.")
        if self.function is not None and self.function.institution_id != self.institution_id:
            wrong["function"] = told("This function is another institution's.")
        if not isinstance(self.elements, list) or set(self.elements) - set(Element.values):
            wrong["elements"] = told("Choose among the five elements.")
        if wrong:
            raise ValidationError(wrong)


class Link(Named):
    """A link of the sub-outsourcing chain: who does a part of it for whom (转包链)."""

    tenants = ("arrangement__institution__organisation", "arrangement__contractor__organisation")
    arrangement = models.ForeignKey(Arrangement, models.PROTECT, related_name="links", verbose_name=_("Arrangement"))
    rank = models.PositiveSmallIntegerField(_("Rank"), validators=[MinValueValidator(2)])
    name = models.CharField(_("Sub-contractor"), max_length=200)
    identifier = models.CharField(_("Identifier"), max_length=64, blank=True)
    country = models.CharField(_("Country"), max_length=2, choices=countries, default="CN")
    part = models.CharField(_("Part of the service"), max_length=300)
    approved_on = models.DateField(_("Approved on"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("arrangement", "rank", "name"),
                name="link_once",
                violation_error_message=_("This sub-contractor is named at this rank already."),
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=2),
                name="link_rank_from_two",
                violation_error_message=_("The rank of a sub-contractor is 2 or more: 1 is the contractor."),
            ),  # 1 is the contractor
        )

    @property
    def note(self) -> str:
        """What else matters, in a line."""
        return told(
            "Rank {rank} · {country} · {part}", rank=self.rank, country=self.get_country_display(), part=self.part
        )


class Place(models.Model):
    """Where the service is provided, or data stored or processed."""

    tenants = ("arrangement__institution__organisation", "arrangement__contractor__organisation")
    arrangement = models.ForeignKey(Arrangement, models.PROTECT, related_name="places", verbose_name=_("Arrangement"))
    activity = models.CharField(_("Activity"), max_length=12, choices=Activity.choices)
    country = models.CharField(_("Country"), max_length=2, choices=countries, default="CN")
    place = models.CharField(_("Location"), max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("arrangement", "activity", "country", "place"),
                name="place_once",
                violation_error_message=_("This place is named for this activity already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.country} {self.place}"

    @property
    def note(self) -> str:
        """What happens there."""
        return str(Activity(self.activity).label)

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self)


class MaterialChange(models.Model):
    """Something that makes an arrangement another: its importance was judged anew, approval and report follow."""

    tenants = ("arrangement__institution__organisation",)
    arrangement = models.ForeignKey(
        Arrangement, models.PROTECT, related_name="material_changes", verbose_name=_("Arrangement")
    )
    kind = models.CharField(_("What has changed"), max_length=16, choices=ChangeKind.choices)
    description = models.TextField(_("Description"), max_length=2000)
    happened_on = models.DateField(_("Happened on"))
    importance_before = models.CharField(_("Importance before"), max_length=10, choices=Importance.choices)
    importance = models.CharField(_("Importance now"), max_length=10, choices=Importance.choices)
    importance_reason = models.CharField(_("Reason of the importance"), max_length=500, blank=True)
    reported_on = models.DateField(_("Reported to the supervisor on"), null=True, blank=True)
    settled_on = models.DateField(_("Settled on"), null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(importance=Importance.IMPORTANT) | ~Q(importance_reason=""),
                name="material_change_importance_has_reason",
                violation_error_message=_("Say why the arrangement is important."),
            ),
        )
        indexes = (models.Index(fields=("arrangement",), condition=Q(settled_on=None), name="material_change_open"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_on:%Y-%m-%d}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.arrangement.reference} {self.happened_on:%Y-%m-%d}"


class Waiver(models.Model):
    """Leave to pass a gate that is shut: counts once it is approved, and until its end."""

    tenants = ("arrangement__institution__organisation",)
    arrangement = models.ForeignKey(Arrangement, models.PROTECT, related_name="waivers", verbose_name=_("Arrangement"))
    gate = models.CharField(_("Gate"), max_length=60)
    reason = models.TextField(_("Reason"), max_length=2000)
    ends_on = models.DateField(_("Ends on"))

    def __str__(self) -> str:
        return f"{self.arrangement.reference} {self.ends_on:%Y-%m-%d}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self)


class Rulebook(models.Model):
    """The rule pack by which an institution's arrangements pass their gates."""

    tenants = ("institution__organisation",)
    institution = models.OneToOneField(
        "parties.Institution", models.PROTECT, related_name="rulebook", verbose_name=_("Institution")
    )
    pack = models.CharField(_("Rule pack"), max_length=40)

    def __str__(self) -> str:
        return str(self.institution)

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self.institution)
