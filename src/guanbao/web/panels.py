"""Panels that any detail page may have: rows of another resource that name this one, and what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model
from django.utils.functional import lazy

from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.ledger.telling import entries_about, people_in, sentence_of
from guanbao.platform.telling import cell
from guanbao.platform.wording import _
from guanbao.web.resource import Panel, resource_named, resource_of, resource_title

_MOST = 50


def rows_panel(
    resource_name: str,
    *,
    by: str,
    columns: tuple[str, ...] = (),
    only: Mapping[str, Any] | None = None,
    title: str = "",
    may: Permission | None = None,
    grows: Callable[[Any], bool] = lambda _row: True,
) -> Panel:
    """A tab with those rows of a resource that name this row in their field `by`, and of them those that are `only`.

    Who may not see that resource, or do `may`, has no tab. What is shown of each row is what its list shows, or
    `columns`; the button that adds one fills in `by`, and is there while the row `grows`.
    """

    def context(actor: Actor, row: Model) -> dict[str, Any]:
        resource = resource_named(resource_name).seen_by(actor)
        hidden = {by, *resource.hidden_from(actor)}
        names = [name for name in columns or resource.columns if name not in hidden]
        found = resource.rows(actor=actor).filter(**{by: row.pk}, **(only or {})).order_by(*resource.order)
        rows = list(resource.joined(found, names)[: _MOST + 1])
        return {
            "resource": resource,
            "headings": [resource.heading(name) for name in names],
            "rows": [
                (resource.url("detail", one.pk), [(resource.heading(name), cell(one, name)) for name in names])
                for one in rows[:_MOST]
            ],
            "more": len(rows) > _MOST,
            "add": resource.add if grows(row) and resource.add and resource.add.may(actor) else None,
            "by": f"{by}={row.pk}",
        }

    def seen(actor: Actor) -> bool:
        return resource_named(resource_name).may_view(actor) and (may is None or not reach(actor, may).is_empty)

    called = title or lazy(resource_title, str)(resource_name)
    return Panel(resource_name, called, "web/related.html", context, may=seen)


def _timeline(actor: Actor, row: Model) -> dict[str, Any]:
    """The latest events of a row, as far as they are the reader's to know."""
    resource = resource_of(type(row))
    hidden = resource.hidden_from(actor) if resource else frozenset()
    entries = list(entries_about(row, organisation_id=actor.organisation_id, hidden=hidden))
    names = names_of(people_in(entries), organisation_id=actor.organisation_id)
    return {"happened": [(entry, sentence_of(entry, names)) for entry in entries]}


TIMELINE = Panel("history", _("History"), "web/timeline.html", _timeline)
