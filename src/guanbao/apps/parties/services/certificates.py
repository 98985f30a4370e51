"""Writes about licences and certificates. What the institution has not seen stands as unverified."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from guanbao.apps.parties import events
from guanbao.apps.parties.choices import CertificateKind, Verification
from guanbao.apps.parties.models import Certificate, Contractor
from guanbao.apps.parties.permissions import CERTIFICATE_EDIT, CERTIFICATE_VERIFY
from guanbao.apps.parties.selectors import CONTRACTORS, PARTICULARS
from guanbao.platform.access.reach import need_object, reach
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.ledger.services import ledger_append


def certificate_add(
    *,
    actor: Actor,
    contractor: Contractor,
    kind: CertificateKind | str,
    name: str,
    number: str,
    issuer: str,
    valid_from: date,
    valid_until: date | None = None,
    scope: str = "",
) -> Certificate:
    """Enter a certificate; it is verified where the institution's own people enter it who may verify.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, CERTIFICATE_EDIT, contractor, CONTRACTORS)
    return row_add(
        Certificate(),
        actor=actor,
        event=events.CERTIFICATE_ADDED,
        columns=PARTICULARS,
        contractor=contractor,
        kind=kind,
        name=name,
        number=number,
        issuer=issuer,
        valid_from=valid_from,
        valid_until=valid_until,
        scope=scope,
        **_verification(actor, contractor),
    )


def certificate_edit(
    *,
    actor: Actor,
    certificate: Certificate,
    kind: CertificateKind | str,
    name: str,
    number: str,
    issuer: str,
    valid_from: date,
    valid_until: date | None,
    scope: str,
) -> Certificate:
    """Correct a certificate; what the contractor changes has to be verified again.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, CERTIFICATE_EDIT, certificate, PARTICULARS)
    with transaction.atomic():
        certificate = Certificate.objects.select_for_update().get(pk=certificate.pk)
        change = row_change(
            certificate,
            kind=kind,
            name=name,
            number=number,
            issuer=issuer,
            valid_from=valid_from,
            valid_until=valid_until,
            scope=scope,
        )
        if change.after:
            seen = row_change(certificate, **_verification(actor, certificate.contractor))
            certificate.save()
            ledger_append(
                actor=actor,
                event=events.CERTIFICATE_EDITED,
                subject=certificate,
                before=change.before | seen.before,
                after=change.after | seen.after,
                scopes=PARTICULARS.scopes_of(certificate),
            )
    return certificate


def certificate_verify(*, actor: Actor, certificate: Certificate) -> Certificate:
    """State that the institution has seen the certificate. Raises NotPermitted."""
    need_object(actor, CERTIFICATE_VERIFY, certificate, PARTICULARS)
    seen = {"verification": Verification.VERIFIED, "verified_on": timezone.localdate()}
    with transaction.atomic():
        if not Certificate.objects.select_for_update().filter(pk=certificate.pk, verification=seen["verification"]):
            row_edit(certificate, actor=actor, event=events.CERTIFICATE_VERIFIED, columns=PARTICULARS, **seen)
    return Certificate.objects.get(pk=certificate.pk)


def _verification(actor: Actor, contractor: Contractor) -> dict[str, object]:
    may = reach(actor, CERTIFICATE_VERIFY).rows(Contractor.objects.filter(pk=contractor.pk), CONTRACTORS)
    if not may.exists():
        return {"verification": Verification.UNVERIFIED, "verified_on": None}
    return {"verification": Verification.VERIFIED, "verified_on": timezone.localdate()}
