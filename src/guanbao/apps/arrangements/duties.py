"""What arrangements have people do: duties can be added to them, and each has an end."""

from __future__ import annotations

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, arrangements_visible
from guanbao.platform.obligations.declaring import attach, duty_kind
from guanbao.platform.wording import _ as title_

attach(
    "arrangements",
    Arrangement,
    rows=arrangements_visible,
    columns=ARRANGEMENTS,
    dates=("starts_on", "ends_on"),
    label=lambda row: f"{row.reference} {row.title}",
    is_over=lambda row: row.stage == Stage.CLOSED,
)
ENDS = duty_kind(
    "arrangement.ends",
    title_("Renew the contract, or end it in order"),
    on="arrangements",
    day=lambda row: row.ends_on,
    role="executing_department",
    leads=(180, 90, 30, 15, 7, 1),
    is_shared=True,
)
