"""The demonstration bank's strategy and rules, and its intentions, each as far as the pack says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

_PACK = "packs/demonstration/initiatives.yaml"


def pack() -> dict[str, Any]:
    """What the pack says."""
    from guanbao.engine import documents

    text = resources.files("guanbao").joinpath(_PACK).read_text(encoding="utf-8")
    return dict(documents.parse(text, file=Path("initiatives.yaml")).data)


def strategy_made(bank: Any, actors: dict[str, Any]) -> None:  # noqa: ANN401 - models are there once Django is
    """The strategy that is in force with its targets, and the rules that a second person approved."""
    from django.utils import timezone

    from guanbao.apps.initiatives.services import policy_add, strategy_add, target_add, target_review

    said, office, today = pack(), actors["outsourcing_office"], timezone.localdate()
    held = {"valid_from": date(2026, 1, 1), "valid_until": date(2028, 12, 31)}
    strategy = strategy_add(actor=office, institution=bank, **said["strategy"], **held)
    for one in said["targets"]:
        facts = {name: one[name] for name in ("family", "result", "direction", "unit")}
        value, due = Decimal(one["value"]), date(2026, 12, 31)
        target = target_add(actor=office, strategy=strategy, value=value, due_on=due, **facts)
        if "reached" in one:
            target_review(
                actor=office, target=target, reached=Decimal(one["reached"]), reviewed_on=today, remark=one["remark"]
            )
    approve(strategy, office, actors)
    for one in said["policies"]:
        facts = {name: one[name] for name in ("category", "number", "title")}
        issued, review = date(2026, 1, 10), today + timedelta(days=300)
        policy = policy_add(actor=office, institution=bank, issued_on=issued, review_by=review, **facts)
        if not one.get("draft"):
            approve(policy, office, actors)


def intentions_made(known: Any, actors: dict[str, Any]) -> None:  # noqa: ANN401 - what the bank knows by key
    """Arrangements on their way to a tender, and such as ran before the bank began."""
    from guanbao.apps.arrangements.services import (
        arrangement_add,
        arrangement_advance,
        arrangement_suspend,
        arrangement_take_over,
        arrangement_withdraw,
    )
    from guanbao.platform.actors import SYSTEM

    said, office, made = pack(), actors["outsourcing_office"], {}
    for one in [*said["intentions"], *said["taken_over"]]:
        important = one.get("importance") == "important"
        row = made[one["reference"]] = arrangement_add(
            actor=office,
            institution=known.bank,
            reference=one["reference"],
            title=one["title"],
            title_en=one["title_en"],
            department=known.departments[one["department"]],
            contractor=known.contractors.get(one.get("contractor", "")),
            elements=one["elements"],
            is_it=one.get("is_it", False),
            importance="important" if important else "general",
            importance_reason="直接面向持卡人，处理大量客户信息" if important else "",
            services=[known.services["CALLS" if "personnel" in one["elements"] else "DESK"]],
            starts_on=date(2026, 1, 1),
            ends_on=date(2027, 12, 31),
            fee_monthly=Decimal(90000),
        )
        if "stage" in one:
            arrangement_take_over(actor=SYSTEM, arrangement=row, stage=one["stage"], reason=known.before)
        elif "withdraw" in one:
            arrangement_withdraw(actor=office, arrangement=row, stage_reason=one["withdraw"])
        else:
            _scope(row, one, actors)
            for _n in range(one.get("advance", 0)):
                row = arrangement_advance(actor=office, arrangement=row)
            _requirement(row, one, said["round"], actors)
            for _n in range(one.get("then", 0)):
                row = arrangement_advance(actor=office, arrangement=row)
            _case(row, one, said["case"], actors)
            for _n in range(one.get("last", 0)):
                arrangement_advance(actor=office, arrangement=row)
    held = said["suspended"]
    arrangement_suspend(actor=office, arrangement=made[held["of"]], suspension_reason=held["reason"])


def _scope(row: Any, said: dict[str, Any], actors: dict[str, Any]) -> None:  # noqa: ANN401
    """Checked, and its suitability answered and concluded."""
    from django.utils import timezone

    from guanbao.apps.initiatives.services import scope_check
    from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
    from guanbao.platform.questionnaires.services.issuing import issue_prepare, issue_send
    from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review, issue_conclude

    office, clerk = actors["outsourcing_office"], actors["executing_department.2"]
    if "check" in said:
        why = {
            "strategy_reason": "属于补充能力的范围",
            "risk_reason": "风险可识别、可控制",
            "ability_reason": "行内可随时接管",
        }
        fits = dict.fromkeys(("fits_strategy", "fits_risk", "fits_ability"), True) | said["check"]
        scope_check(actor=office, arrangement=row, **why, **fits)
    if "suits" in said:
        issue = issue_prepare(
            actor=office, record="arrangements", record_id=row.pk, questionnaire="scope_suitability",
            due_on=timezone.localdate() + timedelta(days=10),
        )  # fmt: skip
        issue = issue_send(actor=office, issue=issue)
        codes = list(issue.content.questions)
        answers_save(actor=clerk, issue=issue, filled={code: Filled(str(said["suits"])) for code in codes})
        issue_submit(actor=clerk, issue=issue)
        answers_review(actor=office, issue=issue, judged={code: Judged("accepted", "", 1) for code in codes})
        issue_conclude(actor=office, issue=issue)


def _requirement(row: Any, said: dict[str, Any], facts: dict[str, Any], actors: dict[str, Any]) -> None:  # noqa: ANN401
    """Its rounds; the last one signed off where the pack says so."""
    from guanbao.apps.initiatives.services import requirement_add, requirement_sign

    clerk = actors["executing_department.2"]
    for n in range(said.get("rounds", 0)):
        latest = requirement_add(actor=clerk, arrangement=row, held_on=date(2026, 3, 2 + 7 * n), **facts)
    if said.get("sign"):
        requirement_sign(actor=actors["executing_department"], requirement=latest)


def _case(row: Any, said: dict[str, Any], facts: dict[str, Any], actors: dict[str, Any]) -> None:  # noqa: ANN401
    """Its business case: being decided, or approved."""
    from guanbao.apps.initiatives.services import candidate_add, case_add, line_add, part_add
    from guanbao.platform.workflow.services.approvals import approval_start

    if not said.get("case"):
        return
    clerk, parts = actors["executing_department.2"], ("lines", "candidates", "parts")
    words = {name: value for name, value in facts.items() if name not in parts}
    case = case_add(actor=clerk, arrangement=row, **words | {"discount_percent": Decimal(words["discount_percent"])})
    for one in facts["lines"]:
        line_add(actor=clerk, case=case, **one | {"amount": Decimal(one["amount"])})
    for one in facts["candidates"]:
        candidate_add(actor=clerk, case=case, **one)
    for one in facts["parts"]:
        part_add(actor=clerk, case=case, **one)
    if said.get("approve"):
        approve(case, clerk, actors)
    elif said.get("submit"):
        approval_start(actor=clerk, subject=case)


def approve(subject: Any, maker: Any, actors: dict[str, Any]) -> None:  # noqa: ANN401
    """Submitted, and approved by everybody whom the model asks."""
    from guanbao.platform.workflow.services.approvals import approval_start
    from guanbao.platform.workflow.services.deciding import task_decide

    approval = approval_start(actor=maker, subject=subject)
    decided: set[int] = {maker.person_id}
    while (task := approval.tasks.filter(state="open").order_by("pk").first()) is not None:
        logins = (task.role, f"{task.role}.2", f"{task.role}.3")
        decider = next(actors[one] for one in logins if one in actors and actors[one].person_id not in decided)
        decided.add(decider.person_id)
        task_decide(actor=decider, task=task, verdict="approve")
