"""What comes in by files, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

ROWS_IMPORTED = declare(
    "rows.imported",
    en="{actor} imported {rows} rows into {resource}",
    zh="{actor}向{resource}导入了 {rows} 行",
    clear=("resource", "rows", "digest"),
)
