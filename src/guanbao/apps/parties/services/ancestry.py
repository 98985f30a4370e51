"""Who belongs to whom: chains of parents that never run in a circle."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from guanbao.apps.parties.models import Contractor, Institution
from guanbao.platform.wording import told


def institutions_hold() -> None:
    """Let nobody else change chains of institutions, or match contractors, until the transaction ends."""
    Institution.objects.select_for_update().order_by("pk").first()


def contractors_hold(institution: Institution) -> None:
    """Let nobody else change chains of an institution's contractors until the transaction ends."""
    Institution.objects.select_for_update().get(pk=institution.pk)


def ancestry_need(row: Institution | Contractor, parent: Institution | Contractor | None) -> None:
    """That `row` stands nowhere above itself under `parent`, however long the chain; the chains are held already.

    Raises:
        ValidationError: at the field of the parent.
    """
    above = parent.pk if parent else None
    while above is not None:
        if above == row.pk:
            raise ValidationError({"parent": told("It would stand above itself: the chain runs in a circle.")})
        above = type(row)._default_manager.filter(pk=above).values_list("parent", flat=True).first()  # noqa: SLF001
