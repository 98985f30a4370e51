"""What happens to service levels, records and statements, as the ledger tells it. No record's content is told."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_LEVEL = (
    "version", "title", "calendar", "fee_monthly", "fee_currency", "cap_percent", "rounding_places", "rounding_mode",
    "nets_bonus", "holds_from",
)  # fmt: skip
_TERM = ("code", "title", "measure", "arguments", "condition", "target", "weight", "credit", "bonus", "position")
_STATEMENT = ("digest", "definitions_digest", "score", "missed", "cut", "version", "period_from", "supersedes")

CALENDAR_ADDED = declare(
    "calendar.added",
    en="{actor} added the working calendar {object}",
    zh="{actor}新增了工作日历{object}",
    clear=("institution", "name", "definition", "is_office"),
)
CALENDAR_EDITED = declare(
    "calendar.edited",
    en="{actor} changed the working calendar {object}",
    zh="{actor}修改了工作日历{object}",
    clear=("name", "definition", "is_office"),
)
LEVEL_BEGUN = declare(
    "level.begun",
    en="{actor} began version {version} of the service level",
    zh="{actor}起草了服务级别第 {version} 版",
    clear=(*_LEVEL, "arrangement", "preset"),
)
LEVEL_EDITED = declare(
    "level.edited", en="{actor} changed the service level {object}", zh="{actor}修改了服务级别 {object}", clear=_LEVEL
)
LEVEL_ENFORCED = declare(
    "level.enforced",
    en="{actor} put version {version} of the service level into force from {holds_from}",
    zh="{actor}使服务级别第 {version} 版自 {holds_from} 起生效",
    clear=("version", "holds_from", "digest"),
)
TERM_ADDED = declare(
    "term.added", en="{actor} added the term {object}", zh="{actor}新增了条款 {object}", clear=(*_TERM, "level")
)
TERM_EDITED = declare(
    "term.edited", en="{actor} changed the term {object}", zh="{actor}修改了条款 {object}", clear=_TERM
)
TERM_REMOVED = declare(
    "term.removed", en="{actor} removed the term {object}", zh="{actor}删除了条款 {object}", clear=_TERM
)
RECORDS_SENT = declare(
    "records.sent",
    en="{actor} sent {size} bytes of {dataset}",
    zh="{actor}报送了 {size} 字节的 {dataset} 记录",
    clear=("dataset", "mapping", "size", "sha256"),
)
RECORDS_IMPORTED = declare(
    "records.imported",
    en="{actor} imported {accepted} of {read} rows as batch {batch}",
    zh="{actor}导入了 {read} 行中的 {accepted} 行，批次 {batch}",
    clear=("dataset", "batch", "read", "accepted", "rejected", "filtered", "known", "sha256"),
)
RECORDS_REFUSED = declare(
    "records.refused",
    en="{actor} refused the file {object}",
    zh="{actor}拒收了文件 {object}",
    clear=("dataset", "mapping", "error"),
)
RECORDS_ABANDONED = declare(
    "records.abandoned",
    en="The upload {object} did not go on and was given up: {received} of {size} bytes",
    zh="报送 {object} 中断后未续传，已放弃：收到 {received} / {size} 字节",
    clear=("received", "size"),
)
QUARANTINE_READ = declare(
    "quarantine.read",
    en="{actor} took the rejected rows of {object}",
    zh="{actor}下载了 {object} 的退回记录",
    clear=("batch",),
)
STATEMENT_DRAFTED = declare(
    "statement.drafted",
    en="{actor} drafted the statement {object}",
    zh="{actor}起草了考核单 {object}",
    clear=_STATEMENT,
)
STATEMENT_ISSUED = declare(
    "statement.issued",
    en="{actor} issued the statement {object}",
    zh="{actor}签发了考核单 {object}",
    clear=_STATEMENT,
)
STATEMENT_TAKEN = declare(
    "statement.exported",
    en="{actor} took the statement {object} as {form}",
    zh="{actor}导出了考核单 {object}（{form}）",
    clear=("form", "digest"),
)
REMARK_ADDED = declare(
    "remark.added", en="{actor} commented on {object}", zh="{actor}对 {object} 提出意见", clear=("side",)
)
EXCLUSION_PROPOSED = declare(
    "exclusion.proposed",
    en="{actor} proposed to leave {n} records or a window out of {month}",
    zh="{actor}申请从 {month} 剔除 {n} 条记录或一段时间",
    clear=("n", "month", "terms", "effect", "side"),
)
EXCLUSION_DECIDED = declare(
    "exclusion.decided",
    en="{actor} decided the proposal {object}: {state}",
    zh="{actor}对申请 {object} 作出决定：{state}",
    clear=("state", "side"),
)
AMOUNT_ENTERED = declare(
    "amount.entered",
    en="{actor} entered {kind} {amount} {currency} for {month}",
    zh="{actor}记入 {month} 的 {kind} {amount} {currency}",
    clear=("kind", "amount", "currency", "month", "reverses"),
)
