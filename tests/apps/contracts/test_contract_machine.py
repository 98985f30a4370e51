"""Whatever is called in whatever order, by services and the API alike: nothing is signed that lacks anything.

`GUANBAO_CONTRACT_RUNS=200` goes through as many lives of a contract.
"""

import json
import os
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from contracting import FACTS
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.contracts.choices import BINDING, Bound
from guanbao.apps.contracts.coverage import missing_of, report_of
from guanbao.apps.contracts.models import Confidentiality, Contract
from guanbao.apps.contracts.plans import plan_left
from guanbao.apps.contracts.services import agreeing, clauses, confidentialities, drafting, payments, signing
from guanbao.engine.errors import GuanbaoError
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.tokens import token_make
from guanbao.platform.workflow.models import Approval

RUNS = int(os.environ.get("GUANBAO_CONTRACT_RUNS", "3"))
STEPS = 30
WAY = ("fill", "pay", "offer", "agree", "approve", "seal", "seal_approve", "bind", "sign")


class Life:
    """One contract under random hands, and what holds of it by another look than the service's."""

    def __init__(self, cast, chance, client):
        self.cast, self.people, self.chance, self.client = cast, cast.cast, chance, client
        office = self.people.office
        self.contract = drafting.contract_add(actor=office, arrangement=cast.row, reference="HT-1", **FACTS)
        self.at = 0
        self.steps = {
            "fill": 6, "pay": 5, "offer": 6, "agree": 6, "approve": 7, "seal": 6, "seal_approve": 6, "bind": 3,
            "report": 2, "sign": 10, "sign_by_api": 5, "edit": 1, "unclause": 1, "reopen": 1, "unbind": 1, "stage": 1,
            "personal": 1,
        }  # fmt: skip

    def now(self):
        self.contract = Contract.objects.select_related("arrangement__institution", "contractor").get(
            pk=self.contract.pk
        )
        return self.contract

    def step(self):
        name = self.chance.choices(list(self.steps), list(self.steps.values()))[0]
        if self.chance.random() < 0.7:  # mostly what comes next, or few would get anywhere
            name, self.at = WAY[self.at % len(WAY)], self.at + 1
        before = self.now().state
        whole = self.is_whole()
        try:
            with transaction.atomic():
                getattr(self, name)()
        except (GuanbaoError, ValidationError, NotPermitted):
            pass
        if before not in BINDING and self.now().state in BINDING:
            assert name in ("sign", "sign_by_api"), name
            assert whole, "signed, and something lacked"
        return name

    def is_whole(self):
        """By its own look: rows, no service."""
        contract = self.now()
        approval = Approval.objects.filter(subject_type="contracts.contract", subject_id=contract.pk).order_by("-pk")
        digest = signing.content_digest(contract)
        standing = approval.filter(state="approved").first()
        bound = Confidentiality.objects.filter(
            contractor=contract.contractor, binds=Bound.ORGANISATION, valid_until=None
        )
        return (
            contract.state == "agreed"
            and not missing_of(contract)
            and plan_left(contract).is_nothing
            and standing is not None
            and standing.digest == digest
            and any(one.digest == digest and one.approved_by_id not in (None, one.applied_by_id)
                    for one in contract.sealings.all())
            and bound.exists()
            and contract.arrangement.stage == "contract"
            and report_of(contract.arrangement) is None
            and not (contract.arrangement.has_personal_data)
        )  # fmt: skip

    def fill(self):
        clauses.clauses_fill(actor=self.people.office, contract=self.contract)

    def pay(self):
        facts = {"kind": "balance", "title": "All", "percent": self.chance.choice([Decimal(100), Decimal(60)])}
        payments.payment_add(actor=self.people.office, contract=self.contract, **facts)
        if not plan_left(self.contract).is_nothing and self.chance.random() < 0.7:
            for row in self.contract.payments.all():
                payments.payment_remove(actor=self.people.office, payment=row)
            payments.payment_add(actor=self.people.office, contract=self.contract, **facts | {"percent": Decimal(100)})

    def offer(self):
        agreeing.contract_offer(actor=self.people.office, contract=self.contract)

    def agree(self):
        agreeing.contract_agree(actor=self.people.manager, contract=self.contract)

    def approve(self):
        self.people.approve(self.contract)

    def seal(self):
        signing.sealing_add(actor=self.people.office, contract=self.contract, sealed_on=timezone.localdate())

    def seal_approve(self):
        if (row := self.contract.sealings.order_by("-pk").first()) is not None:
            who = self.chance.choice([self.people.one("legal")] * 4 + [self.people.office])
            signing.sealing_approve(actor=who, sealing=row)

    def bind(self):
        self.people.confidential()

    def unbind(self):
        for row in Confidentiality.objects.all():
            confidentialities.confidentiality_edit(
                actor=self.people.office, confidentiality=row, valid_until=date(2026, 1, 2)
            )

    def report(self):
        signing.contract_report(
            actor=self.people.office, contract=self.contract, reported_on=timezone.localdate() - timedelta(days=60)
        )

    def sign(self):
        who = self.chance.choice(
            [self.people.office, self.people.office, self.people.manager, self.people.one("legal")]
        )
        signing.contract_sign(actor=who, contract=self.contract, signed_on=timezone.localdate())

    def sign_by_api(self):
        self.client("sign", {"signed_on": str(timezone.localdate())}, self.contract.pk)

    def edit(self):
        title = f"Title {self.chance.random()}"
        drafting.contract_edit(actor=self.people.office, contract=self.contract, title=title)

    def unclause(self):
        if (row := self.contract.clauses.order_by("?").first()) is not None:
            clauses.clause_remove(actor=self.people.office, clause=row)

    def reopen(self):
        drafting.contract_reopen(actor=self.people.office, contract=self.contract)

    def stage(self):
        other = self.chance.choice(["selection", "contract", "contract"])
        Arrangement.objects.filter(pk=self.cast.row.pk).update(stage=other)

    def personal(self):
        has = self.chance.random() < 0.3
        Arrangement.objects.filter(pk=self.cast.row.pk).update(has_personal_data=has)


@pytest.fixture
def asked(cast, client):
    """Calls a verb of a contract over the API, as the office."""
    person = type(cast.thread.office[0]).objects.get(login="outsourcing_office-1")
    secret = token_make(actor=SYSTEM, person=person, organisation=cast.house.bank.organisation, name="machine")[1]

    def call(verb, body, pk):
        answer = client.post(
            f"/api/v1/contracts/{pk}/{verb}", json.dumps(body), content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", "If-Match": "*"},
        )  # fmt: skip
        assert answer.status_code < 500

    return call


def test_no_sequence_of_calls_signs_what_lacks_anything(cast, asked):
    signed = 0
    for seed in range(RUNS):
        with transaction.atomic():
            life, names = Life(cast, random.Random(seed), asked), []
            for _ in range(STEPS):
                names.append(life.step())
                if life.now().state in BINDING:
                    signed += 1
                    break
            transaction.set_rollback(True)
    print(f"{signed} of {RUNS} were signed")
    assert signed, "none ever was: nothing is held by this"
