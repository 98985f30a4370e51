"""What is taken out of the ledger and what is found in it, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

LEDGER_EXPORTED = declare(
    "ledger.exported",
    en="{actor} took {entries} entries out of the ledger as evidence",
    zh="{actor}导出了 {entries} 条存证作为证据",
    clear=("entries", "filters"),
)
LEDGER_VERIFIED = declare(
    "ledger.verified",
    en="The ledger was computed anew over {size} entries; it holds: {holds}",
    zh="存证日志已按 {size} 条重新核验，是否完好：{holds}",
    clear=("size", "root", "holds"),
)
PACK_MADE = declare(
    "evidence.packed",
    en="{actor} took the evidence of {object} in one archive: {files} files, {left_out} left out",
    zh="{actor}打包导出了{object}的证据：{files} 个文件，未包含 {left_out} 项",
    clear=("files", "left_out", "sha256"),
)
