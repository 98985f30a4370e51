"""Signing a contract: who signs, the seal, the report before, and the signature itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import arrangement_edit, need_gates_open
from guanbao.apps.contracts import events
from guanbao.apps.contracts.choices import BINDING, UNSIGNED, ContractKind, ContractState
from guanbao.apps.contracts.coverage import missing_of, report_of
from guanbao.apps.contracts.errors import (
    ArrangementNotAtContract,
    ContractNotApproved,
    MandatoryClauseMissing,
    OverarchingUnsigned,
    OwnSeal,
    PaymentPlanOff,
    PriorReportMissing,
    SealApproved,
    SealMissing,
    SealOutdated,
)
from guanbao.apps.contracts.models import Contract, Sealing, Signatory
from guanbao.apps.contracts.periods import report_allows
from guanbao.apps.contracts.permissions import (
    CONTRACT_EDIT,
    CONTRACT_REPORT,
    CONTRACT_SIGN,
    SEAL_APPLY,
    SEAL_APPROVE,
)
from guanbao.apps.contracts.plans import plan_left
from guanbao.apps.contracts.selectors import CONTRACTS, OF_CONTRACT
from guanbao.apps.contracts.services.agreeing import INSIDE, same_contractor
from guanbao.apps.contracts.services.amending import amendment_counts, amendment_need_fit
from guanbao.apps.contracts.services.drafting import contract_held, moved, payments_rearm
from guanbao.apps.contracts.services.returning import returned_need_same
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import Columns, need_object
from guanbao.platform.access.writes import row_add, row_edit, row_remove
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known
from guanbao.platform.obligations.calendars import workdays_of
from guanbao.platform.wording import reader_language, told
from guanbao.platform.workflow.attaching import attachment_of, digest_of
from guanbao.platform.workflow.services.approvals import is_approved

SIGNATORY = ("side", "party", "name", "post", "authority")
SEALING = ("seal", "copies", "sealed_on", "purpose")
# What this service judges of the contract in hand; its gates judge the contract that is the arrangement's.
_OURS = {
    "mandatory_clauses_are_present",
    "contract_is_approved",
    "prior_report_is_made",
    "payments_add_up",
    "contract_is_signed",
}
_OF_SEALING = Columns(
    institution="contract__institution__organisation",
    department="contract__arrangement__department",
    arrangement="contract__arrangement",
)


def signatory_add(*, actor: Actor, contract: Contract, **facts: Any) -> Signatory:  # noqa: ANN401 - of SIGNATORY
    """Name a party and who signs for it. Raises NotPermitted, ContractNotNow; ValidationError by field."""
    need_object(actor, CONTRACT_EDIT, contract, CONTRACTS)
    need_known(facts, SIGNATORY)
    with transaction.atomic():
        facts["contract"] = contract_held(contract, *UNSIGNED)
        return row_add(Signatory(), actor=actor, event=events.SIGNATORY_ADDED, columns=OF_CONTRACT, **facts)


def signatory_remove(*, actor: Actor, signatory: Signatory) -> Signatory:
    """Take a signatory away. Raises NotPermitted, ContractNotNow."""
    need_object(actor, CONTRACT_EDIT, signatory, OF_CONTRACT)
    with transaction.atomic():
        contract_held(signatory.contract, *UNSIGNED)
        kept = ("side", "party", "post")
        return row_remove(signatory, actor=actor, event=events.SIGNATORY_REMOVED, columns=OF_CONTRACT, told=kept)


def contract_report(
    *, actor: Actor, contract: Contract, reported_on: date | None, report_reference: str = ""
) -> Contract:
    """Record on which day the supervisor was told of a contract that is to be signed.

    Raises NotPermitted, ContractNotNow; ValidationError by field.
    """
    need_object(actor, CONTRACT_REPORT, contract, CONTRACTS)
    past("reported_on", reported_on)
    with transaction.atomic():
        held = contract_held(contract, *UNSIGNED)
        return row_edit(
            held, actor=actor, event=events.CONTRACT_REPORTED, columns=INSIDE, reported_on=reported_on,
            report_reference=report_reference,
        )  # fmt: skip


def sealing_add(*, actor: Actor, contract: Contract, **facts: Any) -> Sealing:  # noqa: ANN401 - of SEALING
    """Apply for the seal on a contract that is approved as it stands.

    Raises NotPermitted, ContractNotNow, ContractNotApproved; ValidationError by field.
    """
    need_object(actor, SEAL_APPLY, contract, CONTRACTS)
    need_known(facts, SEALING)
    person = somebody(actor, SEAL_APPLY.name)
    with transaction.atomic():
        held = contract_held(contract, *UNSIGNED)
        if not is_approved(held):
            raise ContractNotApproved(reference=held.reference)
        facts |= {
            "contract": held, "digest": content_digest(held), "applied_by_id": person, "applied_at": timezone.now(),
        }  # fmt: skip
        return row_add(Sealing(), actor=actor, event=events.SEALING_APPLIED, columns=_OF_SEALING, **facts)


def sealing_approve(*, actor: Actor, sealing: Sealing) -> Sealing:
    """Let the seal be put to a contract: another than who applied does so.

    Raises NotPermitted, OwnSeal, SealApproved, SealOutdated, ContractNotNow.
    """
    need_object(actor, SEAL_APPROVE, sealing, _OF_SEALING)
    person = somebody(actor, SEAL_APPROVE.name)
    with transaction.atomic():
        contract = contract_held(sealing.contract, *UNSIGNED)
        held = Sealing.objects.select_for_update().get(pk=sealing.pk)
        if held.approved_by_id is not None:
            raise SealApproved
        if held.applied_by_id == person:
            raise OwnSeal
        if held.digest != content_digest(contract):
            raise SealOutdated
        facts = {"approved_by_id": person, "approved_at": timezone.now(), "digest": held.digest}
        return row_edit(held, actor=actor, event=events.SEALING_APPROVED, columns=_OF_SEALING, **facts)


def contract_sign(*, actor: Actor, contract: Contract, signed_on: date | None) -> Contract:
    """Put a contract into force; its dates and fee go to the arrangement, those of an amendment to its contract too.

    Raises NotPermitted, ContractNotNow, ArrangementNotAtContract, AmendedEnds, ContractorChanged, OverarchingUnsigned,
    MandatoryClauseMissing, PaymentPlanOff, ReturnedDiffers, ContractNotApproved, SealMissing, PriorReportMissing;
    GatesShut: others of the stage; ValidationError by field.
    """
    need_object(actor, CONTRACT_SIGN, contract, CONTRACTS)
    day = past("signed_on", signed_on)
    with transaction.atomic():
        held = contract_held(contract, ContractState.AGREED)
        arrangement = _arrangement_held(held)
        if held.agreed_on is not None and day < held.agreed_on:
            raise ValidationError({"signed_on": told("The contractor had not agreed on that day.")})
        _need_whole(held, day)
        today = timezone.localdate()
        state = ContractState.IN_FORCE if held.effective_on and held.effective_on <= today else ContractState.SIGNED
        told_of: dict[str, Any] = {"signed_on": day, "runs_until": held.expires_on}
        if held.amends_id is None:
            _arrangement_follows(actor, held, arrangement)
        elif state is ContractState.IN_FORCE:
            told_of["replaced"] = amendment_counts(actor=actor, amendment=held)
        done = moved(held, actor=actor, event=events.CONTRACT_SIGNED, to=state, **told_of)
        payments_rearm(done)
    return done


def _arrangement_follows(actor: Actor, contract: Contract, arrangement: Arrangement) -> None:
    """Dates and fee go to the arrangement, and what else holds it at its stage is open. Raises GatesShut."""
    facts: dict[str, Any] = {"starts_on": contract.effective_on, "ends_on": contract.expires_on}
    if contract.fee_monthly is not None:
        facts |= {"fee_monthly": contract.fee_monthly, "fee_currency": contract.currency}
    if any(getattr(arrangement, name) != value for name, value in facts.items()):
        arrangement = arrangement_edit(actor=actor, arrangement=arrangement, **facts)
    need_gates_open(arrangement, but=_OURS)


def content_digest(contract: Contract) -> str:
    """The digest of a contract as approvals and seals bind it."""
    return digest_of(attachment_of(Contract._meta.label_lower).content(contract))  # noqa: SLF001 - Django's published way


def _arrangement_held(contract: Contract) -> Arrangement:
    rows = Arrangement.objects.select_for_update(of=("self",)).select_related("institution", "function", "contractor")
    arrangement = rows.get(pk=contract.arrangement_id)
    contract.arrangement = arrangement
    if contract.amends is not None:
        amendment_need_fit(contract, contract_held(contract.amends))
    elif arrangement.stage != Stage.CONTRACT:
        raise ArrangementNotAtContract(reference=contract.reference)
    same_contractor(contract)
    return arrangement


def _need_whole(contract: Contract, day: date) -> None:
    """That the contract has all that it needs of its own."""
    over = contract.overarching
    if contract.kind == ContractKind.SUBSEQUENT and (over is None or over.state not in BINDING):
        raise OverarchingUnsigned(reference="" if over is None else over.reference)
    if lacking := missing_of(contract):
        said = "; ".join(each.title.zh if reader_language() == "zh" else each.title.en for each in lacking)
        raise MandatoryClauseMissing(reference=contract.reference, missing=said)
    left = plan_left(contract)
    if not left.is_nothing:
        raise PaymentPlanOff(reference=contract.reference, net=left.net, vat=left.vat)
    returned_need_same(contract)
    if not is_approved(contract):
        raise ContractNotApproved(reference=contract.reference)
    if not contract.sealings.filter(digest=content_digest(contract)).exclude(approved_by=None).exists():
        raise SealMissing(reference=contract.reference)
    report = report_of(contract.arrangement)
    if report is not None:
        from_day = report_allows(
            contract.reported_on, report.workdays, workdays_of(contract.institution.organisation_id)
        )
        if from_day is None or day < from_day:
            raise PriorReportMissing(
                reference=contract.reference, workdays=report.workdays, rule=report.rule, day=from_day or "–"
            )


def past(name: str, day: date | None) -> date:
    """A day that has come. Raises ValidationError at the field of that name."""
    if day is None:
        raise ValidationError({name: told("State the day.")})
    if day > timezone.localdate():
        raise ValidationError({name: told("This day has not come yet.")})
    return day


def somebody(actor: Actor, permission: str) -> int:
    """Who it is: nobody could tell two machines apart. Raises NotPermitted."""
    if actor.person_id is None:
        raise NotPermitted(actor=actor.name, permission=permission)
    return actor.person_id
