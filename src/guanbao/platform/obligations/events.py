"""What happens to duties, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_FACTS = (
    "duty_kind", "record", "record_id", "role", "person", "anchor_on", "offset", "every", "rolls", "until_on", "due_on",
    "is_provisional", "leads", "grace_d", "escalate_to", "is_shared", "closed_on", "state",
)  # fmt: skip
DUTY_ARMED = declare(
    "duty.armed",
    en="{actor} armed the duty {object}, due on {due_on}",
    zh="{actor}生成了到期事项{object}，{due_on} 到期",
    clear=_FACTS,
)
DUTY_EDITED = declare(
    "duty.edited", en="{actor} changed the duty {object}", zh="{actor}修改了到期事项{object}", clear=_FACTS
)
DUTY_MOVED = declare(
    "duty.moved",
    en="{actor} moved the duty {object} from {due_on_before} to {due_on}",
    zh="{actor}将到期事项{object}由 {due_on_before} 改至 {due_on}",
    clear=_FACTS,
)
DUTY_DONE = declare(
    "duty.done", en="{actor} recorded that {object} is done", zh="{actor}登记到期事项{object}已完成", clear=_FACTS
)
DUTY_EXCUSED = declare("duty.excused", en="{actor} excused {object}", zh="{actor}豁免了到期事项{object}", clear=_FACTS)
DUTY_CANCELLED = declare(
    "duty.cancelled", en="{actor} cancelled {object}", zh="{actor}取消了到期事项{object}", clear=_FACTS
)
DUTY_LAPSED = declare("duty.lapsed", en="{object} is no longer due", zh="到期事项{object}不再到期", clear=_FACTS)
DUTY_ESCALATED = declare(
    "duty.escalated",
    en="{object} was not done by {due_on}, and went up to {escalate_to}",
    zh="到期事项{object}未在 {due_on} 前完成，已上报{escalate_to}",
    clear=_FACTS,
)
_FEED = ("name", "is_all")
FEED_MADE = declare(
    "feed.made", en="{actor} made the calendar address {name}", zh="{actor}生成了日历订阅地址“{name}”", clear=_FEED
)
FEED_REVOKED = declare(
    "feed.revoked",
    en="{actor} revoked the calendar address {name}",
    zh="{actor}撤销了日历订阅地址“{name}”",
    clear=_FEED,
)
