"""What can be done with questionnaires, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

_ASK = ("outsourcing_office", "executing_department", "risk", "compliance", "it_security", "internal_audit")

QUESTIONNAIRE_VIEW = permission("questionnaire.view", _("See questionnaires"), roles=(*BANK, *CONTRACTOR))
QUESTIONNAIRE_PUT = permission("questionnaire.put", _("Put questionnaires to people"), roles=_ASK)
QUESTIONNAIRE_ANSWER = permission(
    "questionnaire.answer",
    _("Answer questionnaires"),
    roles=(*_ASK, "procurement", "contractor_administrator", "service_manager"),
)
QUESTIONNAIRE_REVIEW = permission("questionnaire.review", _("Review answers to questionnaires"), roles=_ASK)
VERSION_VIEW = permission("questionnaire_version.view", _("See versions of questionnaires"), roles=BANK)
VERSION_UPLOAD = permission(
    "questionnaire_version.upload", _("Upload versions of questionnaires"), roles=("outsourcing_office", "risk")
)
VERSION_ENFORCE = permission(
    "questionnaire_version.enforce", _("Put versions of questionnaires in force"), roles=("risk", "compliance")
)
