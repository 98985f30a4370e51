"""Writes of arrangements: each checks who may, changes the rows and tells the ledger, in one transaction.

What a move along the line is, and what leaves it, stands in `moving`; every one of them asks the same question first.
"""

from guanbao.apps.arrangements.services.arrangements import (
    EDITED,
    arrangement_add,
    arrangement_contractor_name,
    arrangement_edit,
)
from guanbao.apps.arrangements.services.changes import material_change_record, material_change_settle
from guanbao.apps.arrangements.services.moving import (
    arrangement_advance,
    arrangement_reject,
    arrangement_renew,
    arrangement_resume,
    arrangement_suspend,
    arrangement_take_over,
    arrangement_terminate,
    arrangement_withdraw,
    need_gates_open,
)
from guanbao.apps.arrangements.services.parts import link_add, link_remove, place_add, place_remove
from guanbao.apps.arrangements.services.rules import rulebook_choose
from guanbao.apps.arrangements.services.waivers import waiver_ask

__all__ = (
    "EDITED", "arrangement_add", "arrangement_advance", "arrangement_contractor_name", "arrangement_edit",
    "arrangement_reject", "arrangement_renew", "arrangement_resume", "arrangement_suspend", "arrangement_take_over",
    "arrangement_terminate", "arrangement_withdraw", "link_add", "link_remove", "material_change_record",
    "material_change_settle", "need_gates_open", "place_add", "place_remove", "rulebook_choose", "waiver_ask",
)  # fmt: skip
