"""A subsidiary of the demonstration bank, whose arrangements stand before shut gates: every gate can be seen shut."""

from __future__ import annotations

from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from guanbao.cli import bank_approvals

_PACK = "packs/demonstration/subsidiary.yaml"
_ENTERED = ("reference", "title", "title_en", "elements")


def subsidiary(bank: Any, before: str) -> list[list[object]]:  # noqa: ANN401 - models are there once Django is
    """Everything of the pack; `before` says why something begins at a later stage. The accounts, for printing."""
    from guanbao.apps.catalogue.services import function_add, function_edit
    from guanbao.apps.catalogue.taxonomies import NO_RULE
    from guanbao.apps.parties.services.contractors import contractor_add, contractor_stand
    from guanbao.apps.parties.services.institutions import department_add, institution_add
    from guanbao.engine import documents
    from guanbao.platform.actors import SYSTEM

    text = resources.files("guanbao").joinpath(_PACK).read_text(encoding="utf-8")
    data: dict[str, Any] = documents.parse(text, file=Path("subsidiary.yaml")).data
    house = institution_add(actor=SYSTEM, parent=bank, **data["institution"])
    actors: dict[str, Any] = {}
    accounts = bank_approvals.people(house, data["people"], actors)
    office = actors[data["people"][0]["login"]]
    reason = data["contractor"].pop("standing_reason")
    contractor = contractor_add(actor=SYSTEM, institution=house, **data["contractor"])
    contractor_stand(
        actor=SYSTEM, contractor=contractor, standing="admitted", standing_reason=reason,
        standing_since=date(2026, 1, 5),
    )  # fmt: skip
    function = function_add(actor=SYSTEM, institution=house, scope_rule=NO_RULE, **data["function"])
    department = department_add(actor=SYSTEM, institution=house, **data["department"])
    for said in data["arrangements"]:
        parties = {"institution": house, "department": department}
        parties |= {"contractor": contractor} if said.get("contractor") else {}
        parties |= {"function": function} if said.get("function") else {}
        _arrangement(said, parties, office, before)
    function_edit(actor=SYSTEM, function=function, scope_rule=data["found_to_be"])
    return accounts


def _arrangement(said: dict[str, Any], parties: dict[str, Any], office: Any, before: str) -> None:  # noqa: ANN401
    """Entered without its dates and fee, taken over where it stands, with what is unsettled about it."""
    from django.utils import timezone

    from guanbao.apps.arrangements.services import arrangement_add, arrangement_take_over, material_change_record
    from guanbao.apps.privacy.services import entrustment_add
    from guanbao.platform.actors import SYSTEM

    facts: dict[str, Any] = {name: said[name] for name in _ENTERED if name in said}
    facts |= {name: True for name in ("is_it", "has_personal_data") if said.get(name)}
    if "important" in said:
        facts |= {"importance": "important", "importance_reason": said["important"]}
    made = arrangement_add(actor=office, **parties, **facts)
    if "stage" in said:
        made = arrangement_take_over(actor=SYSTEM, arrangement=made, stage=said["stage"], reason=before)
    if "processing" in said:
        term = {"begins_on": date(2026, 1, 1), "finishes_on": date(2026, 12, 31), "assessed_on": date(2025, 12, 1)}
        entrustment_add(actor=office, arrangement=made, **term, **said["processing"])
    if "change" in said:
        material_change_record(
            actor=office, arrangement=made, kind="sub_outsourcing", description=said["change"],
            happened_on=timezone.localdate(), importance="general",
        )  # fmt: skip
