"""What happens around personal data, as the ledger tells it. That it is read is the ledger's own event."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

REVEAL_REFUSED = declare(
    "reveal.refused",
    en="{actor} wanted to read {fields} in clear and had no reveals left ({allowed} a day)",
    zh="{actor}请求查看 {fields} 的明文，当日额度（{allowed}）已用完，未予显示",
    clear=("fields", "reason", "allowed"),
)
CANARY_PLANTED = declare(
    "canary.planted",
    en="{actor} planted a canary: {record} {record_id}",
    zh="{actor}布设了诱饵记录：{record} {record_id}",
    clear=("record", "record_id"),
)
CANARY_LIFTED = declare(
    "canary.lifted",
    en="{actor} lifted the canary {record} {record_id}",
    zh="{actor}撤销了诱饵记录：{record} {record_id}",
    clear=("record", "record_id"),
)
CANARY_TOUCHED = declare(
    "canary.touched",
    en="Somebody revealed the canary {record} {record_id}: {by}",
    zh="诱饵记录 {record} {record_id} 被查看：{by}",
    clear=("record", "record_id", "by"),
)
