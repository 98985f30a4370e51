"""Writes of confidentiality agreements."""

from __future__ import annotations

from typing import Any

from guanbao.apps.contracts import events
from guanbao.apps.contracts.models import Confidentiality
from guanbao.apps.contracts.permissions import CONFIDENTIALITY_EDIT
from guanbao.apps.contracts.selectors import CONFIDENTIALITIES
from guanbao.apps.parties.models import Contractor
from guanbao.platform.access.reach import Columns, need_object
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known

FACTS = ("reference", "binds", "name", "post", "covers", "signed_on", "valid_until")
_CONTRACTORS = Columns(institution="institution__organisation", contractor="organisation")


def confidentiality_add(*, actor: Actor, contractor: Contractor, **facts: Any) -> Confidentiality:  # noqa: ANN401 - of FACTS
    """Record an agreement with a contractor. Raises NotPermitted; ValidationError by field."""
    need_object(actor, CONFIDENTIALITY_EDIT, contractor, _CONTRACTORS)
    need_known(facts, FACTS)
    facts |= {"institution": contractor.institution, "contractor": contractor}
    event = events.CONFIDENTIALITY_ADDED
    return row_add(Confidentiality(), actor=actor, event=event, columns=CONFIDENTIALITIES, **facts)


def confidentiality_edit(*, actor: Actor, confidentiality: Confidentiality, **facts: Any) -> Confidentiality:  # noqa: ANN401 - of FACTS
    """Correct an agreement. Raises NotPermitted; ValidationError by field."""
    need_object(actor, CONFIDENTIALITY_EDIT, confidentiality, CONFIDENTIALITIES)
    need_known(facts, FACTS)
    event = events.CONFIDENTIALITY_EDITED
    return row_edit(confidentiality, actor=actor, event=event, columns=CONFIDENTIALITIES, **facts)
