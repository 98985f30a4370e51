"""The pages of duties: the list, one, a month, who has what, and addresses of calendars."""

from __future__ import annotations

import re
from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.selectors import arrangements_visible
from guanbao.apps.duties.forms import AddForm, DoForm, DutyForm, FeedForm, HandForm, LetOffForm, StartForm
from guanbao.apps.duties.months import ahead, month_of, own_today
from guanbao.apps.duties.owners import owners
from guanbao.apps.duties.panels import FACTS, seen_by
from guanbao.apps.duties.services import arrangement_duties_start, arrangement_duty_add
from guanbao.platform.access.acting import actor_of, actor_of_person
from guanbao.platform.access.factors import factor_missing
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.obligations import permissions, selectors
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.declaring import OWN
from guanbao.platform.obligations.feeds import feed_holder, feed_make, feed_revoke, feed_written
from guanbao.platform.obligations.models import Duty, Feed
from guanbao.platform.obligations.services import keeping
from guanbao.platform.telling import tell
from guanbao.platform.wording import _
from guanbao.web.forms import dressed
from guanbao.web.frame import Page
from guanbao.web.panels import TIMELINE
from guanbao.web.resource import Resource, Verb, resource_title

_GROUP = _("Duties")
_MONTH = re.compile(r"(20[0-9]{2}|21[0-8][0-9])-(0[1-9]|1[0-2])")
MONTH = Page("duty-calendar", _("Calendar of duties"), _GROUP, permissions.DUTY_VIEW)
OWNERS = Page("duties-by-owner", _("Duties by owner"), _GROUP, permissions.DUTY_VIEW)
FEEDS = Page("duty-feeds", _("Subscribe to duties"), _GROUP, permissions.DUTY_VIEW)
tell(Duty, record=resource_title)


def duty_routes() -> list[URLPattern]:
    """The addresses that no declaration makes."""
    return [
        path("duty-calendar/", calendar_page, name="duty-calendar"),
        path("duties-by-owner/", owners_page, name="duties-by-owner"),
        path("duty-feeds/", feeds_page, name="duty-feeds"),
        path("duty-feeds/<int:pk>/revoke", feed_revoke_page, name="duty-feed-revoke"),
        path("feeds/<str:secret>.ics", feed_page, name="duty-feed"),
    ]


def _is_open(duty: Duty, _actor: Actor) -> bool:
    return duty.state == State.OPEN


def _is_ones_own(duty: Duty, actor: Actor) -> bool:
    """Whether it is open and the actor's to record; looked up once in each request."""
    if duty.state != State.OPEN:
        return False
    known = {} if actor.read is None else actor.read
    if ("duty", duty.pk) not in known:
        edits = selectors.duties_reached(actor=actor, permission=permissions.DUTY_EDIT).filter(pk=duty.pk)
        known["duty", duty.pk] = edits.exists() or selectors.duties_own(actor=actor).filter(pk=duty.pk).exists()
    return bool(known["duty", duty.pk])


DUTIES = Resource(
    name="duties",
    model=Duty,
    title=_("Duties"),
    singular=_("Duty"),
    group=_GROUP,
    empty=_("Nothing is due. Duties come from the dates of records, or are added to an arrangement."),
    view=permissions.DUTY_VIEW,
    rows=selectors.duties_visible,
    columns=("title", "label", "due_on", "is_provisional", "role", "every", "state"),
    shown=(
        "record", "label", "role", "person", "due_on", "is_provisional", "every", "grace_d", "escalate_to", "side",
        "is_shared", "kind", "state", "closed_on", "closed_side", "remark", "reason", "escalated_on",
    ),
    answers=(
        "title", "title_en", "record", "record_id", "label", "kind", "role", "person", "anchor_on", "offset", "every",
        "rolls", "until_on", "number", "due_on", "is_provisional", "leads", "grace_d", "escalate_to", "side",
        "is_shared", "state", "closed_on", "closed_side", "remark", "reason", "escalated_on",
    ),
    search=("title", "title_en", "label"),
    filters=("state", "role", "side", "is_provisional"),
    inside=frozenset({"person", "escalate_to", "reason", "escalated_on"}),
    order=("due_on", "pk"),
    add=Verb("add", _("Add a duty"), permissions.DUTY_EDIT, arrangement_duty_add, form=AddForm),
    verbs=(
        Verb("do", _("Record that it is done"), permissions.DUTY_DO, keeping.duty_do, form=DoForm, when=_is_ones_own),
        Verb("hand", _("Hand to another"), permissions.DUTY_EDIT, keeping.duty_hand, form=HandForm, when=_is_open),
        Verb(
            "edit",
            _("Change the duty"),
            permissions.DUTY_EDIT,
            keeping.duty_edit,
            form=DutyForm,
            when=lambda duty, _actor: duty.state == State.OPEN and duty.kind == OWN,
        ),
        Verb("excuse", _("Excuse it"), permissions.DUTY_EXCUSE, keeping.duty_excuse, form=LetOffForm, when=_is_open),
        Verb(
            "cancel",
            _("Cancel it"),
            permissions.DUTY_EDIT,
            keeping.duty_cancel,
            form=LetOffForm,
            when=_is_open,
            grave=True,
        ),
    ),
    panels=(FACTS, TIMELINE),
)  # fmt: skip
START = Verb(
    "start-duties",
    _("Start duties from templates"),
    permissions.DUTY_EDIT,
    arrangement_duties_start,
    form=StartForm,
    when=lambda row, _actor: row.stage != Stage.CLOSED,
)


@require_safe
def calendar_page(request: HttpRequest) -> HttpResponse:
    """A month: one's own duties, or all that one may see."""
    actor = _reader(request)
    today = own_today(actor)
    asked, shows_all = request.GET.get("month", ""), request.GET.get("of") == "all"
    first = date.fromisoformat(f"{asked}-01") if _MONTH.fullmatch(asked) else today.replace(day=1)
    rows = selectors.duties_visible(actor=actor) if shows_all else selectors.duties_own(actor=actor)
    weeks = month_of(actor, first, rows)
    context = {
        "title": MONTH.title,
        "first": first,
        "weeks": weeks,
        "days": [day for week in weeks for day in week if day.inside and day.chips],
        "is_known": all(day.is_known for week in weeks for day in week if day.inside),
        "before": f"{_step(first, -1):%Y-%m}",
        "after": f"{_step(first, 1):%Y-%m}",
        "ahead": ahead(actor, rows),
        "all": shows_all,
        "of": "&of=all" if shows_all else "",
    }
    return render(request, "duties/calendar.html", context)


@require_safe
def owners_page(request: HttpRequest) -> HttpResponse:
    """Who has how much to do, and how much of it is overdue."""
    actor = _reader(request)
    return render(request, "duties/owners.html", {"title": OWNERS.title, "owners": owners(actor)})


@require_http_methods(["GET", "HEAD", "POST"])
def feeds_page(request: HttpRequest) -> HttpResponse:
    """One's own addresses, and the form that makes one, which is shown once."""
    actor = _reader(request)
    form = FeedForm(request.POST or None)
    dressed(form)
    link = ""
    if request.method == "POST" and form.is_valid():
        try:
            _feed, secret = feed_make(actor=actor, **form.cleaned_data)
            address = reverse("duty-feed", args=[secret])
            link = f"{settings.GUANBAO_ADDRESS}{address}" if settings.GUANBAO_ADDRESS else ""
            link = link or request.build_absolute_uri(address)
        except ValidationError as error:
            form.add_error(None, error)
    context = {"title": FEEDS.title, "form": form, "feeds": selectors.feeds_own(actor=actor), "link": link}
    return render(request, "duties/feeds.html", context, status=422 if request.method == "POST" and not link else 200)


@require_POST
def feed_revoke_page(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own addresses."""
    actor = _reader(request)
    feed = selectors.feeds_own(actor=actor).filter(pk=pk).first()
    if feed is None:
        raise Http404
    feed_revoke(actor=actor, feed=feed)
    return redirect("duty-feeds")


@login_not_required
@require_safe
def feed_page(request: HttpRequest, secret: str) -> HttpResponse:
    """What an address gives to whoever has it: nothing, the moment its holder may see nothing any more."""
    feed = feed_holder(secret)
    actor = None if feed is None else _holder(feed, request)
    if feed is None or actor is None:
        raise Http404
    response = HttpResponse(feed_written(actor=actor, feed=feed), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="duties.ics"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _holder(feed: Feed, request: HttpRequest) -> Actor | None:
    """Who holds an address, with their rights as they are now; None where there is nothing left for them to see."""
    number: str = request.request_id  # type: ignore[attr-defined] # set by the middleware
    actor = actor_of_person(feed.person, chosen=str(feed.organisation_id), request_id=number)
    if actor.organisation_id != feed.organisation_id or not seen_by(actor) or factor_missing(actor):
        return None
    return actor if feed.organisation.side != Side.CONTRACTOR or _has_contract(actor) else None


def _has_contract(actor: Actor) -> bool:
    """Whether a contractor's contract has not ended: some arrangement that they see is neither closed nor over."""
    today = own_today(actor)
    rows = arrangements_visible(actor=actor).exclude(stage=Stage.CLOSED)
    return rows.exclude(ends_on__lt=today).exists()


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not seen_by(actor):
        raise Http404
    return actor


def _step(first: date, way: int) -> date:
    months = first.year * 12 + first.month - 1 + way
    return date(months // 12, months % 12 + 1, 1)
