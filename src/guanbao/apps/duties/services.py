"""Writes of duties on arrangements."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.duties.templates import templates_shipped
from guanbao.platform.actors import Actor
from guanbao.platform.obligations.declaring import Carrier, carrier_named
from guanbao.platform.obligations.models import Duty
from guanbao.platform.obligations.services.arming import series_of
from guanbao.platform.obligations.services.keeping import duty_add
from guanbao.platform.wording import told


def arrangement_duty_add(*, actor: Actor, arrangement: Arrangement, **facts: Any) -> Duty:  # noqa: ANN401 - as duty_add
    """Add a duty to an arrangement. Raises NotPermitted; ValidationError by field."""
    return duty_add(actor=actor, carrier=_carrier(), row=arrangement, **facts)


def arrangement_duties_start(
    *, actor: Actor, arrangement: Arrangement, templates: list[str], given_on: date | None = None
) -> Arrangement:
    """Start duties from templates, all or none; those without a date of the arrangement are counted from `given_on`.

    Raises NotPermitted, DutyThere; ValidationError by field.
    """
    known = templates_shipped()
    if not templates:
        raise ValidationError({"templates": told("Choose at least one.")})
    chosen = [known[code] for code in templates if code in known]
    if given_on is None and any(not each.anchor for each in chosen):
        raise ValidationError({"given_on": told("State the day from which it is counted.")})
    with transaction.atomic():
        for each in chosen:
            day = None if each.anchor else given_on
            series = series_of(each.code, "arrangements", arrangement.pk, day or "")
            try:
                duty_add(
                    actor=actor, carrier=_carrier(), row=arrangement, anchor=each.anchor, anchor_on=day, series=series,
                    template=each.code, **each.facts,
                )  # fmt: skip
            except ValidationError as error:
                said = [f"{each.title}: {message}" for message in error.messages]
                raise ValidationError({"templates": said}) from error
    return arrangement


def _carrier() -> Carrier:
    found = carrier_named("arrangements")
    if found is None:
        raise LookupError
    return found
