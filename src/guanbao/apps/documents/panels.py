"""What stands about documents on other pages: those of a record, the facts of one, what waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime

from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.files.attaching import attached
from guanbao.platform.files.choices import State
from guanbao.platform.files.models import Document
from guanbao.platform.files.permissions import DOCUMENT_ADD, DOCUMENT_DESTROY, DOCUMENT_RELEASE, DOCUMENT_VIEW
from guanbao.platform.files.selectors import documents_reached, documents_readable, documents_visible
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.wording import _, told
from guanbao.web.frame import Task
from guanbao.web.resource import Panel, resource_of

SOON_D = 90
_MOST = 200
COLOURS = {State.QUARANTINED: "yellow", State.CLEAN: "green", State.REFUSED: "red", State.DESTROYED: "secondary"}


class Line(NamedTuple):
    """A version of a document as a panel tells it."""

    row: Document
    size: str
    who: str
    when: str
    colour: str
    fetched: bool
    ends: str
    ends_colour: str


def of_record(actor: Actor, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a model
    """The documents of a record: of each the current version, then the others."""
    at = next(each for each in attached() if isinstance(row, each.model))
    found = list(_of(actor, at.name, row.pk).order_by("kind", "series", "-is_current", "-version")[: _MOST + 1])
    series: dict[Any, list[Line]] = {}
    for line in lines(actor, found[:_MOST]):
        series.setdefault(line.row.series, []).append(line)
    may = reach(actor, DOCUMENT_ADD).rows(at.rows(actor=actor).filter(pk=row.pk), at.columns)
    return {
        "documents": [(each[0], each[1:]) for each in series.values()],
        "send": reverse("document-send", args=[at.name, row.pk]) if may.exists() else "",
        "all": "/documents/" if len(found) > _MOST else "",
    }


def facts(actor: Actor, row: Document) -> dict[str, Any]:
    """One document: what it is about, how it stands, its other versions, and what can be had of it."""
    at = next((each for each in attached() if each.name == row.record), None)
    about = None if at is None else at.rows(actor=actor).filter(pk=row.record_id).first()
    resource = None if about is None else resource_of(type(about))
    [line] = lines(actor, [row])
    others = documents_visible(actor=actor).filter(series=row.series).exclude(pk=row.pk).order_by("-version")
    within = documents_reached(actor=actor, permission=DOCUMENT_ADD).filter(pk=row.pk)
    renewed = row.side == reach(actor, DOCUMENT_ADD).side and within.exists()
    return {
        "line": line,
        "about": about,
        "about_url": resource.url("detail", row.record_id) if resource else "",
        "others": lines(actor, list(others)),
        "renew": reverse("document-renew", args=[row.pk]) if renewed else "",
    }


def lines(actor: Actor, rows: list[Document]) -> list[Line]:
    """Versions as they are told; of the other side's people no names."""
    names = names_of((row.added_by_id for row in rows), organisation_id=actor.organisation_id)
    readable = set(documents_readable(actor=actor).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [
        Line(
            row,
            size_told(row.size),
            names.get(row.added_by_id or 0, "") or str(Side(row.side).label),
            date_format(localtime(row.added_at), "Y-m-d H:i"),
            COLOURS[State(row.state)],
            row.pk in readable,
            *_ends(row.expires_on),
        )
        for row in rows
    ]


def size_told(size: int) -> str:
    """So many bytes, as people say it."""
    for unit, of in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= of:
            return f"{size / of:.1f} {unit}"
    return told("{n} bytes", n=size)


def waits_for(actor: Actor) -> Iterable[Task]:
    """Documents in quarantine, for who may release them; destructions, for who may carry them out."""
    home = reverse("documents-list")
    if not reach(actor, DOCUMENT_RELEASE).is_empty:
        rows = documents_reached(actor=actor, permission=DOCUMENT_RELEASE).filter(state=State.QUARANTINED)
        number = rows.exclude(added_by=actor.person_id).count()
        yield Task(told("Documents in quarantine"), f"{home}?state=quarantined", number)
    if not reach(actor, DOCUMENT_DESTROY).is_empty:
        rows = documents_reached(actor=actor, permission=DOCUMENT_DESTROY).filter(state=State.CLEAN)
        asked = rows.filter(~Q(destruction_asked_by=None)).exclude(destruction_asked_by=actor.person_id)
        yield Task(told("Documents to be destroyed"), f"{home}?state=clean", asked.count())


def _of(actor: Actor, name: str, pk: int) -> Any:  # noqa: ANN401 - a queryset
    return documents_visible(actor=actor).filter(record=name, record_id=pk)


def _ends(day: date | None) -> Iterator[str]:
    """The day on which something expires, and the colour of its nearness."""
    today = timezone.localdate()
    yield "" if day is None else day.isoformat()
    yield "" if day is None or day > today + timedelta(days=SOON_D) else "red" if day < today else "orange"


OF_RECORD = Panel(
    "documents",
    _("Documents"),
    "documents/of_record.html",
    of_record,
    may=lambda actor: not reach(actor, DOCUMENT_VIEW).is_empty,
    rank=55,
)
FACTS = Panel("facts", _("Document"), "documents/facts.html", facts, slot="head")
