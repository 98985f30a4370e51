"""What happens to arrangements, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_FACTS = (
    "institution", "reference", "title", "title_en", "importance", "importance_reason", "elements", "department",
    "contractor", "services", "function", "is_it", "is_off_site", "is_cross_border", "is_related",
    "is_intra_group", "uses_cloud", "has_personal_data",
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
CONTRACTOR_NAMED = declare(
    "arrangement.contractor_named",
    en="{actor} had the award name the contractor of {object}",
    zh="{actor}依据定标结果确定了{object}的承包方",
    clear=("contractor",),
)
ARRANGEMENT_ADVANCED = declare(
    "arrangement.advanced",
    en="{actor} took {object} from {stage_before} to {stage}",
    zh="{actor}将{object}从 {stage_before} 推进到 {stage}",
    clear=("stage", "stage_since", "outcome", "ended_from"),
)
_SUSPENDED = ("suspended_on", "suspension_reason")
_MOVED = ("stage", "stage_since", "outcome", "ended_from", "stage_reason", "renewals", *_SUSPENDED)
ARRANGEMENT_TAKEN_OVER = declare(
    "arrangement.taken_over",
    en="{actor} took {object} over at {stage}: {stage_reason}",
    zh="{actor}将存量事项{object}纳入管理，处于 {stage}：{stage_reason}",
    clear=_MOVED,
)
ARRANGEMENT_WITHDRAWN = declare(
    "arrangement.withdrawn",
    en="{actor} withdrew {object}: {stage_reason}",
    zh="{actor}撤回了{object}：{stage_reason}",
    clear=_MOVED,
)
ARRANGEMENT_REJECTED = declare(
    "arrangement.rejected",
    en="{actor} rejected {object}: {stage_reason}",
    zh="{actor}否决了{object}：{stage_reason}",
    clear=_MOVED,
)
ARRANGEMENT_TERMINATED = declare(
    "arrangement.terminated",
    en="{actor} ended {object} before its day: {stage_reason}",
    zh="{actor}提前终止了{object}：{stage_reason}",
    clear=_MOVED,
)
ARRANGEMENT_RENEWED = declare(
    "arrangement.renewed",
    en="{actor} took {object} back to {stage}, to be renewed: {stage_reason}",
    zh="{actor}将{object}退回到 {stage} 办理续约：{stage_reason}",
    clear=_MOVED,
)
ARRANGEMENT_SUSPENDED = declare(
    "arrangement.suspended",
    en="{actor} suspended {object}: {suspension_reason}",
    zh="{actor}暂停了{object}：{suspension_reason}",
    clear=_SUSPENDED,
)
ARRANGEMENT_RESUMED = declare(
    "arrangement.resumed", en="{actor} resumed {object}", zh="{actor}恢复了{object}", clear=_SUSPENDED
)
ARRANGEMENT_REVISED = declare(
    "arrangement.revised",
    en="{actor} judged the importance of {object} anew",
    zh="{actor}重新认定了{object}的重要程度",
    clear=("importance", "importance_reason", "revision"),
)
_CHANGE = (
    "arrangement", "kind", "description", "happened_on", "importance_before", "importance", "importance_reason",
    "reported_on", "settled_on",
)  # fmt: skip
CHANGE_RECORDED = declare(
    "material_change.recorded",
    en="{actor} recorded the material change {object}: {description}",
    zh="{actor}登记了重大变更{object}：{description}",
    clear=_CHANGE,
)
CHANGE_SETTLED = declare(
    "material_change.settled",
    en="{actor} settled the material change {object}",
    zh="{actor}办结了重大变更{object}",
    clear=_CHANGE,
)
WAIVER_ASKED = declare(
    "waiver.asked",
    en="{actor} asked that «{gate}» be waived until {ends_on} ({object}): {reason}",
    zh="{actor}申请豁免“{gate}”至 {ends_on}（{object}）：{reason}",
    clear=("arrangement", "gate", "reason", "ends_on"),
)
RULEBOOK_CHOSEN = declare(
    "rulebook.chosen",
    en="{actor} had {object} go by the rule pack {pack}",
    zh="{actor}为{object}选用规则包 {pack}",
    clear=("institution", "pack"),
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
