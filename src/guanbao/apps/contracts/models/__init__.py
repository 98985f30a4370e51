"""What contracts are made of."""

from __future__ import annotations

from guanbao.apps.contracts.models.clauses import Clause
from guanbao.apps.contracts.models.confidentiality import Confidentiality
from guanbao.apps.contracts.models.contracts import Comment, Contract
from guanbao.apps.contracts.models.payments import Invoice, Payment, Reached
from guanbao.apps.contracts.models.returning import Returned
from guanbao.apps.contracts.models.signing import Sealing, Signatory

__all__ = [
    "Clause", "Comment", "Confidentiality", "Contract", "Invoice", "Payment", "Reached", "Returned", "Sealing",
    "Signatory",
]  # fmt: skip
