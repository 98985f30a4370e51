"""Whom a contractor hands on to, and where it happens: sub-contractors and places, added and taken away."""

from __future__ import annotations

from datetime import date

from guanbao.apps.arrangements import events
from guanbao.apps.arrangements.choices import Activity
from guanbao.apps.arrangements.models import Arrangement, Link, Place
from guanbao.apps.arrangements.permissions import ARRANGEMENT_EDIT
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, OF_ARRANGEMENT
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_remove
from guanbao.platform.actors import Actor


def link_add(
    *,
    actor: Actor,
    arrangement: Arrangement,
    rank: int,
    name: str,
    part: str,
    identifier: str = "",
    country: str = "CN",
    approved_on: date | None = None,
) -> Link:
    """Add a sub-contractor to the chain. Raises NotPermitted; ValidationError by field."""
    need_object(actor, ARRANGEMENT_EDIT, arrangement, ARRANGEMENTS)
    return row_add(
        Link(),
        actor=actor,
        event=events.LINK_ADDED,
        columns=OF_ARRANGEMENT,
        arrangement=arrangement,
        rank=rank,
        name=name,
        part=part,
        identifier=identifier,
        country=country,
        approved_on=approved_on,
    )


def link_remove(*, actor: Actor, link: Link) -> Link:
    """Take a sub-contractor out of the chain; the ledger keeps it. Raises NotPermitted."""
    need_object(actor, ARRANGEMENT_EDIT, link, OF_ARRANGEMENT)
    kept = ("arrangement", "rank", "name", "part")
    return row_remove(link, actor=actor, event=events.LINK_REMOVED, columns=OF_ARRANGEMENT, told=kept)


def place_add(
    *, actor: Actor, arrangement: Arrangement, activity: Activity | str, place: str, country: str = "CN"
) -> Place:
    """Add a place. Raises NotPermitted; ValidationError by field."""
    need_object(actor, ARRANGEMENT_EDIT, arrangement, ARRANGEMENTS)
    fields = {"arrangement": arrangement, "activity": activity, "country": country, "place": place}
    return row_add(Place(), actor=actor, event=events.PLACE_ADDED, columns=OF_ARRANGEMENT, **fields)


def place_remove(*, actor: Actor, place: Place) -> Place:
    """Take a place away; the ledger keeps it. Raises NotPermitted."""
    need_object(actor, ARRANGEMENT_EDIT, place, OF_ARRANGEMENT)
    kept = ("arrangement", "activity", "place")
    return row_remove(place, actor=actor, event=events.PLACE_REMOVED, columns=OF_ARRANGEMENT, told=kept)
