"""What happens to services and functions, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

SERVICE_FIELDS = (
    "code", "name", "name_en", "kind", "it_class", "ict_service",
    "description", "personnel", "site", "systems", "management", "other", "scope", "scope_rule", "since", "until",
)  # fmt: skip
FUNCTION_FIELDS = (
    "code", "name", "name_en", "licensed_activity", "department", "scope_rule", "criticality",
    "criticality_reason", "assessed_on", "rto_h", "rpo_h", "impact", "impact_note",
)  # fmt: skip
_SERVICE = ("institution", "contractor", "direction", "state", *SERVICE_FIELDS)
_FUNCTION = ("institution", *FUNCTION_FIELDS)

SERVICE_ADDED = declare(
    "service.added", en="{actor} entered the service {object}", zh="{actor}登记了服务{object}", clear=_SERVICE
)
SERVICE_EDITED = declare(
    "service.edited", en="{actor} edited the service {object}", zh="{actor}修改了服务{object}", clear=_SERVICE
)
SERVICE_LISTED = declare(
    "service.listed",
    en="{actor} took the service {object} into the catalogue",
    zh="{actor}将服务{object}列入服务目录",
    clear=("state", "scope_rule"),
)
SERVICE_WITHDRAWN = declare(
    "service.withdrawn",
    en="{actor} withdrew the service {object}: {withdrawn_reason}",
    zh="{actor}撤回了服务{object}：{withdrawn_reason}",
    clear=("state", "until", "withdrawn_reason"),
)
FUNCTION_ADDED = declare(
    "function.added", en="{actor} registered the function {object}", zh="{actor}登记了职能{object}", clear=_FUNCTION
)
FUNCTION_EDITED = declare(
    "function.edited", en="{actor} edited the function {object}", zh="{actor}修改了职能{object}", clear=_FUNCTION
)
