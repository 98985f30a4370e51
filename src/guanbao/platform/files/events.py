"""What happens to documents, as the ledger tells it. Titles may name people, so they are not told."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_FACTS = ("record", "record_id", "kind", "version", "size", "sha256", "media", "state", "is_confidential", "kept_until")

DOCUMENT_ADDED = declare(
    "document.added",
    en="{actor} sent the document {object} ({kind})",
    zh="{actor}提交了文件{object}（{kind}）",
    clear=(*_FACTS, "expires_on", "shared_with"),
)
DOCUMENT_RELEASED = declare(
    "document.released",
    en="{actor} released the document {object} from quarantine: {state_reason}",
    zh="{actor}将文件{object}解除隔离：{state_reason}",
    clear=("state", "state_reason", "sha256"),
)
DOCUMENT_CLEARED = declare(
    "document.cleared",
    en="The scanner found nothing in the document {object}",
    zh="扫描程序未在文件{object}中发现问题",
    clear=("state", "sha256"),
)
DOCUMENT_REFUSED = declare(
    "document.refused",
    en="{actor} refused the document {object}: {state_reason}",
    zh="{actor}拒收了文件{object}：{state_reason}",
    clear=("state", "state_reason", "sha256"),
)
DOCUMENT_INFECTED = declare(
    "document.infected",
    en="The scanner found {found} in the document {object}; its bytes were removed",
    zh="扫描程序在文件{object}中发现 {found}，其内容已清除",
    clear=("state", "found", "sha256"),
)
DOCUMENT_SHARED = declare(
    "document.shared",
    en="{actor} showed the document {object} to the contractor",
    zh="{actor}向承包方开放了文件{object}",
    clear=("shared_with",),
)
DOCUMENT_READ = declare(
    "document.read",
    en="{actor} fetched the document {object}, which is {state}",
    zh="{actor}下载了文件{object}（{state}）",
    clear=("state", "sha256", "version", "is_confidential"),
)
DOCUMENT_BROKEN = declare(
    "document.found_broken",
    en="The stored bytes of the document {object} are not what was put there",
    zh="文件{object}的存储内容与原文件不符",
    clear=("sha256",),
)
DESTRUCTION_ASKED = declare(
    "document.destruction_asked",
    en="{actor} asked for the document {object} to be destroyed: {destruction_reason}",
    zh="{actor}申请销毁文件{object}：{destruction_reason}",
    clear=("destruction_reason", "kept_until"),
)
DESTRUCTION_WITHDRAWN = declare(
    "document.destruction_withdrawn",
    en="{actor} had the document {object} kept after all",
    zh="{actor}撤回了销毁文件{object}的申请",
    clear=("destruction_reason",),
)
DOCUMENT_DESTROYED = declare(
    "document.destroyed",
    en="{actor} had the document {object} destroyed: {destruction_reason}",
    zh="{actor}销毁了文件{object}：{destruction_reason}",
    clear=("destruction_reason", "destroyed_on", "kept_until", "sha256", "state"),
)
KEYS_TURNED = declare(
    "document.keys_turned",
    en="{actor} had the keys of {n} documents wrapped under a new key",
    zh="{actor}以新密钥重新封装了 {n} 份文件的密钥",
    clear=("n", "key"),
)
