"""What leaves by the pages, as the ledger tells it. What was searched for may be a name, and is not recorded."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

RECORDS_EXPORTED = declare(
    "records.exported",
    en="{actor} exported {rows} rows of {resource} as {form}",
    zh="{actor}导出了 {rows} 行{resource}（{form}）",
    clear=("resource", "columns", "filters", "rows", "form"),
)
