"""Tables of what is kept. Their names tell who kept them before."""

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
        db_table = "web_savedview"
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
        db_table = "web_importedfile"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation_id", "resource", "digest"),
                name="file_imported_once",
                violation_error_message=_("This file was imported already."),
            ),
        )

    def __str__(self) -> str:
        return self.digest


class KeptAnswer(models.Model):
    """The answer to a create under its Idempotency-Key, written in the transaction of what it answers."""

    person_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    kept_at = models.DateTimeField()
    status = models.SmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)

    class Meta:
        db_table = "api_keptanswer"
        constraints = (
            models.UniqueConstraint(
                fields=("person_id", "organisation_id", "key"),
                name="api_key_of_actor_once",
                violation_error_message=_("This key was used already."),
            ),
        )

    def __str__(self) -> str:
        return self.key
