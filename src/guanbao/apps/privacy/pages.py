"""The pages of records of entrusted processing, of reveals and of canaries."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse

from guanbao.apps.privacy import permissions, selectors, services
from guanbao.apps.privacy.forms import RevealForm
from guanbao.apps.privacy.models import Entrustment
from guanbao.engine.language import explain
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.personal import permissions as personal
from guanbao.platform.personal.attaching import Revealable, record_of, revealables
from guanbao.platform.personal.errors import NothingToReveal, RevealsExhausted
from guanbao.platform.personal.models import Canary, Reveal
from guanbao.platform.personal.selectors import allowance_today, canaries_visible, is_canary, reveals_visible
from guanbao.platform.personal.services import canary_lift, canary_plant, personal_reveal
from guanbao.platform.telling import tell
from guanbao.platform.wording import _, reader_language
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Panel, Resource, Verb, add_panels, add_verbs, resource_named, resource_title


def _headings(names: list[str]) -> str:
    """What covered fields are called, whatever list they are of."""
    every = {f: resource_named(each.name).heading(f) for each in revealables() for f in each.fields}
    return ", ".join(every.get(name, name) for name in names)


tell(Reveal, record=resource_title, fields=_headings)
tell(Canary, record=resource_title)


def _is_open(row: Entrustment, _actor: Actor) -> bool:
    return row.settled_on is None


ENTRUSTMENTS = Resource(
    name="entrustments",
    model=Entrustment,
    title=_("Entrusted processing of personal data"),
    singular=_("Entrusted processing"),
    group=_("Arrangements"),
    empty=_("No processing is recorded yet. An arrangement with personal data needs one record for each purpose."),
    view=permissions.ENTRUSTMENT_VIEW,
    rows=selectors.entrustments_visible,
    columns=("purpose", "arrangement", "begins_on", "finishes_on", "is_sensitive", "assessed_on", "settled_on"),
    shown=("purpose", "arrangement", *services.EDITED[1:], "settled_on", "settlement"),
    search=("purpose", "kinds", "sub_entrusted_to"),
    filters=("is_sensitive", "at_end"),
    order=("finishes_on", "pk"),
    add=Verb(
        "add",
        _("Record entrusted processing"),
        permissions.ENTRUSTMENT_EDIT,
        services.entrustment_add,
        ("arrangement", *services.EDITED),
    ),
    verbs=(
        Verb(
            "edit",
            _("Correct the record"),
            permissions.ENTRUSTMENT_EDIT,
            services.entrustment_edit,
            services.EDITED,
            when=_is_open,
        ),
        Verb(
            "settle",
            _("Record return or deletion"),
            permissions.ENTRUSTMENT_SETTLE,
            services.entrustment_settle,
            ("settled_on", "settlement"),
            when=_is_open,
            grave=True,
        ),
    ),
    panels=(TIMELINE,),
)
OF_ARRANGEMENT = rows_panel("entrustments", by="arrangement", title=_("Personal data"))


def about(actor: Actor, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a reveal or a canary
    """The way to the record, for who sees it."""
    try:
        record_of(actor=actor, name=row.record, pk=row.record_id)
    except NothingToReveal:
        return {"url": ""}
    return {"url": resource_named(row.record).url("detail", row.record_id)}


ABOUT = Panel("about", _("Record"), "privacy/about.html", about, slot="head")
REVEALS = Resource(
    name="reveals",
    model=Reveal,
    title=_("Reveals of personal data"),
    singular=_("Reveal"),
    group=_("Administration"),
    empty=_("Nobody has revealed personal data yet."),
    view=personal.REVEAL_VIEW,
    rows=reveals_visible,
    columns=("at", "person", "organisation", "record", "record_id", "purpose", "reason", "is_refused", "is_canary"),
    shown=(
        "at", "person", "organisation", "record", "record_id", "fields", "purpose", "reason", "is_refused", "is_canary",
    ),
    search=("reason",),
    filters=("purpose", "is_refused", "is_canary"),
    order=("-pk",),
    panels=(ABOUT,),
)  # fmt: skip
CANARIES = Resource(
    name="canaries",
    model=Canary,
    title=_("Canaries"),
    singular=_("Canary"),
    group=_("Administration"),
    empty=_("No canary is planted. Plant one on the page of a record that nobody has a reason to reveal."),
    view=personal.CANARY_EDIT,
    rows=canaries_visible,
    columns=("record", "record_id", "planted_by", "planted_at", "lifted_at"),
    order=("-pk",),
    verbs=(
        Verb(
            "lift",
            _("Lift the canary"),
            personal.CANARY_EDIT,
            canary_lift,
            when=lambda canary, _actor: canary.lifted_at is None,
        ),
    ),
    panels=(ABOUT, TIMELINE),
    exported=None,  # what they are good for is that nobody knows them
)


def cover(each: Revealable) -> None:
    """Put on a list's pages the way to what is covered there, and let canaries be planted."""

    def beside(actor: Actor, row: Model) -> dict[str, Any]:
        return {"url": reverse("reveal", args=[each.name, row.pk]), "allowance": allowance_today(actor=actor)}

    def plant(*, actor: Actor, **given: Model) -> Model:
        [row] = given.values()
        canary_plant(actor=actor, record=each.name, record_id=row.pk)
        return row

    may = lambda actor: not reach(actor, personal.PERSONAL_REVEAL).is_empty  # noqa: E731 - a panel's own
    add_panels(
        each.name, Panel("covered", _("Covered personal data"), "privacy/covered.html", beside, slot="side", may=may)
    )
    add_verbs(
        each.name,
        Verb(
            "canary",
            _("Plant a canary"),
            personal.CANARY_EDIT,
            plant,
            when=lambda row, _actor: not is_canary(each.name, row.pk),
        ),
    )


def reveal_page(request: HttpRequest, record: str, pk: int) -> HttpResponse:
    """Ask which fields and why; then the values, in this answer alone: whoever loads it anew sees the form."""
    actor = actor_of(request)
    try:
        found, row = record_of(actor=actor, name=record, pk=pk)
    except NothingToReveal as error:
        raise Http404 from error
    if not reach(actor, personal.PERSONAL_REVEAL).rows(found.rows(actor=actor).filter(pk=pk), found.columns).exists():
        raise Http404
    resource = resource_named(record)
    offered = [(name, resource.heading(name)) for name in found.fields if getattr(row, name)]
    form = RevealForm(request.POST if request.method == "POST" else None, offered=offered)
    values = None
    if request.method == "POST" and form.is_valid():
        values = _revealed(actor, found, pk, form)
    said = [(heading, values[name]) for name, heading in offered if name in values] if values else []
    context = {
        "row": row, "form": form, "said": said, "allowance": allowance_today(actor=actor),
        "back": resource.url("detail", pk),
    }  # fmt: skip
    return render(request, "privacy/reveal.html", context, status=422 if request.method == "POST" and not said else 200)


def _revealed(actor: Actor, found: Revealable, pk: int, form: RevealForm) -> dict[str, str] | None:
    """The values; None where they are refused, and then the form says why."""
    asked = form.cleaned_data
    try:
        values = personal_reveal(
            actor=actor, record=found.name, record_id=pk, fields=asked["fields_asked"], purpose=asked["purpose"],
            reason=asked["reason"],
        )  # fmt: skip
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            form.add_error({"fields": "fields_asked"}.get(name, name), messages)
        return None
    if values is None:
        left = allowance_today(actor=actor)
        form.add_error(None, explain(RevealsExhausted(left=left.left, allowed=left.allowed), reader_language()))
    return values


def personal_routes() -> list[URLPattern]:
    """What stands beside the resources' own addresses."""
    return [path("personal/<slug:record>/<int:pk>", reveal_page, name="reveal")]
