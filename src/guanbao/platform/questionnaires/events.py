"""What happens to questionnaires, as the ledger tells it. Answers and remarks are not recorded: they may hold names."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_ISSUE = (
    "record", "record_id", "name", "number", "definition", "side", "due_on", "state", "digest", "score",
    "outcome",
)  # fmt: skip
ISSUE_PREPARED = declare(
    "questionnaire.prepared",
    en="{actor} prepared the questionnaire {object}",
    zh="{actor}拟制了问卷{object}",
    clear=_ISSUE,
)
ISSUE_SENT = declare(
    "questionnaire.sent",
    en="{actor} sent the questionnaire {object}, due on {due_on}",
    zh="{actor}发出了问卷{object}，截止 {due_on}",
    clear=_ISSUE,
)
ISSUE_CANCELLED = declare(
    "questionnaire.cancelled",
    en="{actor} cancelled the questionnaire {object}",
    zh="{actor}取消了问卷{object}",
    clear=_ISSUE,
)
ISSUE_ANSWERED = declare(
    "questionnaire.answered",
    en="{actor} answered {answered} questions of {object}",
    zh="{actor}填写了问卷{object}的 {answered} 题",
    clear=("answered", "state", "digest"),
)
ISSUE_SUBMITTED = declare(
    "questionnaire.submitted",
    en="{actor} handed in the questionnaire {object}",
    zh="{actor}提交了问卷{object}",
    clear=_ISSUE,
)
ISSUE_REVIEWED = declare(
    "questionnaire.reviewed",
    en="{actor} reviewed {object}: accepted {accepted}, returned {returned}",
    zh="{actor}复核了问卷{object}：通过 {accepted}，退回 {returned}",
    clear=("accepted", "returned", "state"),
)
ISSUE_CONCLUDED = declare(
    "questionnaire.concluded",
    en="{actor} concluded the questionnaire {object}",
    zh="{actor}办结了问卷{object}",
    clear=_ISSUE,
)
_VERSION = ("name", "number", "digest")
VERSION_UPLOADED = declare(
    "questionnaire_version.uploaded",
    en="{actor} uploaded version {number} of the questionnaire {object}",
    zh="{actor}上传了问卷{object}的第 {number} 版",
    clear=_VERSION,
)
VERSION_ENFORCED = declare(
    "questionnaire_version.enforced",
    en="{actor} put version {number} of the questionnaire {object} in force",
    zh="{actor}启用了问卷{object}的第 {number} 版",
    clear=_VERSION,
)
