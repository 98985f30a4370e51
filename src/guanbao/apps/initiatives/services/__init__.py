"""Writes of initiatives: each checks who may, changes the rows and tells the ledger, in one transaction."""

from guanbao.apps.initiatives.services.cases import (
    candidate_add,
    candidate_remove,
    case_add,
    case_edit,
    line_add,
    line_remove,
    part_add,
    part_remove,
)
from guanbao.apps.initiatives.services.requirements import (
    requirement_add,
    requirement_edit,
    requirement_sign,
    scope_check,
)
from guanbao.apps.initiatives.services.strategies import (
    policy_add,
    policy_edit,
    policy_withdraw,
    strategy_add,
    strategy_edit,
    target_add,
    target_remove,
    target_review,
)

__all__ = (
    "candidate_add", "candidate_remove", "case_add", "case_edit", "line_add", "line_remove", "part_add", "part_remove",
    "policy_add", "policy_edit", "policy_withdraw", "requirement_add", "requirement_edit", "requirement_sign",
    "scope_check", "strategy_add", "strategy_edit", "target_add", "target_remove", "target_review",
)  # fmt: skip
