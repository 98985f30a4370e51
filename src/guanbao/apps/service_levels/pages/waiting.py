"""What of service levels waits for a reader: proposals to decide, drafts to issue, files that were refused."""

from __future__ import annotations

from collections.abc import Iterator

from guanbao.apps.service_levels.choices import ExclusionState, ImportState, StatementState
from guanbao.apps.service_levels.permissions import EXCLUSION_DECIDE, RECORDS_IMPORT, STATEMENT_ISSUE
from guanbao.apps.service_levels.selectors import exclusions_visible, imports_visible, statements_visible
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.wording import told
from guanbao.web.frame import Task


def waits_for(actor: Actor) -> Iterator[Task]:
    """Each kind of thing that this actor may do something about."""
    decides = reach(actor, EXCLUSION_DECIDE)
    if not decides.is_empty:
        rows = exclusions_visible(actor=actor).filter(state=ExclusionState.PROPOSED).exclude(side=decides.side)
        yield Task(told("Exclusions of the other side to decide"), "/exclusions/?state=proposed", rows.count())
    if not reach(actor, STATEMENT_ISSUE).is_empty:
        drafts = statements_visible(actor=actor).filter(state=StatementState.DRAFT)
        yield Task(told("Statements to issue"), "/statements/?state=draft", drafts.count())
    if not reach(actor, RECORDS_IMPORT).is_empty:
        refused = imports_visible(actor=actor).filter(state=ImportState.REFUSED, sent_by=actor.person_id)
        yield Task(told("Files that were refused"), "/imports/?state=refused", refused.count())
