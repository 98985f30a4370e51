"""Services of the two-sided catalogue, and the functions of an institution."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from guanbao.apps.catalogue import taxonomies
from guanbao.apps.catalogue.choices import Criticality, Direction, Impact, Provider, State
from guanbao.platform.ledger.naming import Named
from guanbao.platform.wording import _, told

ELEMENTS = ("personnel", "site", "systems", "management", "other")


def _element(title: str) -> models.CharField[str, str]:
    return models.CharField(title, max_length=12, choices=Provider.choices, blank=True)


class Service(Named):
    """A standard service of the catalogue (服务目录): a contractor offers it, or an institution requires it.

    Each of the five elements says who provides its resources; one that is empty is no part of the service.
    `scope` holds what a call centre's service comprises: `{code: limits}`, limits for conditional business.
    """

    tenants = ("institution__organisation", "contractor__organisation", "arrangements__contractor__organisation")
    institution = models.ForeignKey(
        "parties.Institution", models.PROTECT, blank=True, related_name="services", verbose_name=_("Institution")
    )
    contractor = models.ForeignKey(
        "parties.Contractor",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
        verbose_name=_("Offered by"),
    )
    direction = models.CharField(_("Side"), max_length=8, choices=Direction.choices)
    state = models.CharField(_("State"), max_length=10, choices=State.choices)
    code = models.CharField(_("Code"), max_length=30)
    name = models.CharField(_("Name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    kind = models.CharField(_("Kind of service"), max_length=60, choices=taxonomies.kinds)
    it_class = models.CharField(_("Class of IT outsourcing"), max_length=60, choices=taxonomies.it_classes, blank=True)
    ict_service = models.CharField(
        _("EU type of ICT service"), max_length=60, choices=taxonomies.ict_services, blank=True
    )
    description = models.TextField(_("Description"), max_length=4000, blank=True)
    personnel = _element(_("Personnel"))
    site = _element(_("Site"))
    systems = _element(_("Systems"))
    management = _element(_("Management"))
    other = _element(_("Other elements"))
    scope = models.JSONField(_("What it comprises"), default=dict, blank=True)
    scope_rule = models.CharField(
        _("Function that may not be outsourced"), max_length=60, choices=taxonomies.scope_rules, blank=True
    )
    since = models.DateField(_("Valid from"))
    until = models.DateField(_("Valid until"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("Reason of the withdrawal"), max_length=500, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(direction=Direction.OFFERED, contractor__isnull=False)
                | Q(direction=Direction.REQUIRED, contractor=None),
                name="service_offered_by_somebody",
                violation_error_message=_("An offered service names its contractor, a required one names none."),
            ),
            models.UniqueConstraint(
                fields=("contractor", "code"),
                name="service_code_once_of_contractor",
                violation_error_message=_("The contractor has a service with this code."),
            ),
            models.UniqueConstraint(
                fields=("institution", "code"),
                condition=Q(contractor=None),
                name="service_code_once_of_institution",
                violation_error_message=_("The institution has a service with this code."),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="service_ends_later",
                violation_error_message=_("A service ends after it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHDRAWN) | ~Q(withdrawn_reason=""),
                name="service_withdrawn_for_a_reason",
                violation_error_message=_("Say why the service is withdrawn."),
            ),
            models.CheckConstraint(
                condition=~Q(state=State.LISTED) | ~Q(scope_rule=""),
                name="service_listed_states_its_rule",
                violation_error_message=_("A listed service says whether it is a function that may not be outsourced."),
            ),
        )

    @property
    def outsourced(self) -> tuple[str, ...]:
        """The elements whose resources the contractor provides."""
        return tuple(name for name in ELEMENTS if getattr(self, name) == Provider.CONTRACTOR)

    def clean(self) -> None:
        """Hold that something is outsourced, that codes are known, that conditional business is limited."""
        super().clean()
        if not self.outsourced:
            raise ValidationError(told("The contractor provides none of the five elements: nothing is outsourced."))
        if self.state == State.LISTED and not self.scope_rule:
            raise ValidationError({"scope_rule": told("State whether it falls under one of them.")})
        if wrong := list(self._scope_faults()):
            raise ValidationError(wrong)

    def _scope_faults(self) -> Iterator[str]:
        known = {item.key: item for name in taxonomies.LIMITED_TO for item in taxonomies.taxonomies()[name].every()}
        for key, limits in self.scope.items():
            if key not in known or known[key].items or not isinstance(limits, str):
                yield told("«{code}» is no code of the scope of a call centre.", code=key)
            elif known[key].conditional and not limits.strip():
                yield told("«{code}» needs its limits: it is allowed under limited conditions only.",
                           code=known[key].name)  # fmt: skip


class Function(Named):
    """A function of an institution (职能), as its register keeps it."""

    tenants = ("institution__organisation", "arrangements__contractor__organisation")
    institution = models.ForeignKey(
        "parties.Institution", models.PROTECT, related_name="functions", verbose_name=_("Institution")
    )
    code = models.CharField(_("Code"), max_length=30)
    name = models.CharField(_("Name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    licensed_activity = models.CharField(_("Licensed activity"), max_length=200, blank=True)
    department = models.ForeignKey(
        "parties.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="functions",
        verbose_name=_("Department"),
    )
    scope_rule = models.CharField(
        _("Function that may not be outsourced"), max_length=60, choices=taxonomies.scope_rules
    )
    criticality = models.CharField(
        _("Criticality"), max_length=12, choices=Criticality.choices, default=Criticality.NOT_ASSESSED
    )
    criticality_reason = models.CharField(_("Reasons of the criticality"), max_length=1000, blank=True)
    assessed_on = models.DateField(_("Assessed on"), null=True, blank=True)
    rto_h = models.DecimalField(
        _("RTO (hours)"), max_digits=7, decimal_places=2, null=True, blank=True, validators=(MinValueValidator(0),)
    )
    rpo_h = models.DecimalField(
        _("RPO (hours)"), max_digits=7, decimal_places=2, null=True, blank=True, validators=(MinValueValidator(0),)
    )
    impact = models.CharField(
        _("Impact of discontinuation"), max_length=12, choices=Impact.choices, default=Impact.NOT_ASSESSED
    )
    impact_note = models.CharField(_("What the impact would be"), max_length=1000, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "code"),
                name="function_code_once",
                violation_error_message=_("The institution has a function with this code."),
            ),
            models.CheckConstraint(
                condition=~Q(scope_rule=""),
                name="function_states_its_rule",
                violation_error_message=_("Say whether the function may not be outsourced."),
            ),
            models.CheckConstraint(
                condition=Q(criticality=Criticality.NOT_ASSESSED)
                | (~Q(criticality_reason="") & Q(assessed_on__isnull=False)),
                name="function_assessed_with_reasons",
                violation_error_message=_("An assessed function says why and on which day."),
            ),
        )

    def clean(self) -> None:
        """Hold that an assessment has its reasons and its date, and that the department is the institution's."""
        super().clean()
        if self.criticality != Criticality.NOT_ASSESSED and not (self.criticality_reason and self.assessed_on):
            raise ValidationError({"criticality": told("An assessment needs its reasons and its date.")})
        if self.department and self.department.institution_id != self.institution_id:
            raise ValidationError({"department": told("The department belongs to another institution.")})
