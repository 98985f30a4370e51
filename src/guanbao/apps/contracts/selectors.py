"""Contracts and what belongs to them, as far as an actor may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Q, QuerySet, When

from guanbao.apps.arrangements.choices import BEFORE_CONTRACT, Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.contracts.choices import BINDING, OVER
from guanbao.apps.contracts.models import (
    Clause,
    Comment,
    Confidentiality,
    Contract,
    Invoice,
    Payment,
    Returned,
    Sealing,
    Signatory,
)
from guanbao.apps.contracts.permissions import CONTRACT_VIEW, SEAL_VIEW
from guanbao.platform.access.reach import Columns, reach
from guanbao.platform.actors import Actor


def columns(prefix: str = "") -> Columns:
    """Where scopes are found from a model whose lookup of the contract is `prefix`; the contractor's once offered."""
    return Columns(
        institution=f"{prefix}institution__organisation",
        contractor=f"{prefix}shared_with",
        department=f"{prefix}arrangement__department",
        arrangement=f"{prefix}arrangement",
        over=(f"{prefix}arrangement__stage", Stage.CLOSED),
    )


CONTRACTS = columns()
OF_CONTRACT = columns("contract__")
CONFIDENTIALITIES = Columns(institution="institution__organisation", contractor="contractor__organisation")


def contracts_visible(*, actor: Actor) -> QuerySet[Contract]:
    """Contracts; of a contractor those that were offered to it."""
    rows = Contract.objects.select_related("institution", "arrangement", "contractor")
    return reach(actor, CONTRACT_VIEW).rows(rows, CONTRACTS)


def clauses_visible(*, actor: Actor) -> QuerySet[Clause]:
    """Clauses of contracts."""
    return _of_contract(Clause.objects.all(), actor)


def signatories_visible(*, actor: Actor) -> QuerySet[Signatory]:
    """Who signs contracts."""
    return _of_contract(Signatory.objects.all(), actor)


def comments_visible(*, actor: Actor) -> QuerySet[Comment]:
    """What is said about contracts."""
    return _of_contract(Comment.objects.all(), actor)


def payments_visible(*, actor: Actor) -> QuerySet[Payment]:
    """Payments of plans."""
    return _of_contract(Payment.objects.select_related("contract__institution", "reached"), actor)


def invoices_visible(*, actor: Actor) -> QuerySet[Invoice]:
    """Invoices."""
    return _of_contract(Invoice.objects.select_related("payment__contract__institution"), actor)


def returned_visible(*, actor: Actor) -> QuerySet[Returned]:
    """Files of contracts that came back."""
    return _of_contract(Returned.objects.select_related("contract__institution", "document"), actor)


def sealings_visible(*, actor: Actor) -> QuerySet[Sealing]:
    """Uses of the seal: the institution's own."""
    inside = Columns(institution="contract__institution__organisation", department="contract__arrangement__department")
    return reach(actor, SEAL_VIEW).rows(Sealing.objects.select_related("contract"), inside)


def confidentialities_visible(*, actor: Actor) -> QuerySet[Confidentiality]:
    """Confidentiality agreements."""
    rows = Confidentiality.objects.select_related("institution", "contractor")
    return reach(actor, CONTRACT_VIEW).rows(rows, CONFIDENTIALITIES)


def contract_of(arrangement: Arrangement) -> Contract | None:
    """The contract of an arrangement, whoever asks: the latest that binds, else the latest that is on its way.

    After a renewal what was signed before it is not the contract that is asked for. An amendment never is.
    """
    rows = Contract.objects.filter(arrangement=arrangement, amends=None).exclude(state__in=OVER)
    if arrangement.renewals and arrangement.stage in BEFORE_CONTRACT:
        rows = rows.filter(Q(signed_on=None) | Q(signed_on__gte=arrangement.stage_since))
    first = Case(When(state__in=BINDING, then=0), default=1)
    found = rows.order_by(first, "-pk").first()
    if found is not None:
        found.arrangement = arrangement  # several gates ask for it: to join what is at hand costs more than the rest
    return found


def _of_contract(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    return reach(actor, CONTRACT_VIEW).rows(rows.select_related("contract"), OF_CONTRACT)
