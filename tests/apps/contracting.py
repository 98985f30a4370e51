"""A contract taken all the way: people for each seat, approvals decided, the seal, the signature."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.rules import rules_of
from guanbao.apps.contracts.coverage import report_of
from guanbao.apps.contracts.periods import report_allows
from guanbao.apps.contracts.services.agreeing import contract_agree, contract_offer
from guanbao.apps.contracts.services.clauses import clauses_fill
from guanbao.apps.contracts.services.confidentialities import confidentiality_add
from guanbao.apps.contracts.services.drafting import contract_add
from guanbao.apps.contracts.services.payments import payment_add
from guanbao.apps.contracts.services.signing import contract_report, contract_sign, sealing_add, sealing_approve
from guanbao.apps.sourcing.services.diligences import diligence_conclude, diligence_open
from guanbao.platform.files.keys import files_key_make
from guanbao.platform.obligations.calendars import workdays_of
from guanbao.platform.workflow.services.approvals import approval_start
from guanbao.platform.workflow.services.deciding import task_decide
from inquiring import answered

FACTS = {
    "title": "Agents of the card centre",
    "amount_net": Decimal("1000000.00"),
    "vat_rate": Decimal(6),
    "effective_on": date(2026, 1, 1),
    "expires_on": date(2027, 12, 31),
    "fee_monthly": Decimal("200000.00"),
}
PLAN = (
    {"kind": "prepayment", "title": "Prepayment", "percent": Decimal(30)},
    {"kind": "balance", "title": "Balance", "percent": Decimal(70)},
)
# How many of each: whoever wrote something does not decide about it, a committee has several seats.
ROLES = {
    "executing_department": 2, "risk": 1, "compliance": 1, "legal": 2, "finance": 2, "it_security": 1,
    "consumer_protection": 1, "data_protection": 1, "outsourcing_office": 2, "committee": 2, "senior_management": 1,
}  # fmt: skip


class Cast:
    """Everybody of a bank who has a part in a contract, each role twice, and the contractor's manager."""

    def __init__(self, house, bank, contractor):
        at = bank.organisation
        self.by = {
            role: [house.person(f"{role}-{n + 1}", at, role)[1] for n in range(many)] for role, many in ROLES.items()
        }
        self.manager = house.person("their-manager", contractor.organisation, "service_manager")[1]
        self.bank, self.contractor = bank, contractor

    def one(self, role, n=0):
        return self.by[role][n]

    @property
    def office(self):
        return self.one("outsourcing_office")

    def approve(self, subject):
        """Submit a record, and have everybody who is asked agree."""
        approval = approval_start(actor=self.one("executing_department"), subject=subject)
        busy = {self.one("executing_department").person_id, self.one("legal").person_id}
        while task := approval.tasks.filter(state="open").order_by("pk").first():
            who = next(one for one in reversed(self.by[task.role]) if one.person_id not in busy)
            busy.add(who.person_id)
            task_decide(actor=who, task=task, verdict="approve")
        approval.refresh_from_db()
        assert approval.state == "approved", approval.state
        return approval

    def drafted(self, arrangement, reference="HT-1", **facts):
        """A draft with every clause that is demanded."""
        at_contract(arrangement)
        made = contract_add(actor=self.office, arrangement=arrangement, reference=reference, **FACTS | facts)
        for share in PLAN if made.amount_net else ():
            payment_add(actor=self.office, contract=made, **share)
        return clauses_fill(actor=self.office, contract=made)

    def agreed(self, arrangement, **facts):
        """A contract that the contractor agreed to."""
        made = contract_offer(actor=self.office, contract=self.drafted(arrangement, **facts))
        return contract_agree(actor=self.manager, contract=made)

    def sealed(self, contract):
        """The seal applied for and approved."""
        today = timezone.localdate()
        made = sealing_add(actor=self.office, contract=contract, sealed_on=today, copies=4, seal="contract")
        return sealing_approve(actor=self.one("legal"), sealing=made)

    def reported(self, contract):
        """Reported as long before today as it has to be."""
        report = report_of(contract.arrangement)
        if report is None:
            return contract
        day, working = timezone.localdate(), workdays_of(self.bank.organisation_id)
        while report_allows(day, report.workdays, working) > timezone.localdate():
            day -= timedelta(days=1)
        return contract_report(actor=self.office, contract=contract, reported_on=day, report_reference="R-1")

    def confidential(self):
        """The contractor bound to confidentiality."""
        return confidentiality_add(
            actor=self.office, contractor=self.contractor, reference="BM-1", covers="Everything",
            signed_on=date(2026, 1, 1),
        )  # fmt: skip

    def looked_into(self, arrangement):
        """Every due diligence that the rules ask for, with a good end."""
        arrangement.refresh_from_db()
        risk, due_on = self.one("risk"), timezone.localdate() + timedelta(days=10)
        for kind in rules_of(self.bank.pk).diligence(arrangement):
            made = diligence_open(
                actor=risk, arrangement=arrangement, contractor=self.contractor, kind=kind, due_on=due_on
            )
            answered(made, seller=self.manager, reviewer=risk, releaser=self.one("it_security"))
            said = {"outcome": "fit", "conclusion": "Nothing speaks against it"}
            diligence_conclude(actor=self.one("compliance"), diligence=made, **said)

    def ready(self, arrangement, **facts):
        """A contract that only has to be signed."""
        contract = self.reported(self.agreed(arrangement, **facts))
        self.approve(contract)
        self.sealed(contract)
        self.confidential()
        self.looked_into(arrangement)
        return contract

    def signed(self, arrangement, **facts):
        """A contract in force."""
        contract = self.ready(arrangement, **facts)
        return contract_sign(actor=self.office, contract=contract, signed_on=timezone.localdate())


def files_safe(settings, folder):
    """Where documents lie, with a key of their own: what is offered is filed."""
    settings.HOME, settings.GUANBAO_CLAMAV, settings.GUANBAO_S3 = folder, "", ""
    settings.GUANBAO_FILES_KEY = folder / "files.key.json"
    files_key_make(settings.GUANBAO_FILES_KEY)


def at_contract(arrangement):
    """The arrangement at the stage of its contract, whatever came before."""
    Arrangement.objects.filter(pk=arrangement.pk).update(stage="contract")
    arrangement.refresh_from_db()
