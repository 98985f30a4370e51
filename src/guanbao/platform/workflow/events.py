"""What happens to approvals, as the ledger tells it. Opinions are not recorded: what people write may hold names."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_APPROVAL = ("model", "version", "digest", "state", "round")
_TASK = ("level", "role", "seat", "person", "verdict", "digest", "back_to", "for_person", "due_at")

APPROVAL_STARTED = declare(
    "approval.started",
    en="{actor} submitted {object} for approval by {model}",
    zh="{actor}将{object}提交审批（{model}）",
    clear=_APPROVAL,
)
APPROVAL_ENDED = declare(
    "approval.ended", en="The approval of {object} ended: {state}", zh="{object}的审批结束：{state}", clear=_APPROVAL
)
APPROVAL_WITHDRAWN = declare(
    "approval.withdrawn", en="{actor} withdrew {object}", zh="{actor}撤回了{object}", clear=_APPROVAL
)
APPROVAL_VOIDED = declare(
    "approval.voided",
    en="The approval of {object} became void: what was to be decided has changed",
    zh="{object}的审批作废：待决内容已变更",
    clear=_APPROVAL,
)
TASK_CLAIMED = declare(
    "approval_task.claimed", en="{actor} took {level} of {object}", zh="{actor}认领了{object}的{level}", clear=_TASK
)
TASK_RELEASED = declare(
    "approval_task.released",
    en="{actor} put {level} of {object} back",
    zh="{actor}退回了{object}的{level}",
    clear=_TASK,
)
TASK_DECIDED = declare(
    "approval_task.decided",
    en="{actor} decided {level} of {object}: {verdict}",
    zh="{actor}在{object}的{level}作出决定：{verdict}",
    clear=_TASK,
)
TASK_RETURNED = declare(
    "approval_task.returned",
    en="{actor} returned {object} from {level} to {back_to}",
    zh="{actor}将{object}从{level}退回至{back_to}",
    clear=_TASK,
)
TASK_DELEGATED = declare(
    "approval_task.delegated",
    en="{actor} handed {level} of {object} to person {person}",
    zh="{actor}将{object}的{level}委托给人员 {person}",
    clear=_TASK,
)
TASK_REMINDED = declare(
    "approval_task.reminded", en="{level} of {object} is due soon", zh="{object}的{level}即将到期", clear=_TASK
)
TASK_ESCALATED = declare(
    "approval_task.escalated",
    en="{level} of {object} is overdue; {role} was told",
    zh="{object}的{level}已逾期，已升级至{role}",
    clear=_TASK,
)
_MODEL = ("model", "number", "digest")
MODEL_UPLOADED = declare(
    "approval_model.uploaded",
    en="{actor} uploaded version {number} of the model {object}",
    zh="{actor}上传了审批模型{object}的第 {number} 版",
    clear=_MODEL,
)
MODEL_ENFORCED = declare(
    "approval_model.enforced",
    en="{actor} put version {number} of the model {object} in force",
    zh="{actor}启用了审批模型{object}的第 {number} 版",
    clear=_MODEL,
)
_ABSENCE = ("person", "deputy", "since", "until")
ABSENCE_SET = declare(
    "absence.set",
    en="{actor} has person {deputy} stand in from {since} to {until}",
    zh="{actor}设置自 {since} 至 {until} 由人员 {deputy} 代理",
    clear=_ABSENCE,
)
ABSENCE_ENDED = declare("absence.ended", en="{actor} is back", zh="{actor}结束了代理", clear=_ABSENCE)
