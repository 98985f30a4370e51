"""How much was revealed, by whom, and which records are canaries."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guanbao.platform.personal.choices import Purpose
from guanbao.platform.wording import _, told


class Allowance(models.Model):
    """What a person may reveal on a day, over all organisations that they act for, and what of it is used."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    day = models.DateField()
    allowed = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "day"), name="allowance_once", violation_error_message=_("The day's budget stands.")
            ),
            models.CheckConstraint(
                condition=Q(used__lte=F("allowed")),
                name="allowance_not_exceeded",
                violation_error_message=_("The day's budget is used up."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.used} / {self.allowed}"

    @property
    def left(self) -> int:
        """How many values are left."""
        return self.allowed - self.used


class Reveal(models.Model):
    """That somebody asked to read personal fields of a record in clear: why, and whether it was shown."""

    tenants = ("owner",)
    owner = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    at = models.DateTimeField(_("At"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Person"))
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, related_name="+", verbose_name=_("Organisation")
    )
    record = models.CharField(_("List"), max_length=60)
    record_id = models.BigIntegerField(_("Record"))
    fields = models.JSONField(_("Fields"), default=list)
    purpose = models.CharField(_("Purpose"), max_length=10, choices=Purpose.choices)
    reason = models.CharField(_("Reason"), max_length=200)
    is_refused = models.BooleanField(_("Not shown"), default=False)
    is_canary = models.BooleanField(_("Canary"), default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=("owner", "-id"), name="reveal_of_owner"),
            models.Index(fields=("person", "at"), name="reveal_of_person"),
        ]

    def __str__(self) -> str:
        return told("Reveal {id}", id=self.pk)


class Canary(models.Model):
    """A record that nobody has a reason to reveal. Only the owner's people know of it."""

    tenants = ("owner",)
    owner = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    record = models.CharField(_("List"), max_length=60)
    record_id = models.BigIntegerField(_("Record"))
    planted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Planted by")
    )
    planted_at = models.DateTimeField(_("Planted"))
    lifted_at = models.DateTimeField(_("Lifted"), null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("record", "record_id"),
                condition=Q(lifted_at=None),
                name="canary_once",
                violation_error_message=_("This record is a canary already."),
            ),
        )

    def __str__(self) -> str:
        return told("Canary {id}", id=self.pk)
