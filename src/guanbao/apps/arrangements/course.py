"""The pages beside the thread: material changes, waivers of gates, and the rule pack that an institution goes by."""

from __future__ import annotations

from typing import Any

from guanbao.apps.arrangements import permissions, selectors, services
from guanbao.apps.arrangements.forms import RulebookForm, WaiverForm
from guanbao.apps.arrangements.models import MaterialChange, Waiver
from guanbao.apps.arrangements.rules import rules_of
from guanbao.apps.arrangements.stages import gate_title, gates
from guanbao.apps.parties.models import Institution
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.telling import tell
from guanbao.platform.wording import _
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Panel, Resource, Verb

tell(Waiver, gate=gate_title)


def _matrix(_actor: Actor, institution: Institution) -> dict[str, Any]:
    """Which gates bind which class of its arrangements, with the rule that asks for each."""
    pack = rules_of(institution.pk)
    lines = [
        (gate, gate.leaves.label if gate.leaves else "", [one.gates.get(name, "") for one in pack.classes])
        for name, gate in gates().items()
        if any(name in one.gates for one in pack.classes)
    ]
    return {"pack": pack, "classes": [one.title for one in pack.classes], "lines": lines}


CHANGES = Resource(
    name="material-changes",
    model=MaterialChange,
    title=_("Material changes"),
    singular=_("Material change"),
    group=_("Arrangements"),
    empty=_("Nothing has changed materially."),
    view=permissions.GATE_VIEW,
    rows=selectors.material_changes_visible,
    columns=("kind", "arrangement", "happened_on", "importance_before", "importance", "settled_on"),
    shown=(
        "kind", "arrangement", "description", "happened_on", "importance_before", "importance", "importance_reason",
        "reported_on", "settled_on",
    ),
    search=("description",),
    filters=("kind", "importance"),
    order=("-happened_on", "-pk"),
    add=Verb(
        "add",
        _("Record a material change"),
        permissions.ARRANGEMENT_EDIT,
        services.material_change_record,
        ("arrangement", "kind", "description", "happened_on", "importance", "importance_reason"),
    ),
    verbs=(
        Verb(
            "settle",
            _("Settle"),
            permissions.CHANGE_SETTLE,
            services.material_change_settle,
            ("reported_on",),
            when=lambda change, _actor: change.settled_on is None,
        ),
    ),
    panels=(TIMELINE,),
)  # fmt: skip
WAIVERS = Resource(
    name="waivers",
    model=Waiver,
    title=_("Waivers of gates"),
    singular=_("Waiver"),
    group=_("Arrangements"),
    empty=_("No gate is waived."),
    view=permissions.GATE_VIEW,
    rows=selectors.waivers_visible,
    columns=("gate", "arrangement", "ends_on", "reason"),
    search=("reason",),
    order=("-ends_on", "-pk"),
    add=Verb("add", _("Ask for a waiver"), permissions.WAIVER_ASK, services.waiver_ask, form=WaiverForm),
    panels=(TIMELINE,),
)
RULES = Verb(
    "rules", _("Choose the rule pack"), permissions.RULEBOOK_CHOOSE, services.rulebook_choose, form=RulebookForm
)
OF_INSTITUTION = Panel(
    "rules",
    _("Gates by class"),
    "arrangements/rulebook.html",
    _matrix,
    may=lambda actor: not reach(actor, permissions.GATE_VIEW).is_empty,
)
OF_ARRANGEMENT = (rows_panel("material-changes", by="arrangement"), rows_panel("waivers", by="arrangement"))
