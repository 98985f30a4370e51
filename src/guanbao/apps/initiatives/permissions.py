"""What can be done with strategies, rules, requirements and business cases. No contractor sees any of it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, permission
from guanbao.platform.wording import _

_WRITERS = ("outsourcing_office", "executing_department")
STRATEGY_VIEW = permission("strategy.view", _("See strategies and rules of outsourcing"), roles=BANK)
STRATEGY_EDIT = permission(
    "strategy.edit", _("Write strategies and rules of outsourcing"), roles=("outsourcing_office",)
)
INITIATIVE_VIEW = permission("initiative.view", _("See scope checks, requirements and business cases"), roles=BANK)
INITIATIVE_EDIT = permission(
    "initiative.edit", _("Write scope checks, requirements and business cases"), roles=_WRITERS
)
SCOPE_CHECK = permission("scope.check", _("Check the scope of outsourcing"), roles=("outsourcing_office", "risk"))
REQUIREMENT_SIGN = permission("requirement.sign", _("Sign requirements off"), roles=_WRITERS)
