"""What happens to records of entrusted processing, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_FACTS = (
    "arrangement", "purpose", "begins_on", "finishes_on", "method", "kinds", "is_sensitive", "protection", "duties",
    "at_end", "sub_entrusted_to", "consented_on", "assessed_on", "settled_on", "settlement",
)  # fmt: skip
ENTRUSTMENT_ADDED = declare(
    "entrustment.added",
    en="{actor} recorded the entrusted processing {object}",
    zh="{actor}登记了委托处理个人信息“{object}”",
    clear=_FACTS,
)
ENTRUSTMENT_EDITED = declare(
    "entrustment.edited",
    en="{actor} corrected the entrusted processing {object}",
    zh="{actor}修改了委托处理个人信息“{object}”",
    clear=_FACTS,
)
ENTRUSTMENT_SETTLED = declare(
    "entrustment.settled",
    en="{actor} recorded that the data of {object} were returned or deleted on {settled_on}",
    zh="{actor}登记“{object}”的个人信息已于 {settled_on} 返还或删除",
    clear=_FACTS,
)
