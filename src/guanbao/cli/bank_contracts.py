"""The contracts of the demonstration bank: drafted, agreed, approved, sealed and signed by those whose post it is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

_PACK = "packs/demonstration/contracts.yaml"
_MONTHS = 24
_PLAN = (("prepayment", "首期预付款", 10), ("periodic", "2026 年服务费", 45), ("periodic", "2027 年服务费", 45))
_REPORTED_D = 60


def signed(arrangement: Any, actors: dict[str, Any]) -> None:  # noqa: ANN401 - models are there once Django is
    """The contract of an arrangement, from the draft to the seal."""
    from django.utils import timezone

    from guanbao.apps.contracts.services.amending import contract_amend
    from guanbao.apps.contracts.services.drafting import contract_add, contract_edit
    from guanbao.apps.contracts.services.payments import payment_add
    from guanbao.apps.contracts.services.signing import signatory_add

    said = _data()["signed"][arrangement.reference]
    office, today = actors["outsourcing_office"], timezone.localdate()
    _confidential(arrangement.contractor, actors)
    facts = {
        "title": said["title"], "kind": said.get("kind", "standalone"), "vat_rate": Decimal(said["vat_rate"]),
        "amount_net": arrangement.fee_monthly * _MONTHS, "fee_monthly": arrangement.fee_monthly,
        "effective_on": date(2026, 1, 1), "expires_on": date(2027, 12, 31),
        "renews_automatically": "renews" in said, "renewal_months": said.get("renews"),
    }  # fmt: skip
    contract = contract_add(actor=office, arrangement=arrangement, reference=said["reference"], **facts)
    _clauses(contract, said, actors, fill=True)
    for kind, title, percent in _PLAN:
        payment_add(actor=office, contract=contract, kind=kind, title=title, percent=Decimal(percent))
    for side, party, name, post, authority in said.get("signatories", ()):
        signatory_add(
            actor=office, contract=contract, side=side, party=party, name=name, post=post, authority=authority
        )
    contract = _agreed_and_signed(contract, actors)
    if "amended" in said:
        more = said["amended"]
        amendment = contract_amend(
            actor=office, contract=contract, reference=more["reference"], title=more["title"], effective_on=today
        )
        facts = {"expires_on": date(2028, 12, 31), "notice_months": more["notice_months"]}
        _agreed_and_signed(contract_edit(actor=office, contract=amendment, **facts), actors)


def _agreed_and_signed(contract: Any, actors: dict[str, Any]) -> Any:  # noqa: ANN401
    """A draft offered, agreed to, reported where that is due, approved, sealed and signed."""
    from django.utils import timezone

    from guanbao.apps.contracts.coverage import report_of
    from guanbao.apps.contracts.services.agreeing import contract_agree, contract_offer
    from guanbao.apps.contracts.services.signing import contract_report, contract_sign, sealing_add, sealing_approve

    office, today = actors["outsourcing_office"], timezone.localdate()
    contract = contract_offer(actor=office, contract=contract)
    contract = contract_agree(actor=_manager(contract, actors), contract=contract)
    if report_of(contract.arrangement) is not None:
        reported_on = today - timedelta(days=_REPORTED_D)
        contract_report(
            actor=actors["compliance"], contract=contract, reported_on=reported_on, report_reference="2025-9"
        )
    _approved(contract, actors)
    seal = sealing_add(
        actor=office, contract=contract, sealed_on=today, copies=4, seal="contract", purpose=contract.title
    )
    sealing_approve(actor=actors["senior_management"], sealing=seal)
    return contract_sign(actor=office, contract=contract, signed_on=today)


def drafts(actors: dict[str, Any]) -> None:
    """Contracts on their way: one that lacks clauses, one that the contractor speaks about."""
    from guanbao.apps.arrangements.models import Arrangement
    from guanbao.apps.contracts.models import Contract
    from guanbao.apps.contracts.services.agreeing import contract_comment, contract_offer
    from guanbao.apps.contracts.services.clauses import clause_write
    from guanbao.apps.contracts.services.drafting import contract_add

    office = actors["outsourcing_office"]
    for said in _data()["drafts"]:
        arrangement = Arrangement.objects.get(reference=said["of"])
        facts = {
            "title": said["title"], "kind": said.get("kind", "standalone"), "amount_net": Decimal(said["amount_net"]),
            "overarching": Contract.objects.filter(reference=said.get("over", "")).first(),
            "effective_on": date(2027, 1, 1), "expires_on": date(2027, 12, 31),
        }  # fmt: skip
        contract = contract_add(actor=office, arrangement=arrangement, reference=said["reference"], **facts)
        _clauses(contract, said, actors, fill=said.get("fill", False))
        if "own" in said:
            clause_write(actor=actors["legal"], contract=contract, **said["own"])
        if said.get("offered"):
            contract = contract_offer(actor=office, contract=contract)
            contract_comment(actor=_manager(contract, actors), contract=contract, text=said["comment"])
            _returned(contract, said["returned"], actors)


def _returned(contract: Any, said: dict[str, str], actors: dict[str, Any]) -> None:  # noqa: ANN401
    """The contract's document as the contractor changed it, sent back and compared."""
    from guanbao.apps.contracts.lines import lines_of
    from guanbao.apps.contracts.services.returning import returned_add
    from guanbao.apps.contracts.writing import docx_written
    from guanbao.platform.files.services.adding import document_add

    lines = [each._replace(text=each.text.replace(said["from"], said["to"])) for each in lines_of(contract)]
    manager = _manager(contract, actors)
    at = {"record": "contracts", "record_id": contract.pk, "kind": "contract", "title": said["title"]}
    document = document_add(actor=manager, pieces=[docx_written(lines)], **at)
    returned_add(actor=manager, contract=contract, document=document)


def _clauses(contract: Any, said: dict[str, Any], actors: dict[str, Any], *, fill: bool) -> None:  # noqa: ANN401
    from guanbao.apps.contracts.services.clauses import clause_add, clause_edit, clauses_fill

    office = actors["outsourcing_office"]
    for code in said["clauses"]:
        clause_add(actor=office, contract=contract, code=code)
    if fill:
        clauses_fill(actor=office, contract=contract)
    for code, numbers in said.get("numbers", {}).items():
        clause_edit(actor=office, clause=contract.clauses.get(code=code), numbers=numbers)


def _confidential(contractor: Any, actors: dict[str, Any]) -> None:  # noqa: ANN401
    """The agreements with a contractor, once."""
    from django.utils import timezone

    from guanbao.apps.contracts.services.confidentialities import confidentiality_add

    if contractor.confidentialities.exists():
        return
    for said in _data()["confidentiality"]:
        if said["contractor"] == contractor.name:
            facts = {name: value for name, value in said.items() if name not in ("contractor", "days_left")}
            if "days_left" in said:
                facts["valid_until"] = timezone.localdate() + timedelta(days=said["days_left"])
            confidentiality_add(actor=actors["legal"], contractor=contractor, signed_on=date(2025, 12, 1), **facts)


def _approved(subject: Any, actors: dict[str, Any]) -> None:  # noqa: ANN401
    """Submitted by the executing department's clerk, and decided by whoever is asked."""
    from guanbao.platform.workflow.services.approvals import approval_start
    from guanbao.platform.workflow.services.deciding import task_decide

    approval, busy = approval_start(actor=actors["executing_department.2"], subject=subject), set[str]()
    while task := approval.tasks.filter(state="open").order_by("pk").first():
        logins = [f"{task.role}.3", f"{task.role}.2", task.role]
        login = next(one for one in logins if one in actors and one not in {"executing_department.2", *busy})
        busy.add(login)
        task_decide(actor=actors[login], task=task, verdict="approve")


def _manager(contract: Any, actors: dict[str, Any]) -> Any:  # noqa: ANN401
    """The contractor's manager, by the key of its logins."""
    organisation = contract.contractor.organisation_id
    return next(
        actor for login, actor in actors.items()
        if login.endswith(".service_manager") and actor.organisation_id == organisation
    )  # fmt: skip


def _data() -> dict[str, Any]:
    from guanbao.engine import documents

    text = resources.files("guanbao").joinpath(_PACK).read_text(encoding="utf-8")
    data: dict[str, Any] = documents.parse(text, file=Path("contracts.yaml")).data
    return data
