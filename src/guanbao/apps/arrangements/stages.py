"""The registry of gates: what must hold before an arrangement leaves a stage (准出条件).

An app registers what it can judge; whether that binds an arrangement is said by the institution's rule pack (`rules`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from guanbao.apps.arrangements.choices import STAGES, Stage
from guanbao.apps.arrangements.errors import GateTwice
from guanbao.apps.arrangements.models import Arrangement, Waiver
from guanbao.apps.arrangements.rules import rules_of
from guanbao.platform.workflow.services.approvals import approved_among

_GATES: dict[str, Gate] = {}


@dataclass(frozen=True)
class Shut:
    """Why a gate is shut, in the reader's language, and the address of the page that opens it."""

    because: str
    open_at: str = ""


Check = Callable[[Arrangement], Shut | None]


@dataclass(frozen=True)
class Gate:
    """A condition on leaving a stage, every stage where `leaves` is None. `rule` is what demands it of itself."""

    name: str
    title: str
    leaves: Stage | None
    rule: str
    check: Check


@dataclass(frozen=True)
class Judged:
    """A gate and how it stands for one arrangement; `rule` is what binds it, `waived_until` how long it may be shut."""

    gate: Gate
    shut: Shut | None
    rule: str
    waived_until: date | None = None

    @property
    def holds_back(self) -> bool:
        """Whether the arrangement cannot pass."""
        return self.shut is not None and self.waived_until is None


def gate(*, title: str, leaves: Stage | None, rule: str) -> Callable[[Check], Check]:
    """Register a function as a gate, under its own name; it returns why it is shut, or None.

    Raises:
        GateTwice.
    """

    def register(check: Check) -> Check:
        name = check.__name__
        if name in _GATES:
            raise GateTwice(name=name)
        _GATES[name] = Gate(name, title, leaves, rule, check)
        return check

    return register


def gates() -> Mapping[str, Gate]:
    """Every gate by its name, in the order of the stages that they are left by."""
    return dict(sorted(_GATES.items(), key=lambda item: STAGES.index(item[1].leaves) if item[1].leaves else -1))


def gate_title(name: str) -> str:
    """What a gate is called; its name, where no app registers it any more."""
    return str(_GATES[name].title) if name in _GATES else name


def gates_judged(arrangement: Arrangement, *, ahead: bool = False) -> list[Judged]:
    """The gates of the arrangement's present stage that bind it, each judged now; `ahead` those of the later stages."""
    if arrangement.stage == Stage.CLOSED:
        return []
    binding = rules_of(arrangement.institution_id).binding(arrangement)
    waived = _waived(arrangement)
    now = Stage(arrangement.stage)
    wanted: set[Stage | None] = set(STAGES[STAGES.index(now) + 1 :]) if ahead else {None, now}
    return [
        Judged(gate, gate.check(arrangement), binding[gate.name], waived.get(gate.name))
        for gate in gates().values()
        if gate.leaves in wanted and gate.name in binding
    ]


def _waived(arrangement: Arrangement) -> dict[str, date]:
    """The gates that may be shut, and until when: a waiver counts once it is approved."""
    rows = Waiver.objects.filter(arrangement=arrangement, ends_on__gte=timezone.localdate()).order_by("ends_on")
    approved = approved_among(rows)
    return {row.gate: row.ends_on for row in rows if row.pk in approved}


def stage_after(stage: str) -> Stage | None:
    """The next stage on the line; none after the last."""
    at = STAGES.index(Stage(stage)) + 1
    return STAGES[at] if at < len(STAGES) else None
