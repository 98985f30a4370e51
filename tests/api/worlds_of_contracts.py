"""Contracts of the API's world: drafts, one that was offered, one that only has to be signed, one to be sealed."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.contracts.lines import lines_of
from guanbao.apps.contracts.services.agreeing import contract_agree, contract_offer
from guanbao.apps.contracts.services.clauses import clause_add, clause_write, clauses_fill
from guanbao.apps.contracts.services.confidentialities import confidentiality_add
from guanbao.apps.contracts.services.drafting import contract_add
from guanbao.apps.contracts.services.invoices import invoice_add, invoice_match
from guanbao.apps.contracts.services.payments import payment_add
from guanbao.apps.contracts.services.returning import returned_add
from guanbao.apps.contracts.services.signing import contract_sign, sealing_add, sealing_approve, signatory_add
from guanbao.apps.contracts.writing import docx_written
from guanbao.platform.files.services.adding import document_add
from guanbao.platform.workflow.models import Approval
from guanbao.platform.workflow.services.approvals import approval_start

FACTS = {
    "title": "Calls", "amount_net": Decimal("1000.00"), "effective_on": date(2026, 1, 1),
    "expires_on": date(2027, 12, 31), "fee_monthly": Decimal("100.00"),
}  # fmt: skip


def contracts_made(world):
    """Some in each state in which something can be done to one."""
    maker = world.maker.actor
    at = Arrangement.objects.get(reference="EB-3")  # about which nobody decides, and which has not changed
    Arrangement.objects.filter(pk=at.pk).update(stage="contract")
    at.refresh_from_db()

    def drafted(reference):
        made = contract_add(actor=maker, arrangement=at, reference=reference, **FACTS)
        payment_add(actor=maker, contract=made, kind="milestone", title="All", percent=Decimal(100))
        return made

    bare, empty = drafted("HT-1"), drafted("HT-2")
    number = clause_add(actor=maker, contract=bare, code="availability")
    own = clause_write(actor=maker, contract=bare, title="Own", text="Agreed", demands=["law"], reason="So it says")
    signatory_add(actor=maker, contract=bare, side="institution", party="East Bank", name="Somebody", post="President")
    offered = contract_offer(actor=maker, contract=drafted("HT-3"))
    other = contract_offer(actor=maker, contract=clauses_fill(actor=maker, contract=drafted("HT-7")))
    differs = returned_add(actor=maker, contract=other, document=_back(world, other, leave_out=1))
    world.chosen["returned-files"] = {"contract": offered.pk, "document": _back(world, offered).pk}
    world.ids["returned-files_accept"] = [differs.pk]
    confidentiality_add(
        actor=maker, contractor=at.contractor, reference="BM-1", covers="All", signed_on=date(2026, 1, 1)
    )
    today, ready = timezone.localdate(), _sealed(world, drafted("HT-4"))
    sealing = _approved(world, clauses_fill(actor=maker, contract=drafted("HT-5")))
    applied = sealing_add(actor=maker, contract=sealing, sealed_on=today)
    signed = contract_sign(actor=maker, contract=_sealed(world, drafted("HT-6")), signed_on=today)
    payment = signed.payments.get()
    bill = {"issued_on": today, "vat_rate": Decimal(6)}
    bill |= {"amount_net": Decimal("10.00"), "amount_vat": Decimal("0.60"), "amount_gross": Decimal("10.60")}
    one, two = (invoice_add(actor=maker, payment=payment, number=f"N-{n}", **bill) for n in (1, 2))
    invoice_match(actor=maker, invoice=two)
    world.chosen["invoices"] = {"payment": payment.pk}
    world.chosen["contract-payments"] = {"contract": empty.pk}
    world.ids |= {"invoices_match": [one.pk], "invoices_release": [two.pk], "contract-payments_reach": [payment.pk]}
    world.chosen |= {"contract-clauses": {"contract": empty.pk}, "seal-records": {"contract": sealing.pk}}
    world.chosen |= {"signatories": {"contract": empty.pk}, "contracts": {"arrangement": at.pk}}
    world.ids |= {
        "contracts_sign": [ready.pk], "contract-clauses_numbers": [number.pk], "contract-clauses_check": [own.pk],
        "contract-clauses_rewrite": [own.pk], "seal-records_approve": [applied.pk],
    }  # fmt: skip


def _back(world, contract, leave_out=0):
    """The contract's document as it came back, its last lines of a clause left out."""
    lines = lines_of(contract)
    of_clauses = [each for each in lines if each.part.startswith("clause:") and each.style == "english"]
    lines = [each for each in lines if each not in of_clauses[len(of_clauses) - leave_out :]]
    at = {"record": "contracts", "record_id": contract.pk, "kind": "contract", "title": "Back"}
    return document_add(actor=world.theirs.actor, pieces=[docx_written(lines)], **at)


def _sealed(world, contract):
    """A contract that only has to be signed."""
    contract = _approved(world, clauses_fill(actor=world.maker.actor, contract=contract))
    applied = sealing_add(actor=world.maker.actor, contract=contract, sealed_on=timezone.localdate())
    sealing_approve(actor=world.caller.actor, sealing=applied)
    return contract


def _approved(world, contract):
    """Agreed by both sides, and decided: how people decide is tested elsewhere."""
    contract = contract_offer(actor=world.maker.actor, contract=contract)
    contract = contract_agree(actor=world.theirs.actor, contract=contract)
    approval = approval_start(actor=world.maker.actor, subject=contract)
    Approval.objects.filter(pk=approval.pk).update(state="approved")
    approval.tasks.update(state="dropped")
    return contract
