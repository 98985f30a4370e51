"""Documents, as far as an actor may see them: those of records that they see, shown to their side."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import NOTHING, reach
from guanbao.platform.actors import Actor
from guanbao.platform.files.attaching import attached
from guanbao.platform.files.choices import State
from guanbao.platform.files.models import Document
from guanbao.platform.files.permissions import DOCUMENT_RELEASE, DOCUMENT_VIEW, DOCUMENT_VIEW_CONFIDENTIAL
from guanbao.platform.identity.choices import Side

SIDES = {Side.INSTITUTION: "institution", Side.CONTRACTOR: "shared_with"}


def documents_visible(*, actor: Actor) -> QuerySet[Document]:
    """Documents of records that the actor sees and that are shown to their side; confidential ones to who may."""
    actor = actor.read_once()
    rows = _within(actor, DOCUMENT_VIEW)
    if _reaches_as_far(actor, DOCUMENT_VIEW_CONFIDENTIAL):
        return rows
    return rows.filter(Q(is_confidential=False) | Q(pk__in=_within(actor, DOCUMENT_VIEW_CONFIDENTIAL).values("pk")))


def documents_reached(*, actor: Actor, permission: Permission) -> QuerySet[Document]:
    """Those of them with which the actor may do something."""
    actor = actor.read_once()
    rows = documents_visible(actor=actor)
    return rows if _reaches_as_far(actor, permission) else rows.filter(pk__in=_within(actor, permission).values("pk"))


def documents_readable(*, actor: Actor) -> QuerySet[Document]:
    """Those of them whose bytes the actor may have: clean ones, and to look into them what waits in quarantine.

    That is for who may release them, and has not sent them.
    """
    actor = actor.read_once()
    looked_into = documents_reached(actor=actor, permission=DOCUMENT_RELEASE).exclude(added_by=actor.person_id or 0)
    waiting = Q(state=State.QUARANTINED, pk__in=looked_into.values("pk"))
    return documents_visible(actor=actor).filter(Q(state=State.CLEAN) | waiting)


def _reaches_as_far(actor: Actor, permission: Permission) -> bool:
    """Whether a permission reaches what the actor may see: then the database need not be asked twice."""
    return reach(actor, permission) == reach(actor, DOCUMENT_VIEW)


def _within(actor: Actor, permission: Permission) -> QuerySet[Document]:
    """Documents of the actor's side, of records that they see and that the permission reaches."""
    found = reach(actor, permission)
    rows = Document.objects.all()
    if found.everywhere:
        return rows
    if found.is_empty or found.side is None:
        return rows.filter(NOTHING)
    ours = Q(**{SIDES[found.side]: actor.organisation_id})
    records = [
        Q(record=each.name, record_id__in=found.rows(each.rows(actor=actor), each.columns).order_by().values("pk"))
        for each in attached()
    ]
    return rows.filter(ours & reduce(or_, records, NOTHING))
