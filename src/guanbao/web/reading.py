"""Personal data that is shown in clear: recorded before it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from guanbao.platform.actors import Actor
from guanbao.platform.ledger.services import Subject, ledger_read
from guanbao.web.resource import Resource


def reading_record(*, actor: Actor, resource: Resource, fields: Iterable[str], rows: Sequence[Any]) -> None:
    """Enter in the ledger which personal fields of which rows are about to be shown; nothing, where there are none."""
    personal = resource.personal.intersection(fields)
    if not personal or not rows:
        return
    if len(rows) == 1:
        ledger_read(actor=actor, subject=rows[0], fields=sorted(personal))
    else:
        subject = Subject(resource.model._meta.label_lower, "")  # noqa: SLF001 - Django's published way to a name
        ledger_read(actor=actor, subject=subject, fields=sorted(personal), objects=[row.pk for row in rows])
