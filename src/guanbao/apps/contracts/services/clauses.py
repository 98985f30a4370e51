"""The clauses of a draft: taken from the library, written by oneself, checked by another, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from guanbao.apps.contracts import events
from guanbao.apps.contracts.coverage import coverage_of
from guanbao.apps.contracts.errors import ClauseChecked, OwnCheck
from guanbao.apps.contracts.library import library, numbers_read
from guanbao.apps.contracts.models import Clause, Contract
from guanbao.apps.contracts.permissions import CLAUSE_CHECK, CLAUSE_WRITE, CONTRACT_EDIT
from guanbao.apps.contracts.selectors import CONTRACTS, OF_CONTRACT
from guanbao.apps.contracts.services.drafting import draft_held
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit, row_remove
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known
from guanbao.platform.wording import told

OWN_FIELDS = ("title", "title_en", "text", "text_en", "demands", "reason")
REMOVED = ("position", "code", "library_version", "title", "text", "numbers", "demands")  # what the ledger keeps
_OWN = "own-"


def clause_add(*, actor: Actor, contract: Contract, code: str, numbers: Mapping[str, object] | None = None) -> Clause:
    """Take a clause of the library, as it is now, into a draft.

    Raises NotPermitted, ContractNotDraft; ValidationError by field.
    """
    need_object(actor, CONTRACT_EDIT, contract, CONTRACTS)
    with transaction.atomic():
        return _taken(actor, draft_held(contract), code, numbers or {})


def clauses_fill(*, actor: Actor, contract: Contract) -> Contract:
    """Take for each demand that nothing meets the first clause of the library that meets it.

    Raises NotPermitted, ContractNotDraft.
    """
    need_object(actor, CONTRACT_EDIT, contract, CONTRACTS)
    with transaction.atomic():
        held = draft_held(contract)
        lacking = [row for _set, rows in coverage_of(held) for row in rows if not row.is_met]
        there, met = set(held.clauses.values_list("code", flat=True)), set[str]()
        for row in lacking:
            offered = [each for each in row.offered if each.code not in there]
            if row.demand.code in met or not offered:
                continue
            _taken(actor, held, offered[0].code, {})
            there.add(offered[0].code)
            met.update(offered[0].meets)
    return held


def clause_edit(*, actor: Actor, clause: Clause, numbers: Mapping[str, object]) -> Clause:
    """Set the numbers of a clause of the library. Raises NotPermitted, ContractNotDraft; ValidationError by field."""
    need_object(actor, CONTRACT_EDIT, clause, OF_CONTRACT)
    with transaction.atomic():
        contract = draft_held(clause.contract)
        source = library().clauses.get(clause.code)
        if source is None or source.version != clause.library_version:
            raise ValidationError(
                {"numbers": told("The library has another version by now: remove the clause and take it anew.")}
            )
        facts = _said(contract, clause.code, numbers)
        return row_edit(clause, actor=actor, event=events.CLAUSE_EDITED, columns=OF_CONTRACT, **facts)


def clause_write(*, actor: Actor, contract: Contract, **facts: Any) -> Clause:  # noqa: ANN401 - of OWN_FIELDS
    """Add a text of one's own with the demands that it meets: it meets them once another has checked that.

    Raises NotPermitted, ContractNotDraft; ValidationError by field.
    """
    need_object(actor, CLAUSE_WRITE, contract, CONTRACTS)
    _own_need(facts)
    with transaction.atomic():
        held = draft_held(contract)
        made = Clause(contract=held)
        facts |= {"code": own_code(held), "position": _next(held), "written_by_id": _person(actor)}
        return row_add(
            made, actor=actor, event=events.CLAUSE_WRITTEN, columns=OF_CONTRACT, **{"contract": held} | facts
        )


def clause_rewrite(*, actor: Actor, clause: Clause, **facts: Any) -> Clause:  # noqa: ANN401 - of OWN_FIELDS
    """Change a text of one's own; it is to be checked anew.

    Raises NotPermitted, ContractNotDraft; ValidationError by field.
    """
    need_object(actor, CLAUSE_WRITE, clause, OF_CONTRACT)
    _own_need(facts)
    with transaction.atomic():
        draft_held(clause.contract)
        if not clause.is_own:
            raise ValidationError({"text": told("The words of the library stay: add a text of your own beside.")})
        facts |= {"written_by_id": _person(actor), "checked_by_id": None, "checked_at": None}
        return row_edit(clause, actor=actor, event=events.CLAUSE_REWRITTEN, columns=OF_CONTRACT, **facts)


def clause_check(*, actor: Actor, clause: Clause) -> Clause:
    """Confirm that a text which another wrote meets what it is said to meet.

    Raises NotPermitted, OwnCheck, ClauseChecked, ContractNotDraft.
    """
    need_object(actor, CLAUSE_CHECK, clause, OF_CONTRACT)
    with transaction.atomic():
        draft_held(clause.contract)
        held = Clause.objects.select_for_update().get(pk=clause.pk)
        if held.counts:
            raise ClauseChecked
        if held.written_by_id == _person(actor):
            raise OwnCheck
        facts = {"checked_by_id": _person(actor), "checked_at": timezone.now(), "code": held.code}
        return row_edit(held, actor=actor, event=events.CLAUSE_CHECKED, columns=OF_CONTRACT, **facts)


def clause_remove(*, actor: Actor, clause: Clause) -> Clause:
    """Take a clause out of a draft; the ledger keeps it. Raises NotPermitted, ContractNotDraft."""
    need_object(actor, CONTRACT_EDIT, clause, OF_CONTRACT)
    with transaction.atomic():
        draft_held(clause.contract)
        return row_remove(clause, actor=actor, event=events.CLAUSE_REMOVED, columns=OF_CONTRACT, told=REMOVED)


def own_code(contract: Contract) -> str:
    """The code of the next text of one's own."""
    used = [code for code in contract.clauses.values_list("code", flat=True) if code.startswith(_OWN)]
    return f"{_OWN}{max((int(code.removeprefix(_OWN)) for code in used), default=0) + 1}"


def _taken(actor: Actor, contract: Contract, code: str, numbers: Mapping[str, object]) -> Clause:
    source = library().clauses.get(code)
    if source is None:
        raise ValidationError({"code": told("The library has no such clause.")})
    facts = _said(contract, code, numbers) | {
        "contract": contract, "position": _next(contract), "code": code, "library_version": source.version,
        "title": source.title.zh, "title_en": source.title.en, "demands": list(source.meets),
    }  # fmt: skip
    return row_add(Clause(), actor=actor, event=events.CLAUSE_ADDED, columns=OF_CONTRACT, **facts)


def _said(contract: Contract, code: str, numbers: Mapping[str, object]) -> dict[str, Any]:
    source = library().clauses[code]
    try:
        read = numbers_read(source, numbers)
    except ValueError as error:
        raise ValidationError({"numbers": str(error)}) from error
    said = source.said(read, vars(contract))
    return {"numbers": read, "text": said.zh, "text_en": said.en}


def _next(contract: Contract) -> int:
    return int(contract.clauses.aggregate(last=Max("position"))["last"] or 0) + 1


def _own_need(facts: dict[str, Any]) -> None:
    need_known(facts, OWN_FIELDS)
    demands = facts.get("demands", [])
    if not isinstance(demands, list) or set(demands) - library().demands.keys():
        raise ValidationError({"demands": told("Choose among the demands of the library.")})
    if not facts.get("reason", "").strip():
        raise ValidationError({"reason": told("Say why the text meets what is demanded.")})


def _person(actor: Actor) -> int:
    """Who wrote or checked it: somebody, or nobody could tell the two apart. Raises NotPermitted."""
    if actor.person_id is None:
        raise NotPermitted(actor=actor.name, permission=CLAUSE_WRITE.name)
    return actor.person_id
