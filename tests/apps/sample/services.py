"""Writes of premises."""

from guanbao.apps.parties.selectors import CONTRACTORS, PARTICULARS
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit
from sample import events
from sample.models import Premises
from sample.permissions import EDIT


def premises_add(*, actor, contractor, **fields):
    """Enter premises of a contractor. Raises NotPermitted; ValidationError by field."""
    need_object(actor, EDIT, contractor, CONTRACTORS)
    fields["contractor"] = contractor
    return row_add(Premises(), actor=actor, event=events.ADDED, columns=PARTICULARS, **fields)


def premises_edit(*, actor, premises, **fields):
    """Correct premises. Raises NotPermitted; ValidationError by field."""
    need_object(actor, EDIT, premises, PARTICULARS)
    return row_edit(premises, actor=actor, event=events.EDITED, columns=PARTICULARS, **fields)
