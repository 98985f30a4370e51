"""The contracts of the world: one that both sides see, one that the bank keeps as a draft, and what belongs to them."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from guanbao.apps.contracts.models import Clause, Contract, Invoice, Reached, Returned, Sealing
from guanbao.apps.contracts.services.agreeing import contract_comment, contract_offer
from guanbao.apps.contracts.services.clauses import clause_add, clause_check, clause_write
from guanbao.apps.contracts.services.confidentialities import confidentiality_add
from guanbao.apps.contracts.services.drafting import contract_add, contract_edit, contract_give_up
from guanbao.apps.contracts.services.payments import payment_add
from guanbao.apps.contracts.services.signing import content_digest, contract_report, signatory_add


def contracts_made(arrangement, of, inside, *, by, manager):
    """What both sides read holds the mark `of`; what the bank keeps to itself the bank's own."""
    office, legal, compliance = by["outsourcing_office"], by["legal"], by["compliance"]
    facts = {
        "amount_net": Decimal("100.00"), "effective_on": date(2026, 1, 1), "expires_on": date(2027, 12, 31),
        "note": f"note {inside}",
    }  # fmt: skip
    shown, kept = (
        contract_add(actor=office, arrangement=arrangement, reference=f"{name}-HT", title=f"Contract {name}", **facts)
        for name in (of, f"{inside}-{arrangement.pk}")
    )
    for contract, said in ((shown, of), (kept, inside)):
        clause_add(actor=office, contract=contract, code="availability")
        paid = {"kind": "milestone", "title": f"Pay {said}", "percent": Decimal(50)}
        payment = payment_add(actor=office, contract=contract, **paid)
        Reached.objects.create(payment=payment, reached_on=date(2026, 1, 1))
        Invoice.objects.create(
            contract=contract, payment=payment, number=f"{said}-1", issued_on=date(2026, 1, 1), vat_rate=6,
            amount_net=1, amount_vat=0, amount_gross=1, refused_reason=said,
        )  # fmt: skip
        own = clause_write(
            actor=legal, contract=contract, title=f"Own {said}", title_en=f"Own {said} en", text=f"Text {said}",
            text_en=f"Text {said} en", demands=["law"], reason=f"because {inside}",
        )  # fmt: skip
        clause_check(actor=compliance, clause=own)
        Clause.objects.filter(pk=own.pk).update(code=f"{said}-1")
        signatory_add(
            actor=office, contract=contract, side="institution", party=f"Party {said}", name=f"{said} Signer",
            post=said, authority=said,
        )  # fmt: skip
    contract_report(actor=compliance, contract=shown, reported_on=date(2026, 1, 1), report_reference=f"R {inside}")
    contract_offer(actor=office, contract=shown)
    shown.refresh_from_db()
    Returned.objects.create(
        contract=shown, document=shown.document, side="institution", compared_at=timezone.now(), is_same=False,
        changed=0, added=1, removed=0, lines=[f"Sent {of}", f"Back {of}"],
        sent=[["head", "title", f"Sent {of}"]],
        faults=[f"fault {of}"], accepted_by_id=legal.person_id, accepted_at=timezone.now(),
        accepted_reason=f"accepted {inside}",
    )  # fmt: skip
    Contract.objects.filter(pk=shown.pk).update(ends_reason=f"ends {of}")
    for who in (office, manager):
        contract_comment(actor=who, contract=shown, text=f"Comment {of}")
    Sealing.objects.create(
        contract=shown, seal="contract", copies=4, sealed_on=date(2026, 1, 1), purpose=inside,
        digest=content_digest(shown), applied_by_id=office.person_id, applied_at=timezone.now(),
    )  # fmt: skip
    confidentiality_add(
        actor=office, contractor=arrangement.contractor, reference=f"{of}-BM", binds="person", name=f"{of} Bound",
        post=of, covers=of, signed_on=date(2026, 1, 1),
    )  # fmt: skip
    gone = contract_add(
        actor=office, arrangement=arrangement, reference=f"{inside}-{arrangement.pk}-0", title=f"Gone {inside}", **facts
    )
    contract_edit(actor=office, contract=gone, note=f"other {inside}")
    contract_give_up(actor=office, contract=gone, given_up_reason=f"gone {inside}")
