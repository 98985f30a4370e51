"""What stands behind the world's arrangements: all of it is the bank's own, marked as `inside`."""

from datetime import date
from decimal import Decimal

from guanbao.apps.initiatives import services
from guanbao.apps.initiatives.events import CASE, CHECK, REQUIREMENT, STRATEGY


def strategy_made(bank, inside, *, office):
    """A strategy with a target that was reviewed, and a rule."""
    words = dict.fromkeys(STRATEGY, inside) | {"valid_from": date(2026, 1, 1), "valid_until": date(2028, 12, 31)}
    strategy = services.strategy_add(actor=office, institution=bank, **words)
    target = services.target_add(
        actor=office, strategy=strategy, family="cost", result=f"less {inside}", direction="at_most", value=Decimal(3),
        unit=inside, due_on=date(2027, 1, 1),
    )  # fmt: skip
    services.target_review(
        actor=office, target=target, reached=Decimal(2), reviewed_on=date(2026, 2, 1), remark=f"down {inside}"
    )
    services.policy_add(
        actor=office, institution=bank, category="risk", number=f"N {inside}", title=f"Rule {inside}",
        issued_on=date(2026, 1, 1), review_by=date(2030, 1, 1),
    )  # fmt: skip


def initiative_made(arrangement, inside, *, office):
    """A check of scope, a round of the requirement and a business case with a row of each kind."""
    fits = dict.fromkeys(CHECK, inside) | dict.fromkeys(("fits_strategy", "fits_risk", "fits_ability"), True)
    services.scope_check(actor=office, arrangement=arrangement, **fits)
    said = {"method": "interview", "held_on": date(2026, 1, 5), "risk_grade": "medium"}
    services.requirement_add(actor=office, arrangement=arrangement, **dict.fromkeys(REQUIREMENT, inside) | said)
    words = dict.fromkeys(CASE, inside) | {"term": "long", "discount_percent": Decimal(5), "currency": "CNY"}
    case = services.case_add(actor=office, arrangement=arrangement, **words)
    services.line_add(actor=office, case=case, kind="outsourced", service=inside, year=1, amount=Decimal(7), usage=70)
    services.candidate_add(actor=office, case=case, name=inside, remark=inside)
    services.part_add(actor=office, case=case, activity=inside, post=inside, letter="A")
