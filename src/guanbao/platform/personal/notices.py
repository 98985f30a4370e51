"""What data protection is told of at once."""

from __future__ import annotations

from guanbao.engine.language import _
from guanbao.platform.notices.declaring import notice_kind
from guanbao.platform.personal.permissions import REVEAL_VIEW
from guanbao.platform.wording import _ as title_

REVEALS_EXHAUSTED = notice_kind(
    "reveals.exhausted",
    title_("Reveals used up"),
    _("{who} of {organisation} used up the {allowed} reveals of personal data of {day} and asked for more."),
    REVEAL_VIEW,
    urgent=True,
)
CANARY_TOUCHED = notice_kind(
    "canary.touched",
    title_("Canary revealed"),
    _("{who} of {organisation} revealed a canary: nobody has a reason to read it. Look at what else they revealed."),
    REVEAL_VIEW,
    urgent=True,
)
