"""What happens to parties, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_CONTRACTOR = ("name", "name_en", "kind", "is_financial", "is_related", "country")
_STANDING = ("standing", "standing_reason", "standing_since")

INSTITUTION_ADDED = declare(
    "institution.added",
    en="{actor} added the institution {object}",
    zh="{actor}新增了发包方{object}",
    clear=("name", "name_en", "kind", "parent", "country"),
)
CONTRACTOR_ADDED = declare(
    "contractor.added",
    en="{actor} added the contractor {object}",
    zh="{actor}新增了承包方{object}",
    clear=(*_CONTRACTOR, *_STANDING, "institution"),
)
CONTRACTOR_EDITED = declare(
    "contractor.edited",
    en="{actor} edited the contractor {object}",
    zh="{actor}修改了承包方{object}",
    clear=_CONTRACTOR,
)
CONTRACTOR_STANDING_CHANGED = declare(
    "contractor.standing_changed",
    en="{actor} changed the standing of {object}: {standing_reason}",
    zh="{actor}变更了{object}的准入状态：{standing_reason}",
    clear=_STANDING,
)
DEPARTMENT_ADDED = declare(
    "department.added",
    en="{actor} added the department {object}",
    zh="{actor}新增了部门{object}",
    clear=("institution", "code", "name"),
)
DEPARTMENT_EDITED = declare(
    "department.edited",
    en="{actor} edited the department {object}",
    zh="{actor}修改了部门{object}",
    clear=("code", "name"),
)
