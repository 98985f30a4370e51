"""Writes of parties: each checks who may, changes the rows and tells the ledger, in one transaction."""

from guanbao.apps.parties.services.certificates import certificate_add, certificate_edit, certificate_verify
from guanbao.apps.parties.services.contractors import contractor_add, contractor_edit, contractor_stand
from guanbao.apps.parties.services.institutions import (
    branch_add,
    branch_edit,
    department_add,
    department_edit,
    institution_add,
    institution_edit,
    institution_place,
)
from guanbao.apps.parties.services.particulars import (
    contact_add,
    contact_edit,
    contact_remove,
    identifier_add,
    identifier_remove,
)

__all__ = (
    "branch_add", "branch_edit", "certificate_add", "certificate_edit", "certificate_verify", "contact_add",
    "contact_edit", "contact_remove", "contractor_add", "contractor_edit", "contractor_stand", "department_add",
    "department_edit", "identifier_add", "identifier_remove", "institution_add", "institution_edit",
    "institution_place",
)  # fmt: skip
