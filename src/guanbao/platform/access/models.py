"""Roles and grants."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guanbao.platform.access.choices import Scope
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import _, reader_language


class Role(models.Model):
    """A bundle of permissions; without an institution it came with the product."""

    code = models.SlugField(max_length=40)
    side = models.CharField(max_length=16, choices=Side.choices)
    name = models.CharField(_("Name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    institution = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, blank=True, related_name="own_roles"
    )
    permissions = models.JSONField(_("Permissions"), default=list, blank=True)
    gives = models.JSONField(_("Roles that it gives"), default=list, blank=True)
    needs_mfa = models.BooleanField(_("Needs a second factor"), default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("code",),
                condition=Q(institution=None),
                name="role_shipped_once",
                violation_error_message=_("A role that comes with the product has this code."),
            ),
            models.UniqueConstraint(
                fields=("code", "institution"),
                name="role_once_in_institution",
                violation_error_message=_("The institution has a role with this code."),
            ),
        )

    def __str__(self) -> str:
        return self.name_en if self.name_en and reader_language() == "en" else self.name


class Grant(models.Model):
    """A role given to a person as member of an organisation, within a scope, from a day to a day.

    `key` names the department, contractor or arrangement of the scope; of the whole organisation there is none.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="grants", verbose_name=_("Person")
    )
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants", verbose_name=_("Role"))
    scope = models.CharField(_("Scope"), max_length=16, choices=Scope.choices, default=Scope.ORGANISATION)
    key = models.BigIntegerField(_("Department, contractor or arrangement"), null=True, blank=True)
    since = models.DateField(_("Since"))
    until = models.DateField(_("Until"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grants_given",
        verbose_name=_("Given by"),
    )
    revoked_at = models.DateTimeField(_("Taken back"), null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(scope=Scope.ORGANISATION, key=None) | (~Q(scope=Scope.ORGANISATION) & ~Q(key=None)),
                name="grant_scope_has_key",
                violation_error_message=_(
                    "A narrower scope says what it is limited to; the whole organisation says nothing."
                ),
            ),
            models.CheckConstraint(
                condition=Q(scope__in=Scope.values),
                name="grant_scope_known",
                violation_error_message=_("The scope is not one that is known."),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="grant_ends_later",
                violation_error_message=_("A role that is given ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(given_by=None) | ~Q(given_by=F("person")),
                name="grant_not_to_oneself",
                violation_error_message=_("Nobody gives a role to themselves."),
            ),
        )
        indexes = (models.Index(fields=("person", "organisation"), name="grant_of_person"),)

    def __str__(self) -> str:
        return f"{self.person}: {self.role}"
