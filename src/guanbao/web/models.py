"""What the pages keep: how somebody likes to see a list, and which files were imported."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from guanbao.platform.wording import _


class SavedView(models.Model):
    """A list as somebody looks at it: its query. Theirs alone: nobody else sees it, and the ledger is not told."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    resource = models.CharField(max_length=60)
    name = models.CharField(_("Name of the view"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    is_usual = models.BooleanField(_("Open the list with it"), default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "resource", "name"),
                name="view_named_once",
                violation_error_message=_("You have a view of this name."),
            ),
            models.UniqueConstraint(
                fields=("person", "resource"),
                condition=Q(is_usual=True),
                name="view_usual_is_one",
                violation_error_message=_("One view alone is the usual one."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class ImportedFile(models.Model):
    """That a file was imported into a list for an organisation: the same bytes are not taken twice."""

    organisation_id = models.PositiveBigIntegerField(default=0)
    resource = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    imported_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "resource", "digest"),
                name="file_imported_once",
                violation_error_message=_("This file was imported already."),
            ),
        )

    def __str__(self) -> str:
        return self.digest
