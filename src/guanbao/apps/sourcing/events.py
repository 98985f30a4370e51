"""What happens in sourcing, as the ledger tells it. Of a bid it has the digest, and nothing that it says."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_TENDER = (
    "arrangement", "reference", "title", "kind", "justification", "lots", "criteria", "formula", "price_weight",
    "is_two_envelope", "fewest", "currency", "questions_until", "closes_at", "state", "published_at", "opened_at",
    "cancelled_reason",
)  # fmt: skip
TENDER_ADDED = declare(
    "tender.added", en="{actor} drafted the tender {object}", zh="{actor}起草了采购项目 {object}", clear=_TENDER
)
TENDER_EDITED = declare(
    "tender.edited", en="{actor} corrected the tender {object}", zh="{actor}修改了采购项目 {object}", clear=_TENDER
)
TENDER_PUBLISHED = declare(
    "tender.published", en="{actor} published the tender {object}", zh="{actor}发布了采购项目 {object}", clear=_TENDER
)
TENDER_CANCELLED = declare(
    "tender.cancelled",
    en="{actor} called the tender {object} off: {cancelled_reason}",
    zh="{actor}终止了采购项目 {object}：{cancelled_reason}",
    clear=_TENDER,
)
TENDER_OPENED = declare(
    "tender.opened",
    en="{actor} as the second officer opened the bids of {object}",
    zh="{actor}作为第二开标人开启了 {object} 的全部投标",
    clear=("state", "opened_at", "rows", "digest"),
)
OPENER_NAMED = declare(
    "opener.named",
    en="{actor} named person {person} ({post}) to open the bids of {object}",
    zh="{actor}指定人员 {person}（{post}）为 {object} 的开标人",
    clear=("person", "post"),
)
OPENER_DISMISSED = declare(
    "opener.dismissed",
    en="{actor} relieved person {person} of opening the bids of {object}",
    zh="{actor}撤销了人员 {person} 对 {object} 的开标职责",
    clear=("person", "post"),
)
OPENER_KEYED = declare(
    "opener.keyed",
    en="{actor} set a passphrase for opening the bids of {object}",
    zh="{actor}为 {object} 设置了开标口令",
    clear=("digest",),
)
OPENER_FAILED = declare(
    "opener.failed",
    en="{actor} entered a wrong passphrase at {object}",
    zh="{actor}在 {object} 输入了错误的开标口令",
)
OPENER_TURNED = declare(
    "opener.turned",
    en="{actor} as the first officer turned the key at {object}",
    zh="{actor}作为第一开标人在 {object} 输入了开标口令",
    clear=("rows",),
)
INVITATION_ADDED = declare(
    "tender_invitation.added",
    en="{actor} chose a contractor to invite to {object}",
    zh="{actor}为 {object} 选定了受邀承包方",
    clear=("tender", "contractor"),
)
INVITATION_REMOVED = declare(
    "tender_invitation.removed",
    en="{actor} took a contractor from those to invite to {object}",
    zh="{actor}取消了 {object} 的一家受邀承包方",
    clear=("tender", "contractor"),
)
BID_SUBMITTED = declare(
    "bid.submitted",
    en="{actor} handed in a sealed bid, version {number}, digest {digest}",
    zh="{actor}递交了密封投标（第 {number} 版），摘要 {digest}",
    clear=("number", "digest"),
)
BID_WITHDRAWN = declare(
    "bid.withdrawn",
    en="{actor} withdrew the bid of version {number}",
    zh="{actor}撤回了投标（第 {number} 版）",
    clear=("number", "digest"),
)
BID_READ = declare(
    "bid.read",
    en="A bid was opened, digest {digest}",
    zh="开启了一份投标，摘要 {digest}",
    clear=("contractor", "digest", "submitted_at"),
)
QUESTION_ASKED = declare(
    "question.asked", en="{actor} asked about a tender", zh="{actor}就采购项目提出了问题", clear=("invitation",)
)
QUESTION_ANSWERED = declare(
    "question.answered",
    en="{actor} answered a question to all who are invited to {object}",
    zh="{actor}就 {object} 向全体受邀方作出澄清",
    clear=("text", "answer"),
)
EVALUATOR_NAMED = declare(
    "evaluator.named",
    en="{actor} named person {person} to evaluate the bids of {object}",
    zh="{actor}指定人员 {person} 评审 {object} 的投标",
    clear=("person",),
)
INTEREST_DECLARED = declare(
    "interest.declared",
    en="{actor} declared as to a conflict of interest at {object}: {interest}",
    zh="{actor}就 {object} 作出利益冲突申报：{interest}",
    clear=("interest", "interest_note", "declared_at"),
)
EVALUATION_SUBMITTED = declare(
    "evaluation.submitted",
    en="{actor} handed in an evaluation of {object}",
    zh="{actor}提交了 {object} 的评审",
)
TENDER_EVALUATED = declare(
    "tender.evaluated",
    en="{actor} closed the evaluation of {object}",
    zh="{actor}结束了 {object} 的评审",
    clear=("state",),
)
EVALUATOR_RELEASED = declare(
    "evaluator.released",
    en="{actor} released person {person} from evaluating {object}: {release_reason}",
    zh="{actor}解除了人员 {person} 对 {object} 的评审职责：{release_reason}",
    clear=("person", "released_at", "release_reason"),
)
_AWARD = ("tender", "bid", "contractor", "place", "total", "reason", "digest", "is_related_party", "state")
AWARD_PROPOSED = declare(
    "award.proposed",
    en="{actor} proposed to award {object} to the bid ranked {place}",
    zh="{actor}提出将 {object} 定标给排名第 {place} 的投标",
    clear=_AWARD,
)
AWARD_WITHDRAWN = declare(
    "award.withdrawn",
    en="{actor} withdrew the proposal to award {object}: {withdrawn_reason}",
    zh="{actor}撤回了 {object} 的定标建议：{withdrawn_reason}",
    clear=("state", "withdrawn_reason"),
)
AWARD_RELATED = declare(
    "award.related_approved",
    en="{actor} recorded the related-party approval {related_number} for the award of {object}",
    zh="{actor}为 {object} 的定标登记了关联交易审批 {related_number}",
    clear=("is_related_party", "related_body", "related_number", "related_on"),
)
AWARD_CONCLUDED = declare(
    "award.concluded",
    en="{actor} awarded {object}",
    zh="{actor}对 {object} 定标",
    clear=("state", "approved_on", "concluded_at"),
)
TENDER_AWARDED = declare(
    "tender.awarded", en="The tender {object} is awarded", zh="采购项目 {object} 已定标", clear=("state", "award")
)
INVITATION_DECIDED = declare(
    "tender_invitation.decided",
    en="The tender was decided: {outcome}",
    zh="采购项目已有结果：{outcome}",
    clear=("outcome",),
)
_BACKUP = (
    "arrangement",
    "substitute",
    "contractor",
    "readiness",
    "takes_over_d",
    "ready_by",
    "reviewed_on",
    "review_by",
)
BACKUP_ADDED = declare(
    "backup.added",
    en="{actor} planned for a substitute in {object}",
    zh="{actor}为 {object} 制定了备选承包方计划",
    clear=_BACKUP,
)
BACKUP_EDITED = declare(
    "backup.edited",
    en="{actor} changed the plan for a substitute in {object}",
    zh="{actor}修改了 {object} 的备选承包方计划",
    clear=_BACKUP,
)
BACKUP_REVIEWED = declare(
    "backup.reviewed",
    en="{actor} reviewed the plan for a substitute in {object}",
    zh="{actor}复核了 {object} 的备选承包方计划",
    clear=_BACKUP,
)
BACKUP_REMOVED = declare(
    "backup.removed",
    en="{actor} gave up the plan for a substitute in {object}",
    zh="{actor}取消了 {object} 的备选承包方计划",
    clear=_BACKUP,
)
_DILIGENCE = ("arrangement", "contractor", "kind", "assistant")
DILIGENCE_OPENED = declare(
    "diligence.opened",
    en="{actor} began due diligence for {object}: {kind}",
    zh="{actor}为 {object} 启动尽职调查：{kind}",
    clear=(*_DILIGENCE, "opened_on"),
)
DILIGENCE_CONCLUDED = declare(
    "diligence.concluded",
    en="{actor} concluded due diligence for {object}: {outcome}, valid until {valid_until}",
    zh="{actor}完成 {object} 的尽职调查：{outcome}，有效期至 {valid_until}",
    clear=("issue", "score", "outcome", "concluded_on", "valid_until"),
)
_CONCENTRATION = ("arrangement", "contractor", "fee_yearly", "substitutability", "digest")
CONCENTRATION_ASSESSED = declare(
    "concentration.assessed",
    en="{actor} assessed the concentration of {object}: {substitutability}",
    zh="{actor}评估 {object} 的集中度：{substitutability}",
    clear=_CONCENTRATION,
)
CONCENTRATION_JUDGED = declare(
    "concentration.judged",
    en="{actor} judged the concentration of {object}: {outcome}, valid until {valid_until}",
    zh="{actor}对 {object} 的集中度作出结论：{outcome}，有效期至 {valid_until}",
    clear=("outcome", "judged_on", "valid_until"),
)
