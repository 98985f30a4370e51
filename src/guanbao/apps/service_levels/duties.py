"""What service levels have people do: each month's statement."""

from __future__ import annotations

from datetime import date, timedelta

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.service_levels.choices import LevelState, StatementState
from guanbao.apps.service_levels.models import Level, Statement
from guanbao.platform.obligations.days import Rule
from guanbao.platform.obligations.declaring import duty_kind
from guanbao.platform.wording import _ as title_

_MONTH = timedelta(days=31)


def _first(arrangement: Arrangement) -> date | None:
    """The day after the first month for which a service level binds."""
    rows = Level.objects.filter(arrangement=arrangement, state=LevelState.IN_FORCE)
    begins = rows.order_by("holds_from").values_list("holds_from", flat=True).first()
    return (begins.replace(day=1) + _MONTH).replace(day=1) if begins else None


def _issued(arrangement: Arrangement, day: date) -> bool:
    """Whether the statement of the month before a day was issued."""
    month = (day - timedelta(days=1)).replace(day=1)
    states = (StatementState.ISSUED, StatementState.SUPERSEDED)
    return Statement.objects.filter(arrangement=arrangement, period_from=month, state__in=states).exists()


STATEMENT = duty_kind(
    "statement.issue",
    title_("Agree the statement of the past month and issue it"),
    on="arrangements",
    day=_first,
    role="outsourcing_office",
    rule=Rule("monthly", "10wd after"),
    leads=(5, 1),
    grace_d=5,
    escalate_to="senior_management",
    is_shared=True,
    met=_issued,
)
