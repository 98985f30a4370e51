"""What happens to strategies, rules, requirements and business cases, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

STRATEGY = (
    "title", "positioning", "planning", "mode", "tiering", "supplier_relations", "valid_from", "valid_until",
)  # fmt: skip
TARGET = ("family", "result", "direction", "value", "unit", "due_on")
POLICY = ("category", "number", "title", "issued_on", "review_by")
CHECK = (
    "fits_strategy", "strategy_reason", "fits_risk", "risk_reason", "fits_ability", "ability_reason",
)  # fmt: skip
REQUIREMENT = (
    "method", "held_on", "customer_group", "business_type", "frequency", "service_standard", "customer_size", "amount",
    "risk_grade", "present_process", "connection",
)  # fmt: skip
CASE = ("background", "necessity", "feasibility", "risks", "benefits", "term", "discount_percent", "currency")
LINE = ("kind", "service", "year", "amount", "usage")
CANDIDATE = ("name", "is_willing", "is_qualified", "remark")
PART = ("activity", "post", "letter")

_STRATEGY = ("institution", "version", *STRATEGY)
STRATEGY_ADDED = declare(
    "strategy.added", en="{actor} wrote the strategy {object}", zh="{actor}拟定了外包战略{object}", clear=_STRATEGY
)
STRATEGY_EDITED = declare(
    "strategy.edited", en="{actor} changed the strategy {object}", zh="{actor}修改了外包战略{object}", clear=_STRATEGY
)
TARGET_ADDED = declare(
    "strategy_target.added",
    en="{actor} set the target {object}",
    zh="{actor}设定了战略目标{object}",
    clear=("strategy", *TARGET),
)
TARGET_REMOVED = declare(
    "strategy_target.removed",
    en="{actor} took the target {object} away",
    zh="{actor}移除了战略目标{object}",
    clear=("strategy", *TARGET),
)
TARGET_REVIEWED = declare(
    "strategy_target.reviewed",
    en="{actor} reviewed a target: {reached} reached on {reviewed_on}",
    zh="{actor}评估了战略目标：{reviewed_on} 达到 {reached}",
    clear=("target", "reviewed_on", "reached", "remark"),
)
_POLICY = ("institution", *POLICY, "withdrawn_on")
POLICY_ADDED = declare(
    "policy.added", en="{actor} entered the rule {object}", zh="{actor}登记了制度{object}", clear=_POLICY
)
POLICY_EDITED = declare(
    "policy.edited", en="{actor} corrected the rule {object}", zh="{actor}修改了制度{object}", clear=_POLICY
)
POLICY_WITHDRAWN = declare(
    "policy.withdrawn", en="{actor} withdrew the rule {object}", zh="{actor}废止了制度{object}", clear=_POLICY
)
SCOPE_CHECKED = declare(
    "scope.checked",
    en="{actor} checked the scope: {object}",
    zh="{actor}进行了范围符合性检查：{object}",
    clear=("arrangement", "checked_on", *CHECK),
)
_REQUIREMENT = ("arrangement", "number", *REQUIREMENT, "signed_by", "signed_at")
REQUIREMENT_ADDED = declare(
    "requirement.added",
    en="{actor} wrote round {number} of the requirement of {object}",
    zh="{actor}记录了{object}的第 {number} 轮需求",
    clear=_REQUIREMENT,
)
REQUIREMENT_EDITED = declare(
    "requirement.edited",
    en="{actor} changed the requirement {object}",
    zh="{actor}修改了需求{object}",
    clear=_REQUIREMENT,
)
REQUIREMENT_SIGNED = declare(
    "requirement.signed",
    en="{actor} signed the requirement {object} off",
    zh="{actor}签认了需求{object}",
    clear=_REQUIREMENT,
)
CASE_ADDED = declare(
    "business_case.added",
    en="{actor} wrote the business case of {object}",
    zh="{actor}编写了{object}的立项报告",
    clear=("arrangement", *CASE),
)
CASE_EDITED = declare(
    "business_case.edited",
    en="{actor} changed the business case of {object}",
    zh="{actor}修改了{object}的立项报告",
    clear=("arrangement", *CASE),
)
LINE_ADDED = declare(
    "case_line.added",
    en="{actor} added {amount} for {object}",
    zh="{actor}登记了{object}：{amount}",
    clear=("case", *LINE),
)
LINE_REMOVED = declare(
    "case_line.removed", en="{actor} removed {object}", zh="{actor}移除了{object}", clear=("case", *LINE)
)
CANDIDATE_ADDED = declare(
    "candidate.added",
    en="{actor} named the candidate {object}",
    zh="{actor}初选了候选供应商{object}",
    clear=("case", *CANDIDATE),
)
CANDIDATE_REMOVED = declare(
    "candidate.removed",
    en="{actor} took the candidate {object} off the list",
    zh="{actor}移除了候选供应商{object}",
    clear=("case", *CANDIDATE),
)
PART_ADDED = declare(
    "duty_part.added",
    en="{actor} assigned {object} ({letter})",
    zh="{actor}分配了职责{object}（{letter}）",
    clear=("case", *PART),
)
PART_REMOVED = declare(
    "duty_part.removed", en="{actor} removed the duty {object}", zh="{actor}移除了职责{object}", clear=("case", *PART)
)
