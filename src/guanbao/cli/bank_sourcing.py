"""The demonstration bank's tenders: published by procurement, bid for by its contractors, opened by two officers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

from guanbao.cli.bank_initiatives import approve

_PACK = "packs/demonstration/sourcing.yaml"
_FACTS = ("reference", "title", "kind", "description", "lots", "criteria", "price_weight")


def tenders(contractors: dict[str, Any], actors: dict[str, Any]) -> None:
    """Each as far as the pack says."""
    from django.utils import timezone

    from guanbao.apps.arrangements.models import Arrangement
    from guanbao.apps.sourcing.services.openers import tender_key_set, tender_officers_set
    from guanbao.apps.sourcing.services.tenders import invitation_add, tender_add, tender_publish
    from guanbao.engine import documents

    text = resources.files("guanbao").joinpath(_PACK).read_text(encoding="utf-8")
    pack = documents.parse(text, file=Path("sourcing.yaml")).data
    buyer, day = actors["procurement"], timezone.now() + timedelta(days=14)
    for said in pack["tenders"]:
        facts = {name: said[name] for name in _FACTS}
        arrangement = Arrangement.objects.get(reference=said["of"])
        tender = tender_add(
            actor=buyer, arrangement=arrangement, questions_until=day, closes_at=day + timedelta(days=7), **facts
        )
        for contractor in contractors.values():
            invitation_add(actor=buyer, tender=tender, contractor=contractor)
        first, second = (actors[login].person_id for login in pack["officers"])
        tender_officers_set(actor=buyer, tender=tender, first=first, second=second)
        for login, passphrase in pack["officers"].items():
            tender_key_set(actor=actors[login], tender=tender, passphrase=passphrase)
        tender = tender_publish(actor=buyer, tender=tender)
        _bids(tender, said, contractors, actors)
        if said.get("opened"):
            _opened(tender, said, pack["officers"], actors)
        if "award" in said:
            _awarded(tender, said["award"], actors)
    for said in pack["backups"]:
        _backup(said, contractors, actors)
    for said in pack["diligences"]:
        _looked_into(said, contractors, actors)
    for said in pack["concentrations"]:
        _concentrated(said, contractors, actors)


def _bids(tender: Any, said: dict[str, Any], contractors: dict[str, Any], actors: dict[str, Any]) -> None:  # noqa: ANN401 - models are there once Django is
    """What its contractors ask and bid; their prices are divided among the lots."""
    from guanbao.apps.sourcing.models import Invitation
    from guanbao.apps.sourcing.services.bids import bid_submit
    from guanbao.apps.sourcing.services.questions import question_answer, question_ask

    invited = {
        key: Invitation.objects.get(tender=tender, contractor=contractors[key]) for key in ("calls", "cloud", "care")
    }
    for key, price in said["bids"].items():
        prices = [Decimal(price) / len(tender.lots)] * len(tender.lots)
        bid_submit(
            actor=actors[f"{key}.service_manager"], invitation=invited[key], prices=prices, offer=said["description"]
        )
    if asked := said.get("question"):
        question = question_ask(
            actor=actors[f"{asked['from']}.service_manager"], invitation=invited[asked["from"]], text=asked["text"]
        )
        question_answer(actor=actors["procurement"], question=question, text=asked["said"], answer=asked["answer"])


def _opened(tender: Any, said: dict[str, Any], officers: dict[str, str], actors: dict[str, Any]) -> None:  # noqa: ANN401
    """As time itself would have it; then two officers open, and judges score blind to one another."""
    from django.utils import timezone

    from guanbao.apps.sourcing.models import Evaluation, Tender
    from guanbao.apps.sourcing.services.evaluations import (
        Given,
        evaluation_declare,
        scores_save,
        tender_evaluator_add,
    )
    from guanbao.apps.sourcing.services.keys import signed_keys
    from guanbao.apps.sourcing.services.openers import tender_open

    past = timezone.now() - timedelta(hours=1)
    Tender.objects.filter(pk=tender.pk).update(questions_until=past - timedelta(days=1), closes_at=past)
    tender.refresh_from_db()
    keys = signed_keys(tender, tender.openers.order_by("number"))  # they are signed with the hour
    Tender.objects.filter(pk=tender.pk).update(opening_keys=keys)
    for login, passphrase in officers.items():
        tender_open(actor=actors[login], tender=tender, passphrase=passphrase)
    bids = list(tender.bids.order_by("pk"))
    for login, points in said["evaluators"].items():
        judge = actors[login]
        tender_evaluator_add(actor=actors["procurement"], tender=tender, person=judge.person_id)
        row = Evaluation.objects.get(tender=tender, person=judge.person_id)
        row = evaluation_declare(actor=judge, evaluation=row, interest="none")
        if "award" in said or login != next(reversed(said["evaluators"])):  # the last has yet to score
            why, asked = said["remark"], range(len(said["criteria"]))
            scored = zip(bids, points, strict=True)
            given = {(bid.pk, n): Given(Decimal(point - 3 * n), why) for bid, point in scored for n in asked}
            scores_save(actor=judge, evaluation=row, given=given, submit="award" in said)


def _awarded(tender: Any, said: dict[str, Any], actors: dict[str, Any]) -> None:  # noqa: ANN401
    """The evaluation closed, an award proposed: submitted and waiting, or approved and concluded."""
    from guanbao.apps.sourcing.models import Award
    from guanbao.apps.sourcing.selectors import ranking_whole
    from guanbao.apps.sourcing.services.awards import award_conclude, award_propose
    from guanbao.apps.sourcing.services.evaluations import tender_close
    from guanbao.platform.workflow.services.approvals import approval_start

    buyer, office = actors["procurement"], actors["outsourcing_office"]
    tender = tender_close(actor=buyer, tender=tender)
    bid = next(row.key for row in ranking_whole(tender) if row.place == said["place"])
    award_propose(actor=buyer, tender=tender, bid=bid, reason=said["reason"])
    award = Award.objects.get(tender=tender)
    if said.get("concluded"):
        approve(award, office, actors)
        award_conclude(actor=buyer, award=award)
    else:
        approval_start(actor=office, subject=award)


def _backup(said: dict[str, Any], contractors: dict[str, Any], actors: dict[str, Any]) -> None:
    """Who would go on in the contractor's place: another one, or the bank itself."""
    from django.utils import timezone

    from guanbao.apps.arrangements.models import Arrangement
    from guanbao.apps.sourcing.services.backups import backup_add

    today, contractor = timezone.localdate(), contractors.get(said.get("contractor", ""))
    backup_add(
        actor=actors["outsourcing_office"], arrangement=Arrangement.objects.get(reference=said["of"]),
        substitute="contractor" if contractor else "in_house", contractor=contractor, plan=said["plan"],
        readiness=said["readiness"], takes_over_d=said["days"], ready_by=today + timedelta(days=said["days"]),
        reviewed_on=today, review_by=today + timedelta(days=said["review"]),
    )  # fmt: skip


def _looked_into(said: dict[str, Any], contractors: dict[str, Any], actors: dict[str, Any]) -> None:
    """Due diligence: its questionnaire waits for the contractor, or was answered, reviewed and concluded."""
    from django.utils import timezone

    from guanbao.apps.arrangements.models import Arrangement
    from guanbao.apps.sourcing.selectors import inquiries_of
    from guanbao.apps.sourcing.services.diligences import diligence_conclude, diligence_open
    from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
    from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review, issue_conclude

    seller, risk = actors[f"{said['contractor']}.service_manager"], actors["risk"]
    diligence = diligence_open(
        actor=risk, arrangement=Arrangement.objects.get(reference=said["of"]), kind=said["kind"],
        contractor=contractors[said["contractor"]], due_on=timezone.localdate() + timedelta(days=said["days"]),
    )  # fmt: skip
    if "outcome" not in said:
        return
    issue = inquiries_of(diligence).get()
    codes, partly = list(issue.content.questions), set(said["partly"])
    filled = {
        code: Filled("partial" if n in partly else "yes", explanation=said["remark"]) for n, code in enumerate(codes)
    }
    answers_save(actor=seller, issue=issue, filled=filled)
    issue_submit(actor=seller, issue=issue)
    answers_review(actor=risk, issue=issue, judged={code: Judged("accepted", "", 1) for code in codes})
    issue_conclude(actor=risk, issue=issue)
    diligence_conclude(
        actor=actors["compliance"], diligence=diligence, outcome=said["outcome"], conclusion=said["reason"]
    )


def _concentrated(said: dict[str, Any], contractors: dict[str, Any], actors: dict[str, Any]) -> None:
    """What an award would concentrate: judged, or waiting for its judgement."""
    from guanbao.apps.arrangements.models import Arrangement
    from guanbao.apps.sourcing.services.concentrations import concentration_assess, concentration_judge

    made = concentration_assess(
        actor=actors["procurement"], arrangement=Arrangement.objects.get(reference=said["of"]),
        contractor=contractors[said["contractor"]], substitutability=said["substitutability"],
        substitutability_reason=said["why"], alternatives=said["alternatives"], fee_yearly=said.get("fee"),
    )  # fmt: skip
    if "outcome" in said:
        concentration_judge(
            actor=actors["risk"], concentration=made, outcome=said["outcome"], conclusion=said["reason"]
        )
