"""A bank with a department and an arrangement with each of two contractors; the other bank has one too."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from guanbao.apps.arrangements.services import arrangement_add
from guanbao.apps.parties.services import contractor_stand, department_add
from guanbao.platform.actors import SYSTEM


def admitted(contractor):
    """The contractor, admitted."""
    why = {"standing": "admitted", "standing_reason": "Checked.", "standing_since": date(2026, 1, 1)}
    return contractor_stand(actor=SYSTEM, contractor=contractor, **why)


@pytest.fixture
def thread(house):
    """`calls`, `cards`, `foreign`: an arrangement each; `department`; `office` and `manager`, actors."""
    department = department_add(actor=SYSTEM, institution=house.bank, code="CC", name="Card Centre")
    elsewhere = department_add(actor=SYSTEM, institution=house.other, code="OPS", name="Operations")

    def made(contractor, reference, at=department, bank=house.bank):
        return arrangement_add(
            actor=SYSTEM,
            institution=bank,
            reference=reference,
            title=f"Service of {contractor.name}",
            department=at,
            contractor=admitted(contractor),
            elements=["personnel", "site"],
            importance="important",
            importance_reason="SECRET-IMPORTANCE",
            starts_on=date(2026, 1, 1),
            ends_on=date(2027, 12, 31),
            fee_monthly=Decimal("200000.00"),
        )

    return SimpleNamespace(
        department=department,
        calls=made(house.calls, "WB-1"),
        cards=made(house.cards, "WB-2"),
        foreign=made(house.foreign, "WB-3", elsewhere, house.other),
        office=house.person("office", house.bank.organisation, "outsourcing_office"),
        manager=house.person("manager", house.calls.organisation, "service_manager"),
        auditor=house.person("auditor", house.bank.organisation, "internal_audit"),
    )
