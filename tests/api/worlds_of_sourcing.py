"""Tenders of the bank that the API's operations are tried on: each in the state that lets one be done."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from django.utils import timezone

from guanbao.apps.sourcing import sealing
from guanbao.apps.sourcing.models import Award, Invitation
from guanbao.apps.sourcing.services.awards import award_propose, award_related_record
from guanbao.apps.sourcing.services.backups import backup_add
from guanbao.apps.sourcing.services.bids import bid_submit
from guanbao.apps.sourcing.services.concentrations import concentration_assess
from guanbao.apps.sourcing.services.diligences import diligence_open
from guanbao.apps.sourcing.services.evaluations import (
    Given,
    evaluation_declare,
    scores_save,
    tender_close,
    tender_evaluator_add,
)
from guanbao.apps.sourcing.services.openers import tender_key_set, tender_officers_set, tender_open
from guanbao.apps.sourcing.services.questions import question_answer, question_ask
from guanbao.apps.sourcing.services.tenders import invitation_add, tender_add, tender_publish
from guanbao.platform.workflow.models import Approval
from guanbao.platform.workflow.services.approvals import approval_start
from hours import hour_past
from inquiring import answered

PASSPHRASE = "four words 7 nobody knows"  # noqa: S105 - that of the description's example


def sourcing_made(world, arrangement):
    """`world.ids` and `world.chosen` of sourcing."""
    with patch.object(sealing, "WORK", 2**4):
        Made(world, arrangement)


class Made:
    """What one bank buys."""

    def __init__(self, world, arrangement):
        self.world, self.arrangement = world, arrangement
        self.caller, self.maker, self.colleague = world.caller, world.maker, world.colleague
        drafts = [self._draft(n) for n in range(3)]
        keyless, ready = self._draft(3), self._draft(4)
        self._officers(keyless, self.caller)
        self._officers(ready, self.maker)
        self._keys(ready, self.maker, self.colleague)
        self._invited(ready)
        taking, over = self._published(5), self._published(6)
        hour_past(over)
        opened, scored = self._opened(7), self._opened(8)
        for judge in (self.caller, self.maker):
            tender_evaluator_add(actor=self.maker.actor, tender=opened, person=judge.person.pk)
            tender_evaluator_add(actor=self.maker.actor, tender=scored, person=judge.person.pk)
        row = scored.evaluations.get(person=self.caller.person)
        evaluation_declare(actor=self.caller.actor, evaluation=row, interest="none")
        closed = self._scored(9)
        self._awards(tender_close(actor=self.maker.actor, tender=self._scored(n)) for n in (10, 11, 12))
        world.chosen["evaluations"] = {
            "scores": [{"bid": scored.bids.get().pk, "criterion": 0, "points": "85.5", "remark": "Fits"}]
        }
        world.ids |= {"evaluations_scores": [row.pk], "tenders_close": [closed.pk], "tenders_evaluator": [opened.pk]}
        waiting = self._opened(13)  # of which the caller is no evaluator: those see nothing of each other
        tender_evaluator_add(actor=self.maker.actor, tender=waiting, person=self.maker.person.pk)
        world.ids["evaluations_release"] = [waiting.evaluations.get().pk]
        invited = self._invited(drafts[0])
        waits, _done = self._questions(taking)
        world.ids |= {
            "tenders_publish": [ready.pk], "tenders_key": [keyless.pk], "tenders_opening": [over.pk],
            "tenders_edit": [each.pk for each in drafts], "tenders_officers": [each.pk for each in drafts],
            "tender-invitations_remove": [invited.pk], "questions_answer": [waits.pk],
        }  # fmt: skip
        world.chosen["tenders"] = {
            "first": self.maker.person.pk, "second": self.colleague.person.pk, "third": None,
            "arrangement": arrangement.pk, "person": self.colleague.person.pk, "bid": self.bid.pk,
        }  # fmt: skip
        world.chosen["tender-invitations"] = {"tender": drafts[1].pk, "contractor": world.house.cards.pk}

    def _draft(self, n):
        day = timezone.now() + timedelta(days=20)
        return tender_add(
            actor=self.maker.actor, arrangement=self.arrangement, reference=f"ZB-{n}", title=f"Calls {n}",
            kind="single",
            justification="Nobody else can", description="Answer calls", lots=["Day"],
            criteria=["60% Ability"], price_weight=40, questions_until=day,
            closes_at=day + timedelta(days=3),
        )  # fmt: skip

    def _officers(self, tender, first):
        both = {"first": first.person.pk, "second": self.colleague.person.pk}
        tender_officers_set(actor=self.maker.actor, tender=tender, **both)

    def _keys(self, tender, *officers):
        for each in officers:
            tender_key_set(actor=each.actor, tender=tender, passphrase=PASSPHRASE)

    def _invited(self, tender):
        return invitation_add(actor=self.maker.actor, tender=tender, contractor=self.world.house.calls)

    def _published(self, n):
        """Of which the caller and the maker are the officers."""
        tender = self._draft(n)
        both = {"first": self.caller.person.pk, "second": self.maker.person.pk}
        tender_officers_set(actor=self.maker.actor, tender=tender, **both)
        self._keys(tender, self.caller, self.maker)
        invitation = self._invited(tender)
        publisher = self.world.house.caller(f"publisher{n}", self.world.bank.organisation, "procurement")
        tender = tender_publish(actor=publisher.actor, tender=tender)
        invitation = Invitation.objects.get(pk=invitation.pk)
        bid_submit(actor=self.world.theirs.actor, invitation=invitation, prices=[Decimal(100)], offer="Everything")
        return tender

    def _opened(self, n):
        tender = self._published(n)
        hour_past(tender)
        for each in (self.maker, self.caller):
            tender_open(actor=each.actor, tender=tender, passphrase=PASSPHRASE)
        tender.refresh_from_db()
        return tender

    def _scored(self, n):
        """All of it, by two who have no interest in it."""
        tender = self._opened(n)
        for judge in (self.caller, self.maker):
            tender_evaluator_add(actor=self.maker.actor, tender=tender, person=judge.person.pk)
            each = tender.evaluations.get(person=judge.person)
            evaluation_declare(actor=judge.actor, evaluation=each, interest="none")
            given = {(tender.bids.get().pk, 0): Given(Decimal(80), "Fits")}
            scores_save(actor=judge.actor, evaluation=each, given=given, submit=True)
        return tender

    def _awards(self, tenders):
        """A tender to propose an award of; a proposal of a related party, and one that is approved."""
        taken, related, approved = tenders
        self.bid = taken.bids.get()
        for tender in (related, approved):
            award_propose(actor=self.maker.actor, tender=tender, bid=tender.bids.get().pk, reason="Only one")
        awards = [Award.objects.get(tender=tender) for tender in (related, approved)]
        said = {"related_body": "board", "related_number": "GL-1", "related_on": timezone.localdate()}
        award_related_record(actor=self.caller.actor, award=awards[0], **said)
        approval = approval_start(actor=self.maker.actor, subject=awards[1])
        Approval.objects.filter(pk=approval.pk).update(state="approved", ended_at=timezone.now())
        approval.tasks.all().delete()
        self.world.ids |= {
            "tenders_award": [taken.pk], "awards_conclude": [awards[1].pk], "awards_related": [awards[0].pk],
            "awards_withdraw": [awards[0].pk], "awards_submit": [awards[0].pk],
        }  # fmt: skip
        today = timezone.localdate()
        backup_add(
            actor=self.maker.actor, arrangement=self.world.arrangements[0], substitute="contractor",
            contractor=self.world.house.cards, plan="Moves over", readiness="named", takes_over_d=60,
            reviewed_on=today, review_by=today + timedelta(days=100), ready_by=None,
        )  # fmt: skip
        self.world.chosen["backup-plans"] = {"contractor": self.world.house.cards.pk}
        looked = diligence_open(
            actor=self.maker.actor, arrangement=self.arrangement, contractor=self.world.house.calls, kind="security",
            due_on=today + timedelta(days=10),
        )  # fmt: skip
        answered(looked, seller=self.world.theirs.actor, reviewer=self.maker.actor)
        self.world.ids["due_diligence_conclude"] = [looked.pk]

        assessed = concentration_assess(
            actor=self.maker.actor, arrangement=self.arrangement, contractor=self.world.house.cards,
            substitutability="medium", substitutability_reason="Two others do it", alternatives="Lines Ltd",
        )  # fmt: skip
        self.world.ids["concentration_assessments_judge"] = [assessed.pk]

    def _questions(self, tender):
        asked = {"actor": self.world.theirs.actor, "invitation": tender.invitations.get()}
        waits, done = (question_ask(text=f"What of {n}?", **asked) for n in ("nights", "days"))
        question_answer(actor=self.maker.actor, question=done, text="What of days?", answer="As written.")
        return waits, done
