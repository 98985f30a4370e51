"""The pages of files that came back."""

from __future__ import annotations

from guanbao.apps.contracts import permissions, selectors
from guanbao.apps.contracts.choices import ContractState
from guanbao.apps.contracts.models import Returned
from guanbao.apps.contracts.pages import panels
from guanbao.apps.contracts.services import returning
from guanbao.platform.wording import _
from guanbao.web.panels import TIMELINE
from guanbao.web.resource import Resource, Verb

RETURNED = Resource(
    name="returned-files",
    model=Returned,
    title=_("Files that came back"),
    singular=_("File that came back"),
    group=_("Contracts"),
    empty=_("No file that came back was compared yet. Send it on the contract's page, then compare it."),
    view=permissions.CONTRACT_VIEW,
    rows=selectors.returned_visible,
    columns=("document", "contract", "is_same", "changed", "added", "removed", "compared_at", "accepted_at"),
    shown=(
        "contract", "document", "side", "compared_at", "is_same", "changed", "added", "removed", "faults",
        "accepted_at", "accepted_by", "accepted_reason",
    ),
    answers=(
        "contract", "document", "side", "compared_at", "is_same", "changed", "added", "removed", "accepted_at",
        "accepted_reason",
    ),
    filters=("is_same", "side"),
    inside=frozenset({"accepted_by", "accepted_reason"}),
    order=("-compared_at", "-pk"),
    parent="contract",
    add=Verb(
        "add", _("Compare a file that came back"), permissions.CONTRACT_COMPARE, returning.returned_add,
        ("contract", "document"),
    ),
    verbs=(
        Verb(
            "accept", _("Accept the changes into the draft"), permissions.CLAUSE_WRITE, returning.returned_accept,
            ("accepted_reason",), grave=True,
            when=lambda row, _actor: not row.is_same and row.accepted_at is None
            and row.contract.state in (ContractState.OFFERED, ContractState.AGREED),
        ),
    ),
    panels=(panels.COMPARED, TIMELINE),
)  # fmt: skip
