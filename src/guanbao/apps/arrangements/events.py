"""What happens to arrangements, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_FACTS = (
    "institution", "reference", "title", "title_en", "importance", "importance_reason", "elements", "department",
    "contractor", "services", "function", "is_off_site", "is_cross_border", "is_related", "is_intra_group",
    "uses_cloud", "has_personal_data",
    "starts_on", "ends_on", "fee_monthly", "fee_currency",
)  # fmt: skip
_LINK = ("arrangement", "rank", "name", "identifier", "country", "part", "approved_on")
_PLACE = ("arrangement", "activity", "country", "place")

ARRANGEMENT_ADDED = declare(
    "arrangement.added",
    en="{actor} entered the arrangement {object}",
    zh="{actor}登记了外包事项{object}",
    clear=_FACTS,
)
ARRANGEMENT_EDITED = declare(
    "arrangement.edited",
    en="{actor} corrected the arrangement {object}",
    zh="{actor}修改了外包事项{object}",
    clear=_FACTS,
)
ARRANGEMENT_ADVANCED = declare(
    "arrangement.advanced",
    en="{actor} took {object} from {stage_before} to {stage}",
    zh="{actor}将{object}从 {stage_before} 推进到 {stage}",
    clear=("stage", "stage_since"),
)
LINK_ADDED = declare(
    "sub_outsourcing.added",
    en="{actor} added {object} as sub-contractor of rank {rank}",
    zh="{actor}登记了第 {rank} 级分包方{object}",
    clear=_LINK,
)
LINK_REMOVED = declare(
    "sub_outsourcing.removed",
    en="{actor} removed the sub-contractor {object}",
    zh="{actor}移除了分包方{object}",
    clear=_LINK,
)
PLACE_ADDED = declare(
    "place.added",
    en="{actor} added the place {object}",
    zh="{actor}登记了地点{object}",
    clear=_PLACE,
)
PLACE_REMOVED = declare(
    "place.removed",
    en="{actor} removed the place {object}",
    zh="{actor}移除了地点{object}",
    clear=_PLACE,
)
