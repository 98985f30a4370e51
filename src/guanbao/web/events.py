"""What comes and goes by the pages, as the ledger tells it. What was searched for may be a name: not recorded."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

ROWS_IMPORTED = declare(
    "rows.imported",
    en="{actor} imported {rows} rows into {resource}",
    zh="{actor}向{resource}导入了 {rows} 行",
    clear=("resource", "rows", "digest"),
)
RECORDS_EXPORTED = declare(
    "records.exported",
    en="{actor} exported {rows} rows of {resource} as {form}",
    zh="{actor}导出了 {rows} 行{resource}（{form}）",
    clear=("resource", "columns", "filters", "rows", "form"),
)
