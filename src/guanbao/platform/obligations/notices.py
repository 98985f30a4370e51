"""What people are told of duties."""

from __future__ import annotations

from guanbao.engine.language import _
from guanbao.platform.notices.declaring import notice_kind
from guanbao.platform.obligations.permissions import DUTY_VIEW
from guanbao.platform.wording import _ as title_

DUE = notice_kind(
    "duty.due", title_("Something is due soon"), _("{record}: {duty} is due on {due} ({left} days left)."), DUTY_VIEW
)
TODAY = notice_kind("duty.today", title_("Something is due today"), _("{record}: {duty} is due today."), DUTY_VIEW)
LATE = notice_kind(
    "duty.late", title_("Something was due"), _("{record}: {duty} was due on {due} and is not done."), DUTY_VIEW
)
ESCALATED = notice_kind(
    "duty.escalated",
    title_("A duty was not done"),
    _("{record}: {duty} was due on {due}; the days of grace are over and {owner} has not recorded that it is done."),
    DUTY_VIEW,
    urgent=True,
)
MOVED = notice_kind(
    "duty.moved",
    title_("A duty has another day"),
    _("{record}: {duty} is due on {due}, no longer on {was}."),
    DUTY_VIEW,
)
