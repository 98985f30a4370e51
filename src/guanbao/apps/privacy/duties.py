"""What entrusted processing has people do at its end."""

from __future__ import annotations

from guanbao.apps.arrangements.selectors import OF_ARRANGEMENT
from guanbao.apps.privacy.models import Entrustment
from guanbao.apps.privacy.selectors import entrustments_visible
from guanbao.platform.obligations.declaring import attach, duty_kind
from guanbao.platform.wording import _ as title_

attach(
    "entrustments",
    Entrustment,
    rows=entrustments_visible,
    columns=OF_ARRANGEMENT,
    dates=("begins_on", "finishes_on"),
    label=lambda row: f"{row.arrangement.reference} {row.purpose}",
)
SETTLE = duty_kind(
    "entrustment.settle",
    title_("Have the personal data returned or deleted"),
    on="entrustments",
    day=lambda row: row.finishes_on if row.settled_on is None else None,
    role="data_protection",
    grace_d=15,
    is_shared=True,
    met=lambda row, _day: row.settled_on is not None,
)
