"""The questionnaires of the demonstration bank, put, answered and reviewed by its people and its contractors'."""

from __future__ import annotations

from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any

_PACK = "packs/demonstration/questionnaires.yaml"
_FOUND_BY = {"arrangements": "reference", "contractors": "name"}


def questionnaires_put(actors: dict[str, Any]) -> None:
    """Put the pack's questionnaires as the outsourcing office, and take each as far as the pack says."""
    from django.utils import timezone

    from guanbao.engine import documents
    from guanbao.platform.questionnaires.attaching import attached
    from guanbao.platform.questionnaires.services.issuing import issue_prepare, issue_send

    text = resources.files("guanbao").joinpath(_PACK).read_text(encoding="utf-8")
    models = {each.name: each.model for each in attached()}
    office = actors["outsourcing_office"]
    for said in documents.parse(text, file=Path("questionnaires.yaml")).data["questionnaires"]:
        put = said["put"]
        row = models[put["record"]]._default_manager.get(**{_FOUND_BY[put["record"]]: put["of"]})  # noqa: SLF001 - any model's
        issue = issue_prepare(
            actor=office,
            record=put["record"],
            record_id=row.pk,
            questionnaire=put["questionnaire"],
            due_on=timezone.localdate() + timedelta(days=put["days"]),
        )
        _answer(issue_send(actor=office, issue=issue), said, actors)


def _answer(issue: Any, said: dict[str, Any], actors: dict[str, Any]) -> None:  # noqa: ANN401
    from guanbao.platform.questionnaires.selectors import answers_of
    from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
    from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review, issue_conclude

    by = actors[said["by"]]
    filled = {
        code: Filled(value) if isinstance(value, str) else Filled(value[0], explanation=value[1])
        for code, value in said["answers"].items()
    }
    saved = answers_save(actor=by, issue=issue, filled=filled)
    if saved.faults:
        raise ValueError(saved.faults)
    if (review := said.get("review")) is None:
        return
    issue = issue_submit(actor=by, issue=issue)
    returned = review.get("returned", {})
    judged = {
        code: Judged("returned" if code in returned else "accepted", returned.get(code, ""), 1)
        for code in answers_of(issue)
    }
    reviewer = actors[review["by"]]
    if faults := answers_review(actor=reviewer, issue=issue, judged=judged):
        raise ValueError(faults)
    if review.get("conclude"):
        issue_conclude(actor=reviewer, issue=issue)
