"""Pages that no declaration makes: what is entered there is kept nowhere else, neither in a form nor in an answer."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from guanbao.apps.sourcing.choices import Interest, State
from guanbao.apps.sourcing.errors import PassphraseWrong
from guanbao.apps.sourcing.forms import BidForm, PassphraseForm, ScoreForm
from guanbao.apps.sourcing.models import Opener, Tender
from guanbao.apps.sourcing.pages.concentrations import concentration_routes
from guanbao.apps.sourcing.pages.portal import INVITATIONS
from guanbao.apps.sourcing.pages.tenders import EVALUATIONS, TENDERS
from guanbao.apps.sourcing.selectors import (
    bids_visible,
    evaluations_visible,
    invitations_visible,
    may_bid,
    opener_of,
    tenders_visible,
)
from guanbao.apps.sourcing.services.bids import bid_submit
from guanbao.apps.sourcing.services.evaluations import scores_save, waits
from guanbao.apps.sourcing.services.openers import tender_key_set, tender_open
from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.wording import reader_language, told

_METHODS = ["GET", "HEAD", "POST"]


def sourcing_routes() -> list[URLPattern]:
    """Their addresses."""
    return [
        *concentration_routes(),
        path("tenders/<int:pk>/key", key_page, name="tender-key"),
        path("tenders/<int:pk>/opening", opening_page, name="tender-opening"),
        path("evaluations/<int:pk>/score", score_page, name="evaluation-score"),
        path("tender-invitations/<int:pk>/bid", bid_page, name="invitation-bid"),
    ]


@require_http_methods(_METHODS)
def key_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An opening officer sets a passphrase."""
    tender, opener = _officer(request, pk)
    if tender.state != State.DRAFT or opener.public_key:
        raise Http404
    form = PassphraseForm(request.POST or None, twice=True)
    if request.method == "POST" and form.is_valid():
        try:
            tender_key_set(actor=actor_of(request), tender=tender, passphrase=form.cleaned_data["passphrase"])
            return redirect(TENDERS.url("detail", pk))
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                form.add_error(name, texts)
        except GuanbaoError as error:
            form.add_error(None, explain(error, reader_language()))
    said = told(
        "With another officer you open the bids by it after {at}. It is stored nowhere: nobody can tell it to you "
        "again, and where two officers lose theirs the tender has to be called off.",
        at=timezone.localtime(tender.closes_at).strftime("%Y-%m-%d %H:%M"),
    )
    return _shown(request, form, tender, told("Set the passphrase"), said)


@require_http_methods(_METHODS)
def opening_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An opening officer turns their key."""
    tender, opener = _officer(request, pk)
    if tender.state != State.PUBLISHED:
        raise Http404
    form = PassphraseForm(request.POST or None, twice=False)
    if request.method == "POST" and form.is_valid():
        try:
            turned = tender_open(actor=actor_of(request), tender=tender, passphrase=form.cleaned_data["passphrase"])
            if turned.is_right:
                return redirect(TENDERS.url("detail", pk))
            form.add_error("passphrase", explain(PassphraseWrong(), reader_language()))
        except GuanbaoError as error:
            form.add_error(None, explain(error, reader_language()))
    other = tender.openers.exclude(turned_at=None).exclude(pk=opener.pk).exists()
    said = (
        told("The other officer has turned the key: with yours all bids are opened.")
        if other
        else told("You are the first: the bids are opened once another officer has entered theirs.")
    )
    return _shown(request, form, tender, told("Open the bids"), said)


@require_http_methods(_METHODS)
def bid_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A contractor hands in a bid, or another one in its place."""
    actor = actor_of(request)
    invitation = invitations_visible(actor=actor).filter(pk=pk).first() if pk < 2**63 else None
    if invitation is None or not may_bid(actor, invitation):
        raise Http404
    tender = invitation.tender
    form = BidForm(request.POST or None, lots=tender.lots, currency=tender.currency)
    if request.method == "POST" and form.is_valid():
        try:
            bid_submit(actor=actor, invitation=invitation, prices=form.prices, offer=form.cleaned_data["offer"])
            return redirect(INVITATIONS.url("detail", pk))
        except NotPermitted:
            raise Http404 from None
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                form.add_error("price_1" if name == "prices" else name, texts)
        except GuanbaoError as error:
            form.add_error(None, explain(error, reader_language()))
    context = {
        "form": form,
        "title": str(invitation),
        "back": INVITATIONS.url("detail", pk),
        "heading": told("Hand in a sealed bid"),
        "said": told(
            "Nobody can read it before {at}, the institution included. You can replace or withdraw it until then.",
            at=timezone.localtime(tender.closes_at).strftime("%Y-%m-%d %H:%M"),
        ),
    }
    return render(request, "sourcing/sealed.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(_METHODS)
def score_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An evaluator gives points; prices stand there where the tender is not in two envelopes."""
    actor = actor_of(request)
    evaluation = (
        evaluations_visible(actor=actor).filter(pk=pk, person=actor.person_id or 0).first() if pk < 2**63 else None
    )
    if evaluation is None or evaluation.interest != Interest.NONE or not waits(evaluation):
        raise Http404
    tender = evaluation.tender
    if tender.state != State.OPENED:
        raise Http404
    bids = list(bids_visible(actor=actor).filter(tender=tender).order_by("pk"))
    kept: dict[str, object] = {}
    for score in evaluation.scores.all():
        kept[f"p-{score.bid_id}-{score.criterion}"] = score.points
        kept[f"r-{score.bid_id}-{score.criterion}"] = score.remark
    form = ScoreForm(request.POST or None, bids=bids, criteria=tender.weighed, initial=kept)
    if request.method == "POST" and form.is_valid():
        try:
            scores_save(actor=actor, evaluation=evaluation, given=form.filled, submit="submit" in request.POST)
            return redirect(EVALUATIONS.url("detail", pk))
        except NotPermitted:
            raise Http404 from None
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                form.add_error(f"p-{name}" if f"p-{name}" in form.fields else None, texts)
        except GuanbaoError as error:
            form.add_error(None, explain(error, reader_language()))
    context = {"form": form, "tender": tender, "title": str(tender), "back": EVALUATIONS.url("detail", pk)}
    return render(request, "sourcing/score.html", context, status=422 if request.method == "POST" else 200)


def _officer(request: HttpRequest, pk: int) -> tuple[Tender, Opener]:
    """A tender with the actor as its opening officer. Raises Http404."""
    actor = actor_of(request)
    tender = tenders_visible(actor=actor).filter(pk=pk).first() if pk < 2**63 else None
    opener = opener_of(actor=actor, tender=tender) if tender is not None else None
    if tender is None or opener is None:
        raise Http404
    return tender, opener


def _shown(request: HttpRequest, form: PassphraseForm, tender: Tender, heading: str, said: str) -> HttpResponse:
    context = {
        "form": form, "title": str(tender), "back": TENDERS.url("detail", tender.pk), "heading": heading, "said": said
    }  # fmt: skip
    return render(request, "sourcing/sealed.html", context, status=422 if request.method == "POST" else 200)
