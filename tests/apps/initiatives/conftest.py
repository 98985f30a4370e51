"""An arrangement whose initiation can be written, and who writes and signs it."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone

from guanbao.apps.initiatives import services
from guanbao.apps.initiatives.choices import MANDATORY

STRATEGY = dict.fromkeys(("title", "positioning", "planning", "mode", "tiering", "supplier_relations"), "Said.")
ROUND = dict.fromkeys(
    ("customer_group", "business_type", "frequency", "service_standard", "customer_size", "amount", "present_process",
     "connection"), "Said.",
) | {"method": "interview", "held_on": date(2026, 1, 5), "risk_grade": "medium"}  # fmt: skip
CASE = dict.fromkeys(("background", "necessity", "feasibility", "risks", "benefits"), "Said.") | {
    "term": "long", "discount_percent": Decimal(5),
}  # fmt: skip


@pytest.fixture
def idea(house, thread):
    """`office`, `clerk`, `signer`: actors; `arrangement`; and what writes a whole strategy, rules and case."""
    today = timezone.localdate()
    office = thread.office[1]
    clerk, signer = (house.person(name, house.bank.organisation, "executing_department")[1] for name in ("cl", "sg"))

    def strategy(**more):
        held = {"valid_from": today, "valid_until": today + timedelta(days=365)}
        return services.strategy_add(actor=office, institution=house.bank, **STRATEGY | held | more)

    def policy(category, **more):
        said = {"category": category, "number": f"N-{category}", "title": f"Rule {category}"}
        said |= {"issued_on": date(2026, 1, 1), "review_by": today + timedelta(days=365)}
        return services.policy_add(actor=office, institution=house.bank, **said | more)

    def case():
        made = services.case_add(actor=clerk, arrangement=thread.calls, **CASE)
        for kind, amount in (("outsourced", 60), ("in_house", 100)):
            services.line_add(actor=clerk, case=made, kind=kind, service="Calls", year=1, amount=Decimal(amount))
        services.candidate_add(actor=clerk, case=made, name="Calls Ltd", is_willing=True, is_qualified=True)
        for post, letter in (("Lead", "A"), ("Analyst", "R"), ("Security", "C")):
            services.part_add(actor=clerk, case=made, activity="Requirement", post=post, letter=letter)
        return made

    def round_(**more):
        return services.requirement_add(actor=clerk, arrangement=thread.calls, **ROUND | more)

    return SimpleNamespace(
        house=house, thread=thread, arrangement=thread.calls, office=office, clerk=clerk, signer=signer,
        strategy=strategy, policy=policy, case=case, round=round_,
        policies=lambda: [policy(kind) for kind in MANDATORY],
    )  # fmt: skip
