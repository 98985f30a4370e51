"""Writes about what parties are known by and whom to reach there."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from guanbao.apps.parties import events
from guanbao.apps.parties.choices import Scheme
from guanbao.apps.parties.models import Contact, Contractor, Identifier, Institution
from guanbao.apps.parties.permissions import CONTACT_EDIT, IDENTIFIER_EDIT
from guanbao.apps.parties.selectors import CONTRACTORS, IDENTIFIERS, INSTITUTIONS, PARTICULARS
from guanbao.platform.access.reach import need_object
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told


def identifier_add(
    *,
    actor: Actor,
    scheme: Scheme | str,
    value: str,
    institution: Institution | None = None,
    contractor: Contractor | None = None,
) -> Identifier:
    """Enter what a contractor is known by, or, where none is named, the institution.

    Raises NotPermitted; ValidationError by field.
    """
    if contractor is not None:
        need_object(actor, IDENTIFIER_EDIT, contractor, CONTRACTORS)
        if institution is not None and institution.pk != contractor.institution_id:
            raise ValidationError({"contractor": told("This contractor is another institution's.")})
        institution = contractor.institution
    elif institution is not None:
        need_object(actor, IDENTIFIER_EDIT, institution, INSTITUTIONS)
    else:
        raise ValidationError({"contractor": told("Say whose identifier it is.")})
    with transaction.atomic():
        identifier = Identifier(scheme=scheme, value=value)
        return identifier_keep(actor, identifier, institution=institution, contractor=contractor)


def identifier_keep(
    actor: Actor, identifier: Identifier, *, institution: Institution, contractor: Contractor | None
) -> Identifier:
    """Save an identifier of whoever was asked for already, and tell of it. Raises ValidationError by field."""
    change = row_change(
        identifier,
        institution=institution,
        contractor=contractor,
        scheme=identifier.scheme,
        value=identifier.value,
    )
    identifier.save()
    ledger_append(
        actor=actor,
        event=events.IDENTIFIER_ADDED,
        subject=identifier,
        after=change.after | {"value": identifier.value},
        scopes=_scopes_of_identifier(identifier),
    )
    return identifier


def identifier_remove(*, actor: Actor, identifier: Identifier) -> Identifier:
    """Remove an identifier that was entered wrongly. Raises NotPermitted."""
    need_object(actor, IDENTIFIER_EDIT, identifier, IDENTIFIERS)
    with transaction.atomic():
        identifier = Identifier.objects.select_for_update().get(pk=identifier.pk)
        ledger_append(
            actor=actor,
            event=events.IDENTIFIER_REMOVED,
            subject=identifier,
            before={"scheme": identifier.scheme, "value": identifier.value},
            scopes=_scopes_of_identifier(identifier),
        )
        Identifier.objects.filter(pk=identifier.pk).delete()
    return identifier


def contact_add(
    *, actor: Actor, contractor: Contractor, name: str, post: str = "", phone: str = "", email: str = ""
) -> Contact:
    """Enter whom to reach at a contractor. Raises NotPermitted; ValidationError by field."""
    need_object(actor, CONTACT_EDIT, contractor, CONTRACTORS)
    with transaction.atomic():
        contact = Contact()
        change = row_change(contact, contractor=contractor, name=name, post=post, phone=phone, email=email)
        contact.save()
        after = change.after | {"contact": contact.pk}
        ledger_append(
            actor=actor, event=events.CONTACT_ADDED, subject=contact, after=after, scopes=scopes_of(contractor)
        )
    return contact


def contact_edit(*, actor: Actor, contact: Contact, name: str, post: str, phone: str, email: str) -> Contact:
    """Correct a contact. Raises NotPermitted; ValidationError by field."""
    need_object(actor, CONTACT_EDIT, contact, PARTICULARS)
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact.pk)
        change = row_change(contact, name=name, post=post, phone=phone, email=email)
        if change.after:
            contact.save()
            ledger_append(
                actor=actor,
                event=events.CONTACT_EDITED,
                subject=contact,
                before=change.before,
                after=change.after | {"contact": contact.pk},
                scopes=scopes_of(contact.contractor),
            )
    return contact


def contact_remove(*, actor: Actor, contact: Contact) -> Contact:
    """Remove a contact: who is no longer needed is no longer kept. Raises NotPermitted."""
    need_object(actor, CONTACT_EDIT, contact, PARTICULARS)
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact.pk)
        before = {"contact": contact.pk, "contractor": contact.contractor_id}
        scopes = scopes_of(contact.contractor)
        ledger_append(actor=actor, event=events.CONTACT_REMOVED, subject=contact, before=before, scopes=scopes)
        Contact.objects.filter(pk=contact.pk).delete()
    return contact


def scopes_of(contractor: Contractor) -> dict[str, int]:
    """Whose an event about a contractor is."""
    return {"institution": contractor.institution.organisation_id, "contractor": contractor.organisation_id}


def _scopes_of_identifier(identifier: Identifier) -> dict[str, int]:
    if identifier.contractor is not None:
        return scopes_of(identifier.contractor)
    return {"institution": identifier.institution.organisation_id}
