"""What happens to notices, as the ledger tells it. Being told of something is no event; to choose the ways is."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_ENDPOINT = ("channel", "name", "host", "kinds", "ended_at")
ENDPOINT_ADDED = declare(
    "endpoint.added", en="{actor} has notices sent to {name} ({host})", zh="{actor}设置将通知发送至{name}（{host}）",
    clear=_ENDPOINT,
)  # fmt: skip
ENDPOINT_EDITED = declare(
    "endpoint.edited", en="{actor} changed where {object} sends notices", zh="{actor}修改了通知接收端{object}",
    clear=_ENDPOINT,
)  # fmt: skip
ENDPOINT_ENDED = declare(
    "endpoint.ended",
    en="{actor} ended sending notices to {object}",
    zh="{actor}停止向{object}发送通知",
    clear=_ENDPOINT,
)
WISHES_CHANGED = declare(
    "notice.wishes_changed",
    en="{actor} changed how notices reach them",
    zh="{actor}修改了本人的通知接收方式",
    clear=("by_email", "by_sms", "daily", "quiet_from", "quiet_until"),  # the number itself is personal
)
DELIVERY_AGAIN = declare(
    "notice.sent_again",
    en="{actor} had a notice sent once more",
    zh="{actor}重新发送了一则通知",
    clear=("channel", "state"),
)
