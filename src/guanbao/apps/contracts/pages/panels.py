"""What stands on a contract's page: its way and what comes next, its text, the matrix of demands, comments."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from guanbao.apps.contracts.choices import BINDING, ContractState, PaymentKind
from guanbao.apps.contracts.comparing import Change, Difference, Piece, differences, pieces
from guanbao.apps.contracts.coverage import coverage_of, missing_of, report_of
from guanbao.apps.contracts.library import demand_titles
from guanbao.apps.contracts.lines import CLAUSE
from guanbao.apps.contracts.models import Contract, Invoice, Payment, Returned
from guanbao.apps.contracts.permissions import CONTRACT_COMPARE, CONTRACT_EDIT, CONTRACT_VIEW, INVOICE_ADD
from guanbao.apps.contracts.plans import ZERO, Left, billed, credit_left, due_of, faults_of, plan_left
from guanbao.apps.contracts.selectors import comments_visible, contracts_visible, returned_visible
from guanbao.apps.contracts.services.amending import TERMS
from guanbao.apps.contracts.services.clauses import clause_write
from guanbao.apps.contracts.services.returning import RECORD, differs, sent_of
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.files.choices import State
from guanbao.platform.files.contents.types import TYPES
from guanbao.platform.files.models import Document
from guanbao.platform.files.selectors import documents_readable, documents_visible
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.obligations.calendars import today_of, workdays_of
from guanbao.platform.obligations.days import Workdays
from guanbao.platform.telling import cell
from guanbao.platform.wording import _, told
from guanbao.web.resource import Panel

_MOST = 200
_ENDING = (
    "completed_on", "warned_on", "ends_because", "noticed_on", "terminates_on", "ends_reason", "given_up_reason",
)  # fmt: skip


class Step(NamedTuple):
    """A step of the way to a signature: what it is, how it stands, and the page where it is done."""

    title: str
    is_done: bool
    said: str
    url: str


def inside(actor: Actor) -> bool:
    """Whether somebody is of the institution: what it thinks is not the contractor's to read."""
    found = reach(actor, CONTRACT_VIEW)
    return found.everywhere or found.side is Side.INSTITUTION


def clause_written(*, actor: Actor, contract: Contract, **facts: Any) -> Contract:  # noqa: ANN401 - as clause_write
    """Write a clause of one's own; the contract stays in hand."""
    clause_write(actor=actor, contract=contract, **facts)
    return contract


def _way(_actor: Actor, contract: Contract) -> dict[str, Any]:
    """What is done and what is to do until it is signed."""
    at = f"/contracts/{contract.pk}/"
    lacking = missing_of(contract)
    agreed = contract.state in (ContractState.AGREED, *BINDING)
    sealed = contract.sealings.exclude(approved_by=None).exists()
    steps = [
        Step(told("Every clause that is demanded"), not lacking,
             told("{n} missing", n=len(lacking)) if lacking else "", f"{at}?tab=coverage"),
        Step(told("The payments are the price"), plan_left(contract).is_nothing, "", f"{at}?tab=plan"),
        Step(told("Offered to the contractor"), contract.state != ContractState.DRAFT, "", f"{at}offer"),
        Step(told("Agreed by the contractor"), agreed, _day(contract.agreed_on), f"{at}?tab=comments"),
        Step(told("Approved by the institution"),
             contract.approved_on is not None, _day(contract.approved_on), f"{at}?tab=approvals"),
    ]  # fmt: skip
    if contract.returned.exists():
        lines = differs(contract)
        said = told("{n} lines differ", n=lines) if lines else ""
        steps.append(Step(told("The returned file says the same"), lines is None, said, f"{at}?tab=returned-files"))
    report = report_of(contract.arrangement)
    if report is not None:
        said = _day(contract.reported_on) or told("{n} working days before signing", n=report.workdays)
        steps.append(Step(str(report.title), contract.reported_on is not None, said, f"{at}report"))
    steps += [
        Step(told("Seal approved by a second person"), sealed, "", f"{at}?tab=seal-records"),
        Step(told("Signed by both sides"), contract.state in BINDING, _day(contract.signed_on), f"{at}sign"),
    ]
    following = next((step for step in steps if not step.is_done), None)
    return {"steps": steps, "following": following}


def _text(actor: Actor, contract: Contract) -> dict[str, Any]:
    """The clauses in the reader's language, and the ways to change them."""
    may = contract.state == ContractState.DRAFT and not reach(actor, CONTRACT_EDIT).is_empty
    rows = contract.clauses.order_by("position", "pk")
    return {"clauses": rows, "add": f"{reverse('contract-clauses-add')}?contract={contract.pk}" if may else ""}


def _coverage(actor: Actor, contract: Contract) -> dict[str, Any]:
    """Demand by demand: the clauses that meet it, and for what is missing those of the library that would."""
    found = coverage_of(contract)
    rows = [row for _set, every in found for row in every]
    may = contract.state == ContractState.DRAFT and not reach(actor, CONTRACT_EDIT).is_empty
    return {
        "sets": found,
        "met": sum(row.is_met for row in rows),
        "all": len(rows),
        "add": f"{reverse('contract-clauses-add')}?contract={contract.pk}&code=" if may else "",
        "fill": f"/contracts/{contract.pk}/fill" if may else "",
    }


class Line(NamedTuple):
    """A payment as the plan tells it."""

    row: Payment
    share: str
    net: str
    vat: str
    gross: str
    due_on: str
    colour: str
    invoiced: str
    is_paid: bool


def _line(payment: Payment, bills: dict[tuple[int, bool], Left], working: Workdays, today: date) -> Line:
    due, nothing = due_of(payment, working), Left(ZERO, ZERO)
    so_far, released = (bills.get((payment.pk, is_released), nothing) for is_released in (False, True))
    paid = released == (payment.amount_net, payment.amount_vat)
    late = due is not None and due < today and not paid and payment.kind != PaymentKind.BOND
    share = "" if payment.percent is None else f"{payment.percent.normalize():f} %"
    net, vat, gross = (f"{value:,}" for value in (payment.amount_net, payment.amount_vat, payment.amount_gross))
    said = f"{so_far.net + so_far.vat:,}"
    return Line(payment, share, net, vat, gross, _day(due), "red" if late else "", said, paid)


def _plan(actor: Actor, contract: Contract) -> dict[str, Any]:
    """The payments with their days, what is left of the price, and what stands to the institution's credit."""
    organisation = contract.institution.organisation_id
    rows = contract.payments.select_related("contract__institution", "reached").order_by("position", "pk")
    bills, working, today = billed(contract), workdays_of(organisation), today_of(organisation)
    left = plan_left(contract)
    may = contract.state == ContractState.DRAFT and not reach(actor, CONTRACT_EDIT).is_empty
    hands_in = contract.state in BINDING and not reach(actor, INVOICE_ADD).is_empty
    return {
        "lines": [_line(row, bills, working, today) for row in rows],
        "price": f"{contract.amount_gross:,} {contract.currency}",
        "left": left,
        "is_whole": left.is_nothing,
        "credit": f"{credit_left(contract):,}",
        "add": f"{reverse('contract-payments-add')}?contract={contract.pk}" if may else "",
        "invoice": f"{reverse('invoices-add')}?payment=" if hands_in else "",
    }


def _due(_actor: Actor, payment: Payment) -> dict[str, Any]:
    """When a payment is due, and how far it was invoiced."""
    organisation = payment.contract.institution.organisation_id
    return {"line": _line(payment, billed(payment.contract), workdays_of(organisation), today_of(organisation))}


def _matching(_actor: Actor, invoice: Invoice) -> dict[str, Any]:
    """What of an invoice does not fit, before anybody decides; what is paid."""
    return {"faults": list(faults_of(invoice)), "payable": invoice.amount_gross - invoice.credit_amount,
            "credit": credit_left(invoice.contract), "invoice": invoice}  # fmt: skip


def _ending(_actor: Actor, contract: Contract) -> dict[str, Any]:
    """What is known of the contract's end, and nothing of what is not."""
    fields: list[Any] = [contract._meta.get_field(name) for name in _ENDING]  # noqa: SLF001 - Django's published way
    shown = [(str(field.verbose_name), cell(contract, field.name)) for field in fields if getattr(contract, field.name)]
    return {"shown": shown}


def _comments(actor: Actor, contract: Contract) -> dict[str, Any]:
    """What both sides said; of the other side's people no names."""
    rows = list(comments_visible(actor=actor).filter(contract=contract.pk).order_by("-pk")[:_MOST])
    names = names_of((row.person_id for row in rows), organisation_id=actor.organisation_id)
    said = [
        (row.text, names.get(row.person_id or 0) or str(Side(row.side).label),
         date_format(timezone.localtime(row.at), "Y-m-d H:i"))
        for row in rows
    ]  # fmt: skip
    return {"said": said}


def _day(day: Any) -> str:  # noqa: ANN401 - a date or nothing
    return "" if day is None else day.isoformat()


def _amendments(actor: Actor, contract: Contract) -> dict[str, Any]:
    """What an amendment changes, term by term; of a contract its amendments, as far as the actor may see them."""
    main = contract.amends
    if main is None:
        rows = contracts_visible(actor=actor).filter(amends=contract.pk).order_by("effective_on", "pk")
        return {"rows": list(rows[:_MOST]), "terms": []}
    before = contract.replaced or {name: getattr(main, name) for name in TERMS}
    terms = []
    for name in TERMS:
        field: Any = contract._meta.get_field(name)  # noqa: SLF001 - Django's published way
        stands, now = cell(Contract(**{name: field.to_python(before[name])}), name), cell(contract, name)
        terms.append((str(field.verbose_name), stands, now, str(stands) != str(now)))
    return {"main": main, "terms": terms, "adds": f"{contract.amount_gross:,} {contract.currency}"}


def _document(actor: Actor, contract: Contract) -> dict[str, Any]:
    """The document to fetch, files that came back and are not compared yet, and how those differ that were."""
    made = contract.document
    fetched = made is not None and documents_readable(actor=actor).filter(pk=made.pk).exists()
    waiting: list[Document] = []
    ours = list(Document.objects.filter(series=made.series).values_list("pk", flat=True)) if made else []
    if contract.state in (ContractState.OFFERED, ContractState.AGREED) and not reach(actor, CONTRACT_COMPARE).is_empty:
        files = documents_visible(actor=actor).filter(record=RECORD, record_id=contract.pk, is_shared=True)
        files = files.filter(state__in=(State.CLEAN, State.QUARANTINED), media=TYPES["docx"].media)
        compared = Returned.objects.filter(contract=contract.pk).values("document")
        waiting = list(files.exclude(pk__in=compared).exclude(pk__in=ours).order_by("-pk")[:5])
    return {
        "document": made, "fetched": fetched, "waiting": waiting,
        "compare": f"{reverse('returned-files-add')}?contract={contract.pk}&document=",
        "came": list(returned_visible(actor=actor).filter(contract=contract.pk).order_by("-pk")[:5]),
    }  # fmt: skip


class Group(NamedTuple):
    """A part of a contract as it was compared: its heading, whether a rule demands it, its lines."""

    heading: str
    demanded: str
    rows: list[tuple[Change, list[Piece]]]

    @property
    def differs(self) -> bool:
        """Whether any of its lines does."""
        return any(change is not Change.SAME for change, _pieces in self.rows)


_PARTS = {
    "head": _("Title and parties"), "section": _("Headings"), "facts": _("Terms of the contract"),
    "payments": _("Payment plan"), "signatures": _("Signatures"),
}  # fmt: skip


def _compared(actor: Actor, returned: Returned) -> dict[str, Any]:
    """Part by part what was changed, added and removed; for the institution, which of it rules demand."""
    ours = inside(actor)
    clauses = {f"{CLAUSE}:{row.code}": row for row in returned.contract.clauses.all()} if ours else {}
    gathered: dict[str, list[Difference]] = {}
    for each in differences(sent_of(returned), returned.lines):
        gathered.setdefault(each.part, []).append(each)
    groups = []
    for part, rows in gathered.items():
        heading = str(_PARTS[part]) if part in _PARTS else next((row.sent for row in rows if row.sent), part)
        demanded = demand_titles(clauses[part].demands) if part in clauses else ""
        shown = [(row.change, pieces(row.sent, row.returned)) for row in rows]
        groups.append(Group(heading, demanded, shown))
    return {"groups": groups, "faults": returned.faults, "is_same": returned.is_same}


WAY = Panel("way", _("Until it is signed"), "contracts/way.html", _way, slot="side", may=inside, rank=10)
TEXT = Panel("text", _("Clauses"), "contracts/text.html", _text, rank=10)
COVERAGE = Panel("coverage", _("What is demanded"), "contracts/coverage.html", _coverage, may=inside, rank=15)
PLAN = Panel("plan", _("Payment plan"), "contracts/plan.html", _plan, rank=20)
DUE = Panel("due", _("Due"), "contracts/due.html", _due, slot="side")
MATCHING = Panel("matching", _("Against the plan"), "contracts/matching.html", _matching, slot="side", may=inside)
AMENDMENTS = Panel("amendments", _("Amendments"), "contracts/amendments.html", _amendments, rank=25)
DOCUMENT = Panel("file", _("Contract document"), "contracts/document.html", _document, slot="side", rank=15)
COMPARED = Panel("compared", _("Sent and returned"), "contracts/compared.html", _compared, rank=10)
ENDING = Panel("ending", _("Completion and end"), "contracts/ending.html", _ending, slot="side", rank=30)
COMMENTS = Panel("comments", _("Comments"), "contracts/comments.html", _comments, rank=60)
