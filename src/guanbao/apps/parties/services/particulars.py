"""Writes about what parties are known by and whom to reach there."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from guanbao.apps.parties import events
from guanbao.apps.parties.choices import Scheme
from guanbao.apps.parties.models import Contact, Contractor, Identifier, Institution
from guanbao.apps.parties.permissions import CONTACT_EDIT, IDENTIFIER_EDIT
from guanbao.apps.parties.selectors import CONTRACTORS, IDENTIFIERS, INSTITUTIONS, PARTICULARS
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit, row_remove
from guanbao.platform.actors import Actor
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
    identifier = Identifier(scheme=scheme, value=value)
    return identifier_keep(actor, identifier, institution=institution, contractor=contractor)


def identifier_keep(
    actor: Actor, identifier: Identifier, *, institution: Institution, contractor: Contractor | None
) -> Identifier:
    """Save an identifier of whoever was asked for already, and tell of it. Raises ValidationError by field."""
    fields = {"institution": institution, "contractor": contractor, "scheme": identifier.scheme}
    return row_add(
        identifier,
        actor=actor,
        event=events.IDENTIFIER_ADDED,
        columns=IDENTIFIERS,
        value=identifier.value,
        **fields,
    )


def identifier_remove(*, actor: Actor, identifier: Identifier) -> Identifier:
    """Remove an identifier that was entered wrongly. Raises NotPermitted."""
    need_object(actor, IDENTIFIER_EDIT, identifier, IDENTIFIERS)
    kept = ("scheme", "value")
    return row_remove(identifier, actor=actor, event=events.IDENTIFIER_REMOVED, columns=IDENTIFIERS, told=kept)


def contact_add(
    *, actor: Actor, contractor: Contractor, name: str, post: str = "", phone: str = "", email: str = ""
) -> Contact:
    """Enter whom to reach at a contractor. Raises NotPermitted; ValidationError by field."""
    need_object(actor, CONTACT_EDIT, contractor, CONTRACTORS)
    fields = {"contractor": contractor, "name": name, "post": post, "phone": phone, "email": email}
    return row_add(Contact(), actor=actor, event=events.CONTACT_ADDED, columns=PARTICULARS, **fields)


def contact_edit(*, actor: Actor, contact: Contact, name: str, post: str, phone: str, email: str) -> Contact:
    """Correct a contact. Raises NotPermitted; ValidationError by field."""
    need_object(actor, CONTACT_EDIT, contact, PARTICULARS)
    fields = {"name": name, "post": post, "phone": phone, "email": email}
    return row_edit(contact, actor=actor, event=events.CONTACT_EDITED, columns=PARTICULARS, **fields)


def contact_remove(*, actor: Actor, contact: Contact) -> Contact:
    """Remove a contact: who is no longer needed is no longer kept. Raises NotPermitted."""
    need_object(actor, CONTACT_EDIT, contact, PARTICULARS)
    kept = ("contractor",)
    return row_remove(contact, actor=actor, event=events.CONTACT_REMOVED, columns=PARTICULARS, told=kept)
