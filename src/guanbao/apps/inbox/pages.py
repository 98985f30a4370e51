"""The pages of notices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from guanbao.apps.inbox.forms import EndpointEditForm, EndpointForm, WishesForm
from guanbao.platform.access.acting import actor_of
from guanbao.platform.actors import Actor
from guanbao.platform.notices import endpoints, permissions, selectors, services
from guanbao.platform.notices.choices import AGAIN
from guanbao.platform.notices.models import Delivery, Endpoint, Receipt
from guanbao.platform.wording import _, told
from guanbao.web.frame import Task
from guanbao.web.panels import TIMELINE
from guanbao.web.resource import Panel, Resource, Verb


def notice(_actor: Actor, receipt: Receipt) -> dict[str, Any]:
    """What a notice tells, and the way to what it is about."""
    return {"receipt": receipt}


def delivery(_actor: Actor, delivery: Delivery) -> dict[str, Any]:
    """Why a delivery failed."""
    return {"delivery": delivery}


def unread(actor: Actor) -> Iterator[Task]:
    """For the first page: how many notices are unread."""
    yield Task(
        told("Notices that you have not read"), NOTICES.url("list"), selectors.receipts_unread(actor=actor).count()
    )


NOTICES = Resource(
    name="notices",
    model=Receipt,
    title=_("Notices"),
    singular=_("Notice"),
    group=_("Inbox"),
    empty=_("You have not been told of anything yet."),
    view=permissions.NOTICE_VIEW,
    rows=selectors.receipts_visible,
    columns=("notice", "at", "read_at"),
    shown=("at", "read_at"),
    answers=("notice", "at", "read_at"),
    order=("-pk",),
    exported=None,
    verbs=(
        Verb(
            "read",
            _("Mark as read"),
            permissions.NOTICE_VIEW,
            services.receipt_read,
            when=lambda receipt, _actor: receipt.read_at is None,
            bulk=True,
        ),
    ),
    panels=(Panel("notice", _("Notice"), "inbox/notice.html", notice, slot="head"),),
)
DELIVERIES = Resource(
    name="deliveries",
    model=Delivery,
    title=_("What went where"),
    singular=_("Delivery"),
    group=_("Operations"),
    empty=_("No notice has left the house yet."),
    view=permissions.DELIVERY_VIEW,
    rows=selectors.deliveries_visible,
    columns=("kind", "channel", "person", "endpoint", "state", "created_at", "sent_at"),
    shown=("kind", "channel", "person", "endpoint", "state", "attempts", "created_at", "sent_at"),
    filters=("channel", "state"),
    order=("-pk",),
    verbs=(
        Verb(
            "again",
            _("Send again"),
            permissions.DELIVERY_AGAIN,
            services.delivery_again,
            when=lambda delivery, _actor: delivery.state in AGAIN and delivery.together_id is None,
            bulk=True,
        ),
    ),
    panels=(Panel("error", _("Error"), "inbox/delivery.html", delivery, slot="head"), TIMELINE),
)
ENDPOINTS = Resource(
    name="endpoints",
    model=Endpoint,
    title=_("Webhooks and robots"),
    singular=_("Endpoint"),
    group=_("Operations"),
    empty=_("No notices are sent by machine. Add a webhook, or a robot of a group."),
    view=permissions.ENDPOINT_VIEW,
    rows=selectors.endpoints_visible,
    columns=("name", "channel", "host", "kinds", "ended_at"),
    search=("name", "host"),
    filters=("channel",),
    order=("name", "pk"),
    add=Verb("add", _("New endpoint"), permissions.ENDPOINT_EDIT, endpoints.endpoint_add, form=EndpointForm),
    verbs=(
        Verb(
            "edit",
            _("Change the endpoint"),
            permissions.ENDPOINT_EDIT,
            endpoints.endpoint_edit,
            form=EndpointEditForm,
            when=lambda endpoint, _actor: endpoint.ended_at is None,
        ),
        Verb(
            "end",
            _("End the endpoint"),
            permissions.ENDPOINT_EDIT,
            endpoints.endpoint_end,
            when=lambda endpoint, _actor: endpoint.ended_at is None,
            grave=True,
        ),
    ),
    panels=(TIMELINE,),
)


@require_POST
def open_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one's notice as read and go to what it is about."""
    actor = actor_of(request)
    receipt = get_object_or_404(selectors.receipts_visible(actor=actor), pk=pk)
    services.receipt_read(actor=actor, receipt=receipt)
    url = receipt.notice.url
    inside = url.startswith("/") and url_has_allowed_host_and_scheme(url, None)
    return redirect(url if inside else NOTICES.url("detail", receipt.pk))


@require_safe
def unread_page(request: HttpRequest) -> HttpResponse:
    """The way to one's notices with the number of unread ones, which every page asks for once it stands."""
    actor = actor_of(request)
    context = {"may_view": NOTICES.may_view(actor), "number": selectors.receipts_unread(actor=actor).count()}
    return render(request, "inbox/unread.html", context)


def wishes_page(request: HttpRequest) -> HttpResponse:
    """How one wishes to be told."""
    actor = actor_of(request)
    form = WishesForm(request.POST or None, instance=selectors.wishes_of(actor=actor))
    if request.method == "POST" and form.is_valid():
        try:
            services.wishes_set(actor=actor, **form.cleaned_data)
            return redirect("account")
        except ValidationError as error:
            form.add_error(None, error)
    verb = {"title": told("Change how notices reach me")}
    context = {"form": form, "verb": verb, "title": told("My account"), "back": reverse("account")}
    return render(request, "web/form.html", context, status=422 if request.method == "POST" else 200)


def inbox_routes() -> list[URLPattern]:
    """What stands beside the resources' own addresses."""
    return [
        path("notices/unread", unread_page, name="notices-unread"),
        path("notices/<int:pk>/open", open_page, name="notice-open"),
        path("account/notices", wishes_page, name="notice-wishes"),
    ]
