"""The contract as a Word document: filed when it is offered, compared when it comes back, changes taken over or not."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.contracts import events
from guanbao.apps.contracts.choices import ContractState
from guanbao.apps.contracts.comparing import Change, Difference, differences
from guanbao.apps.contracts.errors import ContractNotNow, FactsDiffer, ReturnedDiffers
from guanbao.apps.contracts.lines import CLAUSE, Line, lines_of
from guanbao.apps.contracts.models import Clause, Contract, Returned
from guanbao.apps.contracts.permissions import CLAUSE_WRITE, CONTRACT_COMPARE
from guanbao.apps.contracts.reading import Read, docx_read
from guanbao.apps.contracts.selectors import CONTRACTS, OF_CONTRACT
from guanbao.apps.contracts.services.clauses import REMOVED, own_code
from guanbao.apps.contracts.services.drafting import contract_held, contract_reopen
from guanbao.apps.contracts.writing import docx_written
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need_object, reach
from guanbao.platform.access.writes import row_add, row_edit, row_remove
from guanbao.platform.actors import Actor
from guanbao.platform.files.choices import State
from guanbao.platform.files.contents.types import TYPES
from guanbao.platform.files.models import Document
from guanbao.platform.files.selectors import documents_visible
from guanbao.platform.files.services.adding import document_add, document_renew
from guanbao.platform.files.services.reading import document_pieces
from guanbao.platform.files.storing import spooled
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import told

RECORD = "contracts"
_KIND = "contract"
_HEADING = re.compile("第[0-9一二三四五六七八九十百]+条")
_SHOWN = (ContractState.OFFERED, ContractState.AGREED)


def document_filed(*, actor: Actor, contract: Contract) -> Contract:
    """File what a contract says as a Word document that both sides can fetch; a later one is a new version of it.

    Within the transaction that shows the contract to the contractor. Raises DocumentNotWritten, and as documents do.
    """
    made = [docx_written(lines_of(contract))]
    title = f"{contract.reference} {contract.title}"[:200]
    if contract.document is None:
        document = document_add(
            actor=actor, record=RECORD, record_id=contract.pk, kind=_KIND, title=title, pieces=made, is_shared=True,
            is_ours=True,
        )  # fmt: skip
    else:
        document = document_renew(actor=actor, document=contract.document, title=title, pieces=made, is_ours=True)
    return row_edit(contract, actor=actor, event=events.CONTRACT_WRITTEN, columns=CONTRACTS, document=document)


def returned_add(*, actor: Actor, contract: Contract, document: Document) -> Returned:
    """Compare a file that came back with what the contract says. The file was sent on the contract's page before.

    Raises NotPermitted, ContractNotNow, ReturnedUnreadable, ReturnedTooLong, and as documents do; ValidationError.
    """
    need_object(actor, CONTRACT_COMPARE, contract, CONTRACTS)
    _fit_need(actor, contract, document)
    read = _read(document)
    with transaction.atomic():
        held = contract_held(contract, *_SHOWN)
        sent = lines_of(held)
        counted = Counter(each.change for each in differences(sent, read.lines))
        facts = {str(kind): counted[kind] for kind in (Change.CHANGED, Change.ADDED, Change.REMOVED)}
        return row_add(
            Returned(sent=[list(each) for each in sent], lines=list(read.lines), faults=list(read.faults)),
            actor=actor, event=events.RETURNED_COMPARED, columns=OF_CONTRACT, contract=held, document=document,
            side=reach(actor, CONTRACT_COMPARE).side or Side.INSTITUTION, compared_at=timezone.now(),
            is_same=not any(facts.values()) and not read.faults, **facts,
        )  # fmt: skip


def returned_accept(*, actor: Actor, returned: Returned, accepted_reason: str) -> Returned:
    """Take the changes of clauses over into the draft, where they are texts of one's own.

    They are to be checked by another, offered, agreed and approved anew. What is no clause is changed by hand.
    Raises NotPermitted, ContractNotNow, FactsDiffer; ValidationError by field.
    """
    need_object(actor, CLAUSE_WRITE, returned, OF_CONTRACT)
    if actor.person_id is None:
        raise NotPermitted(actor=actor.name, permission=CLAUSE_WRITE.name)
    if not accepted_reason.strip():
        raise ValidationError({"accepted_reason": told("Say why.")})
    with transaction.atomic():
        contract = contract_held(returned.contract, *_SHOWN)
        found = _open(contract)
        if found is None or found.pk != returned.pk:
            state = str(ContractState(contract.state).label)
            raise ContractNotNow(reference=contract.reference, state=state)
        gathered = _by_clause(differences(lines_of(contract), found.lines), found.faults)
        contract_reopen(actor=actor, contract=contract)
        for code, rows in gathered.items():
            _taken_over(actor, contract.clauses.get(code=code), rows, accepted_reason)
        return row_edit(
            found, actor=actor, event=events.RETURNED_ACCEPTED, columns=OF_CONTRACT, accepted_by_id=actor.person_id,
            accepted_at=timezone.now(), accepted_reason=accepted_reason,
        )  # fmt: skip


def returned_need_same(contract: Contract) -> None:
    """That the file which came back last, if one did, says what is to be signed. Raises ReturnedDiffers."""
    if (n := differs(contract)) is not None:
        raise ReturnedDiffers(reference=contract.reference, n=n)


def differs(contract: Contract) -> int | None:
    """How many lines of the file that came back last differ from what the contract says now; None, where none does.

    A fault in it counts as a line: nobody knows what is shown there.
    """
    found = contract.returned.order_by("-pk").first()
    if found is None:
        return None
    every = differences(lines_of(contract), found.lines)
    n = sum(each.change is not Change.SAME for each in every) + len(found.faults)
    return n or None


def sent_of(returned: Returned) -> list[Line]:
    """What the contract said when it was compared."""
    return [Line(*each) for each in returned.sent]


def _open(contract: Contract) -> Returned | None:
    """The file that came back last, while it differs and nobody has accepted that."""
    found = contract.returned.order_by("-pk").first()
    return None if found is None or found.accepted_at is not None or differs(contract) is None else found


def _fit_need(actor: Actor, contract: Contract, document: Document) -> None:
    """That the file is of this contract, of Word, seen by both sides, and not compared before."""
    theirs = documents_visible(actor=actor).filter(pk=document.pk, record=RECORD, record_id=contract.pk)
    said = ""
    if not theirs.filter(state__in=(State.CLEAN, State.QUARANTINED)).exists():
        said = told("Send the file on the contract's page first.")
    elif document.media != TYPES["docx"].media:
        said = told("This is no Word document.")
    elif not document.is_shared or document.is_confidential:
        said = told("Both sides have to see the file: show it to the contractor first.")
    elif Returned.objects.filter(document=document).exists():
        said = told("This file was compared already; send it anew.")
    if said:
        raise ValidationError({"document": said})


def _read(document: Document) -> Read:
    with spooled(document_pieces(document), document.size) as (file, size):
        return docx_read(file, size)


def _by_clause(every: list[Difference], faults: list[str]) -> dict[str, list[Difference]]:
    """The clauses in which something differs, each with all its lines. Raises FactsDiffer."""
    beyond = sorted(faults) + sorted({
        each.returned or each.sent for each in every
        if each.change is not Change.SAME and not each.part.startswith(f"{CLAUSE}:")
    })  # fmt: skip
    if beyond:
        raise FactsDiffer(what="; ".join(each[:60] for each in beyond[:5]))
    touched = {each.part for each in every if each.change is not Change.SAME}
    gathered: dict[str, list[Difference]] = {}
    for each in every:
        if each.part in touched:
            gathered.setdefault(each.part.removeprefix(f"{CLAUSE}:"), []).append(each)
    return gathered


def _taken_over(actor: Actor, clause: Clause, rows: list[Difference], reason: str) -> None:
    """A clause as it came back: gone where nothing is left of it, else a text of one's own that meets the same."""
    heading, *rest = rows
    body = [each for each in rest if each.returned]
    if headed := [each.returned for each in body if each.change is Change.ADDED and _HEADING.match(each.returned)]:
        raise FactsDiffer(what=headed[0][:60])
    if heading.change is not Change.SAME and (heading.returned or body):
        raise FactsDiffer(what=(heading.returned or heading.sent)[:60])
    facts: dict[str, Any] = {
        field: "\n".join(each.returned for each in body if each.style == style)
        for field, style in (("text", "text"), ("text_en", "english"))
    }
    facts |= {"reason": reason, "written_by_id": actor.person_id, "checked_by_id": None, "checked_at": None}
    if clause.is_own and body:
        row_edit(clause, actor=actor, event=events.CLAUSE_REWRITTEN, columns=OF_CONTRACT, **facts)
        return
    facts |= {name: getattr(clause, name) for name in ("contract", "position", "title", "title_en", "demands")}
    facts["code"] = own_code(clause.contract)
    row_remove(clause, actor=actor, event=events.CLAUSE_REMOVED, columns=OF_CONTRACT, told=REMOVED)
    if body:
        row_add(Clause(), actor=actor, event=events.CLAUSE_WRITTEN, columns=OF_CONTRACT, **facts)
