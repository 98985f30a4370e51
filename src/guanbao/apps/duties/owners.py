"""Who has how much to do."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from guanbao.apps.duties.months import own_today
from guanbao.platform.access.reach import reach
from guanbao.platform.access.roles import role_title
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.permissions import DUTY_VIEW
from guanbao.platform.obligations.selectors import duties_visible

SOON_D = 30


class Owner(NamedTuple):
    """A post, or a person of it, and how much is overdue, due soon and later."""

    post: str
    person: str
    side: str
    overdue: int
    soon: int
    later: int
    url: str


def owners(actor: Actor) -> list[Owner]:
    """Everybody who has something to do, who is behind first. Names are the institution's own to see."""
    today = own_today(actor)
    inside = reach(actor, DUTY_VIEW).side is Side.INSTITUTION
    rows = duties_visible(actor=actor).filter(state=State.OPEN).order_by()
    found: dict[tuple[str, int | None, str], Counter[str]] = {}
    for role, person, side, day in rows.values_list("role", "person", "side", "due_on"):
        when = "overdue" if day < today else "soon" if day <= today + timedelta(days=SOON_D) else "later"
        found.setdefault((role, person if inside else None, side), Counter())[when] += 1
    names = names_of((person for _, person, _ in found), organisation_id=actor.organisation_id)
    made = [
        Owner(
            role_title(role), names.get(person or 0, ""), str(Side(side).label), number["overdue"], number["soon"],
            number["later"], f"/duties/?{urlencode({'state': State.OPEN.value, 'role': role})}",
        )
        for (role, person, side), number in found.items()
    ]  # fmt: skip
    return sorted(made, key=lambda one: (-one.overdue, -one.soon, one.post, one.person))
