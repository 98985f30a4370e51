"""The pages of awards, and of who would go on in a contractor's place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from guanbao.apps.sourcing import permissions, selectors
from guanbao.apps.sourcing.choices import AwardState, Formula, Kind
from guanbao.apps.sourcing.forms import RelatedForm
from guanbao.apps.sourcing.models import Award, Backup
from guanbao.apps.sourcing.reports import titles_of
from guanbao.apps.sourcing.services import awards, backups
from guanbao.platform.actors import Actor
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.wording import _, told
from guanbao.platform.workflow.services.approvals import is_approved
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Panel, Resource, Verb

BOUND = ("tender", "bid", "contractor", "place", "total", "reason", "digest", "is_related_party")


def _is_open(award: Award, _actor: Actor) -> bool:
    return award.state == AwardState.PROPOSED


def _takes_related(award: Award, actor: Actor) -> bool:
    is_related = award.is_related_party or award.contractor.is_related or award.arrangement.is_related
    return _is_open(award, actor) and is_related and award.proposed_by_id != actor.person_id


def _standing(_actor: Actor, award: Award) -> dict[str, Any]:
    """What is still missing before it can be concluded."""
    missing = []
    if award.state == AwardState.PROPOSED:
        if award.is_related_party and not award.related_number:
            missing.append(told("Compliance records the approval of the related-party transaction."))
        if not is_approved(award):
            missing.append(told("It is approved in tiers, as it stands."))
    return {"award": award, "missing": missing, "is_open": award.state == AwardState.PROPOSED}


def _report(actor: Actor, award: Award) -> dict[str, Any]:
    """The report as it was made: ranking, points and what they bring, who said what, how far weights can move."""
    report = award.report
    titles = titles_of(report, told("Price"))
    people = [each["person"] for each in report["evaluations"]]
    names = names_of(people, organisation_id=actor.organisation_id)
    rows = [
        {
            **row,
            "is_chosen": row["bid"] == award.bid_id,
            "price": _money(row["price"]),
            "lots": _by_lot(report["tender"]["lots"], row["prices"]),
            "cells": [(titles[name], row["points"][name], row["brought"][name]) for name in titles],
        }
        for row in report["ranking"]
    ]
    called = {row["bid"]: row["contractor"] for row in report["ranking"]}
    scores = [
        (called[each["bid"]], titles[str(each["criterion"])], names.get(each["person"], "—"), each["points"],
         each["remark"])
        for each in report["scores"]
    ]  # fmt: skip
    judges = [(names.get(each["person"], "—"), each) for each in report["evaluations"]]
    moves = [(titles[each["name"]], each) for each in report["sensitivity"]]
    terms = report["tender"]
    bars = {"unit": "", "names": list(called.values()), "values": [float(row["total"]) for row in rows]}
    return {
        "award": award, "total": _money(award.total), "terms": terms, "rows": rows, "scores": scores, "moves": moves,
        "heads": list(titles.values()), "judges": judges, "kind": Kind(terms["kind"]).label,
        "formula": Formula(terms["formula"]).label, "chart": bars,
    }  # fmt: skip


def _money(amount: Decimal | str) -> str:
    return f"{Decimal(amount):,.2f}"


def _by_lot(lots: list[str], prices: list[str]) -> list[tuple[str, str]]:
    """Prices by lot, where there are several."""
    return [(lot, _money(price)) for lot, price in zip(lots, prices, strict=True)] if len(lots) > 1 else []


AWARDS = Resource(
    name="awards",
    model=Award,
    title=_("Awards"),
    singular=_("Award"),
    group=_("Sourcing"),
    empty=_("Nothing is proposed yet. An award is proposed on the page of a tender that is evaluated."),
    view=permissions.TENDER_VIEW,
    rows=selectors.awards_visible,
    columns=("tender", "contractor", "place", "total", "state", "proposed_at"),
    shown=(
        "tender", "arrangement", "contractor", "bid", "place", "total", "reason", "state", "proposed_by",
        "proposed_at", "is_related_party", "related_body", "related_number", "related_on", "approved_on",
        "concluded_at", "withdrawn_reason", "digest",
    ),
    filters=("state", "tender", "contractor", "is_related_party"),
    order=("-proposed_at", "pk"),
    verbs=(
        Verb("conclude", _("Award"), permissions.AWARD_PROPOSE, awards.award_conclude, grave=True, when=_is_open),
        Verb("related", _("Record the related-party approval"), permissions.AWARD_RELATED,
             awards.award_related_record, form=RelatedForm, when=_takes_related),
        Verb("withdraw", _("Withdraw the proposal"), permissions.AWARD_PROPOSE, awards.award_withdraw,
             ("withdrawn_reason",), grave=True, when=_is_open),
    ),
    panels=(
        Panel("standing", _("How far it has come"), "sourcing/standing.html", _standing, slot="head"),
        Panel("report", _("Award report"), "sourcing/report.html", _report, rank=10),
        TIMELINE,
    ),
)  # fmt: skip
BACKUPS = Resource(
    name="backup-plans",
    model=Backup,
    title=_("Back-up contractor plans"),
    singular=_("Back-up contractor plan"),
    group=_("Sourcing"),
    empty=_("No plan yet. Important outsourcing does not leave the selection without one."),
    view=permissions.BACKUP_VIEW,
    rows=selectors.backups_visible,
    columns=("arrangement", "substitute", "contractor", "readiness", "takes_over_d", "ready_by", "review_by"),
    shown=(
        "arrangement", "substitute", "contractor", "plan", "readiness", "takes_over_d", "ready_by", "reviewed_on",
        "review_by",
    ),
    filters=("arrangement", "substitute", "contractor", "readiness"),
    order=("review_by", "pk"),
    add=Verb(
        "add", _("Plan for a substitute"), permissions.BACKUP_EDIT, backups.backup_add,
        ("arrangement", *backups.EDITED),
    ),
    verbs=(
        Verb("review", _("Record a review"), permissions.BACKUP_EDIT, backups.backup_review, backups.REVIEWED),
        Verb("edit", _("Edit"), permissions.BACKUP_EDIT, backups.backup_edit, backups.EDITED),
        Verb("remove", _("Give up"), permissions.BACKUP_EDIT, backups.backup_remove, grave=True),
    ),
    panels=(TIMELINE,),
)  # fmt: skip
OF_ARRANGEMENT = (
    rows_panel("awards", by="arrangement", columns=("tender", "contractor", "total", "state", "concluded_at")),
    rows_panel("backup-plans", by="arrangement"),
)
