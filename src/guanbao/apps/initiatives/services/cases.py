"""The business case of an arrangement: its words, costs and benefits, candidates and duties.

Whatever is written while it is decided about, or after, voids the decision: it binds all of this.
"""

from __future__ import annotations

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, OF_ARRANGEMENT
from guanbao.apps.initiatives import events
from guanbao.apps.initiatives.models import BusinessCase, Candidate, CaseLine, Part
from guanbao.apps.initiatives.permissions import INITIATIVE_EDIT
from guanbao.apps.initiatives.selectors import OF_CASE
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit, row_remove
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known


def case_add(*, actor: Actor, arrangement: Arrangement, **facts: object) -> BusinessCase:
    """Write an arrangement's business case. Raises NotPermitted; ValidationError by field."""
    need_object(actor, INITIATIVE_EDIT, arrangement, ARRANGEMENTS)
    need_known(facts, events.CASE)
    event = events.CASE_ADDED
    return row_add(BusinessCase(), actor=actor, event=event, columns=OF_ARRANGEMENT, arrangement=arrangement, **facts)


def case_edit(*, actor: Actor, businesscase: BusinessCase, **facts: object) -> BusinessCase:
    """Change a business case. Raises NotPermitted; ValidationError by field."""
    need_object(actor, INITIATIVE_EDIT, businesscase, OF_ARRANGEMENT)
    need_known(facts, events.CASE)
    return row_edit(businesscase, actor=actor, event=events.CASE_EDITED, columns=OF_ARRANGEMENT, **facts)


def line_add(*, actor: Actor, case: BusinessCase, **facts: object) -> CaseLine:
    """Add what a service costs or brings in a year. Raises NotPermitted; ValidationError by field."""
    need_object(actor, INITIATIVE_EDIT, case, OF_ARRANGEMENT)
    need_known(facts, events.LINE)
    return row_add(CaseLine(), actor=actor, event=events.LINE_ADDED, columns=OF_CASE, case=case, **facts)


def line_remove(*, actor: Actor, caseline: CaseLine) -> CaseLine:
    """Take a line away; the ledger keeps it. Raises NotPermitted."""
    need_object(actor, INITIATIVE_EDIT, caseline, OF_CASE)
    told = ("case", *events.LINE)
    return row_remove(caseline, actor=actor, event=events.LINE_REMOVED, columns=OF_CASE, told=told)


def candidate_add(*, actor: Actor, case: BusinessCase, **facts: object) -> Candidate:
    """Name a candidate. Raises NotPermitted; ValidationError by field."""
    need_object(actor, INITIATIVE_EDIT, case, OF_ARRANGEMENT)
    need_known(facts, events.CANDIDATE)
    return row_add(Candidate(), actor=actor, event=events.CANDIDATE_ADDED, columns=OF_CASE, case=case, **facts)


def candidate_remove(*, actor: Actor, candidate: Candidate) -> Candidate:
    """Take a candidate off the list; the ledger keeps it. Raises NotPermitted."""
    need_object(actor, INITIATIVE_EDIT, candidate, OF_CASE)
    told = ("case", *events.CANDIDATE)
    return row_remove(candidate, actor=actor, event=events.CANDIDATE_REMOVED, columns=OF_CASE, told=told)


def part_add(*, actor: Actor, case: BusinessCase, **facts: object) -> Part:
    """Give a post its part in an activity; one alone is accountable. Raises NotPermitted; ValidationError by field."""
    need_object(actor, INITIATIVE_EDIT, case, OF_ARRANGEMENT)
    need_known(facts, events.PART)
    return row_add(Part(), actor=actor, event=events.PART_ADDED, columns=OF_CASE, case=case, **facts)


def part_remove(*, actor: Actor, part: Part) -> Part:
    """Take a part away; the ledger keeps it. Raises NotPermitted."""
    need_object(actor, INITIATIVE_EDIT, part, OF_CASE)
    told = ("case", *events.PART)
    return row_remove(part, actor=actor, event=events.PART_REMOVED, columns=OF_CASE, told=told)
