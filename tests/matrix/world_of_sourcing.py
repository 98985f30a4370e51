"""Tenders of each bank with two bidders: opened, taking bids, drafted, called off."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from django.utils import timezone

from guanbao.apps.sourcing import sealing
from guanbao.apps.sourcing.models import Award, Evaluation, Invitation, Tender
from guanbao.apps.sourcing.presets import inquiries
from guanbao.apps.sourcing.services.awards import (
    award_conclude,
    award_propose,
    award_related_record,
    award_withdraw,
)
from guanbao.apps.sourcing.services.backups import backup_add
from guanbao.apps.sourcing.services.bids import bid_submit
from guanbao.apps.sourcing.services.concentrations import concentration_assess, concentration_judge
from guanbao.apps.sourcing.services.diligences import diligence_conclude, diligence_open
from guanbao.apps.sourcing.services.evaluations import (
    Given,
    evaluation_declare,
    evaluator_release,
    scores_save,
    tender_close,
    tender_evaluator_add,
)
from guanbao.apps.sourcing.services.openers import tender_key_set, tender_officers_set, tender_open
from guanbao.apps.sourcing.services.questions import question_answer, question_ask
from guanbao.apps.sourcing.services.tenders import invitation_add, tender_add, tender_cancel, tender_publish
from guanbao.platform.questionnaires.services.versions import version_enforce, version_upload
from guanbao.platform.workflow.models import Approval
from guanbao.platform.workflow.services.approvals import approval_start
from hours import hour_past
from inquiring import ASKED, answered

OFFICERS = {"compliance": "a long passphrase of one", "legal": "a longer one of another"}
BIDDERS = {"east": ("ea", "eb"), "west": ("wg", "wa")}


def sourcing_made(world, mark):
    """For each bank; `mark` gives the mark of whose eyes a text is for."""
    with patch.object(sealing, "WORK", 2**4):
        for house, codes in BIDDERS.items():
            House(world, mark, house, codes)


class House:
    """What one bank buys."""

    def __init__(self, world, mark, house, codes):
        self.by = {role: who.actor for (tenant, role), who in world.by.items() if tenant == house}
        self.world, self.mark, self.codes = world, mark, codes
        both, inside = mark({"east": "en", "west": "wn"}[house]), mark(house)
        self.arrangement = world.arrangements[codes[0]]
        self.scored(self.opened(both))
        self.awarded(both)
        self.planned()
        self.looked_into()
        self.assessed()
        self.published(self.drafted(both, both))
        draft = self.drafted(inside, inside, kind="single", justification=f"only {inside}")
        invitation_add(actor=self.by["procurement"], tender=draft, contractor=world.contractors[codes[0]])
        off = self.drafted(inside, inside)
        tender_cancel(actor=self.by["procurement"], tender=off, cancelled_reason=f"no money {inside}")

    def drafted(self, of, also, **more):
        day = timezone.now() + timedelta(days=20)
        number = Tender.objects.filter(arrangement=self.arrangement).count()
        facts = {
            "reference": f"{of}-{number}", "title": f"Tender {of}", "kind": "invited", "description": f"asked {also}",
            "lots": [f"lot {of}"], "criteria": [f"60% Tender {of}"], "price_weight": 40,
            "questions_until": day, "closes_at": day + timedelta(days=3),
        }  # fmt: skip
        return tender_add(actor=self.by["procurement"], arrangement=self.arrangement, **facts | more)

    def seller(self, code):
        return self.world.by[{"a": "alpha", "b": "beta", "g": "gamma"}[code[1]], "service_manager"].actor

    def published(self, tender):
        """With two bidders, what the law of this world asks for."""
        for code in self.codes:
            contractor = self.world.contractors[code]
            invitation_add(actor=self.by["procurement"], tender=tender, contractor=contractor)
        first, second = (self.by[role].person_id for role in OFFICERS)
        tender_officers_set(actor=self.by["procurement"], tender=tender, first=first, second=second)
        for role, passphrase in OFFICERS.items():
            tender_key_set(actor=self.by[role], tender=tender, passphrase=passphrase)
        Tender.objects.filter(pk=tender.pk).update(fewest=2)
        tender = tender_publish(actor=self.by["procurement"], tender=tender)
        for code in self.codes:
            seller = self.seller(code)
            of = self.mark(code)
            invitation = Invitation.objects.get(tender=tender, contractor=self.world.contractors[code])
            bid_submit(actor=seller, invitation=invitation, prices=[Decimal("1234.50")], offer=f"offered {of}")
            question = question_ask(actor=seller, invitation=invitation, text=f"what of {of}")
        both = self.mark({"e": "en", "w": "wn"}[self.codes[0][0]])
        said = {"text": f"asked by one {both}", "answer": f"answered {both}"}
        question_answer(actor=self.by["procurement"], question=question, **said)
        return tender

    def opened(self, both):
        tender = self.published(self.drafted(both, both))
        hour_past(tender)
        for role, passphrase in OFFICERS.items():
            assert tender_open(actor=self.by[role], tender=tender, passphrase=passphrase).is_right
        return tender

    @property
    def inside(self):
        return self.mark({"e": "east", "w": "west"}[self.codes[0][0]])

    def judge(self, tender, role, interest):
        judge = self.by[role]
        tender_evaluator_add(actor=self.by["procurement"], tender=tender, person=judge.person_id)
        row = Evaluation.objects.get(tender=tender, person=judge.person_id)
        return evaluation_declare(actor=judge, evaluation=row, interest=interest, interest_note=f"as {self.inside}")

    def scored(self, tender):
        row, _other = self.judge(tender, "risk", "none"), self.judge(tender, "finance", "some")
        left = self.judge(tender, "business_continuity", "none")
        evaluator_release(actor=self.by["compliance"], evaluation=left, release_reason=f"left {self.inside}")
        given = {(bid.pk, 0): Given(Decimal("80.5"), f"why {self.inside}") for bid in tender.bids.all()}
        scores_save(actor=self.by["risk"], evaluation=row, given=given)

    def awarded(self, both):
        """One tender whose contractor was chosen; one whose award is proposed, and another that was withdrawn."""
        for is_done in (True, False):
            tender = self.opened(both)
            for role in ("risk", "it_security"):
                row = self.judge(tender, role, "none")
                given = {(bid.pk, 0): Given(Decimal(80), f"why {self.inside}") for bid in tender.bids.all()}
                scores_save(actor=self.by[role], evaluation=row, given=given, submit=True)
            tender = tender_close(actor=self.by["procurement"], tender=tender)
            bid = tender.bids.get(contractor=self.world.contractors[self.codes[0]])
            reason = f"the best for us all {self.inside}" * 3
            award_propose(actor=self.by["procurement"], tender=tender, bid=bid.pk, reason=reason)
            award = Award.objects.get(tender=tender)
            if not is_done:
                award_withdraw(actor=self.by["procurement"], award=award, withdrawn_reason=f"wrong {self.inside}")
                award_propose(actor=self.by["procurement"], tender=tender, bid=bid.pk, reason=reason)
                continue
            said = {"related_number": f"no {self.inside}", "related_on": timezone.localdate()}
            award_related_record(actor=self.by["compliance"], award=award, related_body="board", **said)
            approval = approval_start(actor=self.by["outsourcing_office"], subject=award)
            Approval.objects.filter(pk=approval.pk).update(state="approved", ended_at=timezone.now())
            approval.tasks.all().delete()
            award_conclude(actor=self.by["procurement"], award=award)

    def looked_into(self):
        """One due diligence under way and one concluded."""
        contractor, today = self.world.contractors[self.codes[0]], timezone.localdate()
        of = self.mark(self.codes[0])
        for kind, is_done in (("security", True), ("financial", False)):
            text = ASKED.format(name=inquiries()[kind], said=of, side="contractor")
            version = version_upload(actor=self.by["outsourcing_office"], text=text)
            version_enforce(actor=self.by["compliance"], questionnaireversion=version)
            made = diligence_open(
                actor=self.by["risk"], arrangement=self.arrangement, contractor=contractor, kind=kind,
                due_on=today + timedelta(days=10), assistant=f"helped by {self.inside}",
            )  # fmt: skip
            if is_done:
                answered(made, seller=self.seller(self.codes[0]), reviewer=self.by["risk"])
                said = {"outcome": "conditions", "conclusion": f"mind {self.inside}"}
                diligence_conclude(actor=self.by["compliance"], diligence=made, **said)

    def assessed(self):
        """One concentration judged and one that waits."""
        for code in self.codes:
            made = concentration_assess(
                actor=self.by["procurement"], arrangement=self.arrangement, contractor=self.world.contractors[code],
                substitutability="complex", substitutability_reason=f"few know {self.inside}",
                alternatives=f"none but {self.inside}", fee_yearly=Decimal(1000),
            )  # fmt: skip
            if code == self.codes[0]:
                said = {"outcome": "measures", "conclusion": f"train {self.inside}"}
                concentration_judge(actor=self.by["risk"], concentration=made, **said)

    def planned(self):
        today = timezone.localdate()
        backup_add(
            actor=self.by["outsourcing_office"], arrangement=self.arrangement, substitute="contractor",
            contractor=self.world.contractors[self.codes[1]], plan=f"moves over {self.inside}", readiness="named",
            takes_over_d=60, ready_by=None, reviewed_on=today, review_by=today + timedelta(days=100),
        )  # fmt: skip
