"""The pages of records of entrusted processing."""

from __future__ import annotations

from guanbao.apps.privacy import permissions, selectors, services
from guanbao.apps.privacy.models import Entrustment
from guanbao.platform.actors import Actor
from guanbao.platform.wording import _
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Resource, Verb


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
