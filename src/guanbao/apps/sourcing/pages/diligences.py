"""The pages of due diligence. Its questionnaire stands on a tab, with what each answer brings to the score."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from guanbao.apps.sourcing import permissions, selectors
from guanbao.apps.sourcing.forms import ConclusionForm, DiligenceForm
from guanbao.apps.sourcing.models import Diligence
from guanbao.apps.sourcing.services import diligences
from guanbao.platform.actors import Actor
from guanbao.platform.wording import _
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Panel, Resource, Verb


def _is_open(row: Diligence, actor: Actor) -> bool:
    return not row.outcome and row.opened_by_id != actor.person_id


def _standing(_actor: Actor, row: Diligence) -> dict[str, Any]:
    """Whether it counts today, and what is to be done before it does."""
    return {
        "row": row,
        "issue": selectors.inquiries_of(row).order_by("pk").last(),
        "holds": row.holds(timezone.localdate()),
        "is_changed": row.revision != row.arrangement.revision,
    }


DILIGENCES = Resource(
    name=selectors.DILIGENCE_RECORD,
    model=Diligence,
    title=_("Due diligence"),
    singular=_("Due diligence"),
    group=_("Sourcing"),
    empty=_("No due diligence was begun yet."),
    view=permissions.DILIGENCE_VIEW,
    rows=selectors.diligences_visible,
    columns=("arrangement", "contractor", "kind", "outcome", "score", "concluded_on", "valid_until"),
    shown=(
        "arrangement", "contractor", "kind", "assistant", "opened_on", "outcome", "score", "conclusion",
        "concluded_on", "valid_until",
    ),
    filters=("arrangement", "contractor", "kind", "outcome"),
    order=("-opened_on", "-pk"),
    add=Verb("add", _("Begin due diligence"), permissions.DILIGENCE_EDIT, diligences.diligence_open,
             form=DiligenceForm),
    verbs=(
        Verb("conclude", _("Conclude"), permissions.DILIGENCE_EDIT, diligences.diligence_conclude,
             form=ConclusionForm, when=_is_open),
    ),
    panels=(Panel("standing", _("How far it has come"), "sourcing/diligence.html", _standing, slot="head"), TIMELINE),
)  # fmt: skip
OF_ARRANGEMENT = rows_panel(
    selectors.DILIGENCE_RECORD, by="arrangement", columns=("kind", "contractor", "outcome", "score", "valid_until")
)
OF_CONTRACTOR = rows_panel(
    selectors.DILIGENCE_RECORD, by="contractor", columns=("arrangement", "kind", "outcome", "score", "valid_until")
)
