"""What documents have people do before they expire."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from guanbao.platform.access.reach import NOTHING, Reach
from guanbao.platform.files.attaching import attached
from guanbao.platform.files.choices import State
from guanbao.platform.files.models import Document
from guanbao.platform.files.selectors import documents_visible
from guanbao.platform.files.services.deciding import scopes_of
from guanbao.platform.obligations.declaring import Carrier, carrier_add, duty_kind
from guanbao.platform.wording import _ as title_


def _within(found: Reach, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of records within reach: a document has no department of its own."""
    if found.everywhere:
        return rows
    records = [
        Q(record=each.name, record_id__in=found.rows(each.model._default_manager.all(), each.columns).values("pk"))  # noqa: SLF001 - any model's
        for each in attached()
    ]
    return rows.filter(reduce(or_, records, NOTHING))


def _label(document: Document) -> str:
    """Its title; of a confidential one its number, for not all who are told may see it."""
    return f"#{document.ledger_label}" if document.is_confidential else document.title


def _expires(document: Document) -> date | None:
    return document.expires_on if document.is_current and document.state == State.CLEAN else None


carrier_add(
    Carrier(
        "documents",
        Document,
        rows=documents_visible,
        within=_within,
        scopes=scopes_of,
        label=_label,
        dates=("expires_on",),
        is_over=lambda row: not row.is_current,
    )
)
RENEW = duty_kind(
    "document.renew",
    title_("Send the document's next version before it expires"),
    on="documents",
    day=_expires,
    role="outsourcing_office",
    is_shared=True,
)
