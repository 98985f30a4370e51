"""What a contract can be, and how far it can have come."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class ContractKind(TextChoices):
    """Its place among others, as Chinese practice and the EU's register have it."""

    STANDALONE = "standalone", _("Standalone")
    OVERARCHING = "overarching", _("Overarching")
    SUBSEQUENT = "subsequent", _("Subsequent to an overarching one")


class ContractState(TextChoices):
    """How far it has come."""

    DRAFT = "draft", _("Draft")
    OFFERED = "offered", _("Offered to the contractor")
    AGREED = "agreed", _("Agreed by the contractor")
    SIGNED = "signed", _("Signed, not in force yet")
    IN_FORCE = "in_force", _("In force")
    AMENDED = "amended", _("In force as amended")
    TERMINATED = "terminated", _("Terminated")
    EXPIRED = "expired", _("Expired")
    GIVEN_UP = "given_up", _("Given up")


UNSIGNED = (ContractState.DRAFT, ContractState.OFFERED, ContractState.AGREED)
RUNNING = (ContractState.IN_FORCE, ContractState.AMENDED)
BINDING = (ContractState.SIGNED, *RUNNING)
OVER = (ContractState.TERMINATED, ContractState.EXPIRED, ContractState.GIVEN_UP)


class SealKind(TextChoices):
    """Which seal is put to a contract."""

    CONTRACT = "contract", _("Contract seal")
    OFFICIAL = "official", _("Official seal")
    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative's seal")


class Bound(TextChoices):
    """Whom a confidentiality agreement binds."""

    ORGANISATION = "organisation", _("The contractor")
    PERSON = "person", _("A person of the contractor")


class PaymentKind(TextChoices):
    """What a payment of the plan is for (预付款, 里程碑款, 按期支付, 尾款, 履约保证金)."""

    PREPAYMENT = "prepayment", _("Prepayment")
    MILESTONE = "milestone", _("Milestone")
    PERIODIC = "periodic", _("Of a period")
    BALANCE = "balance", _("Balance")
    BOND = "bond", _("Performance bond")


class InvoiceState(TextChoices):
    """How far an invoice has come."""

    HANDED_IN = "handed_in", _("Handed in")
    MATCHED = "matched", _("Matched with the plan")
    RELEASED = "released", _("Released for payment")
    REFUSED = "refused", _("Refused")


COUNTED = (InvoiceState.MATCHED, InvoiceState.RELEASED)


class Ground(TextChoices):
    """Why a contract ends before or at its end."""

    EXPIRY = "expiry", _("It is not renewed")
    BREACH = "breach", _("Breach of the other side")
    FORCE_MAJEURE = "force_majeure", _("Force majeure, by consultation")
