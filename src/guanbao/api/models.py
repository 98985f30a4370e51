"""What was answered to a request that may come again."""

from __future__ import annotations

from django.db import models

from guanbao.platform.wording import _


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
        constraints = (
            models.UniqueConstraint(
                fields=("person_id", "organisation_id", "key"),
                name="api_key_of_actor_once",
                violation_error_message=_("This key was used already."),
            ),
        )

    def __str__(self) -> str:
        return self.key
