"""What holds an arrangement at the stage of its contract."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.stages import Shut, gate
from guanbao.apps.contracts.choices import BINDING, Bound
from guanbao.apps.contracts.coverage import missing_of, report_of
from guanbao.apps.contracts.models import Confidentiality, Contract
from guanbao.apps.contracts.periods import report_allows
from guanbao.apps.contracts.plans import plan_left
from guanbao.apps.contracts.selectors import contract_of
from guanbao.platform.obligations.calendars import workdays_of
from guanbao.platform.wording import _, told
from guanbao.platform.workflow.services.approvals import is_approved


@gate(
    title=_("The contract has every clause that is demanded"), leaves=Stage.CONTRACT, rule="银保监办发〔2021〕141号 21"
)
def mandatory_clauses_are_present(arrangement: Arrangement) -> Shut | None:
    """There is a contract, and some clause meets each demand that its arrangement brings."""
    contract = contract_of(arrangement)
    if contract is None:
        return _none(arrangement)
    if lacking := missing_of(contract):
        said = told("{n} demands are met by no clause.", n=len(lacking))
        return Shut(said, f"/contracts/{contract.pk}/?tab=coverage")
    return None


@gate(title=_("The contract is approved"), leaves=Stage.CONTRACT, rule="GB/T 32314-2015, 5.3.2")
def contract_is_approved(arrangement: Arrangement) -> Shut | None:
    """It was approved as it stands, or is signed: nothing is signed unapproved."""
    contract = contract_of(arrangement)
    if contract is None:
        return _none(arrangement)
    if _binds(contract) or is_approved(contract):
        return None
    return Shut(told("The contract is not approved as it stands."), f"/contracts/{contract.pk}/")


@gate(title=_("The supervisor was told in time"), leaves=Stage.CONTRACT, rule="银保监办发〔2021〕141号 37")
def prior_report_is_made(arrangement: Arrangement) -> Shut | None:
    """Where a report is due before signing, it was made so many working days ago."""
    report = report_of(arrangement)
    if report is None:
        return None
    contract = contract_of(arrangement)
    if contract is None:
        return _none(arrangement)
    day = report_allows(contract.reported_on, report.workdays, workdays_of(arrangement.institution.organisation_id))
    if day is None:
        return Shut(told("No report to the supervisor is recorded."), f"/contracts/{contract.pk}/report")
    if (contract.signed_on or timezone.localdate()) < day:
        return Shut(told("It may be signed on {day} or later.", day=day), f"/contracts/{contract.pk}/")
    return None


@gate(title=_("The payments are the price"), leaves=Stage.CONTRACT, rule="GB/T 32314-2015, 3")
def payments_add_up(arrangement: Arrangement) -> Shut | None:
    """Net amounts and VAT of the plan are the contract's, to the cent."""
    contract = contract_of(arrangement)
    if contract is None:
        return _none(arrangement)
    if plan_left(contract).is_nothing:
        return None
    return Shut(told("The payment plan does not add up to the price."), f"/contracts/{contract.pk}/?tab=plan")


@gate(title=_("A confidentiality agreement is signed"), leaves=Stage.CONTRACT, rule="银保监办发〔2021〕141号 32")
def confidentiality_is_agreed(arrangement: Arrangement) -> Shut | None:
    """The contractor itself is bound to confidentiality today."""
    today = timezone.localdate()
    ours = Confidentiality.objects.filter(contractor=arrangement.contractor_id, binds=Bound.ORGANISATION)
    if ours.filter(Q(valid_until=None) | Q(valid_until__gte=today), signed_on__lte=today).exists():
        return None
    said = told("No confidentiality agreement with the contractor is valid.")
    return Shut(said, f"/confidentiality-agreements/add?contractor={arrangement.contractor_id or ''}")


@gate(title=_("The contract is signed"), leaves=Stage.CONTRACT, rule="GB/T 32314-2015, 5.3")
def contract_is_signed(arrangement: Arrangement) -> Shut | None:
    """A contract binds both sides."""
    contract = contract_of(arrangement)
    if contract is None:
        return _none(arrangement)
    return None if _binds(contract) else Shut(told("The contract is not signed."), f"/contracts/{contract.pk}/")


def _binds(contract: Contract) -> bool:
    return contract.state in BINDING


def _none(arrangement: Arrangement) -> Shut:
    return Shut(told("There is no contract yet."), f"/contracts/add?arrangement={arrangement.pk}")
