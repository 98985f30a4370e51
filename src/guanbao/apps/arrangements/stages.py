"""The registry of gates: what must hold before an arrangement leaves a stage (准出条件)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from guanbao.apps.arrangements.choices import STAGES, Importance, Stage
from guanbao.apps.arrangements.errors import GateTwice
from guanbao.apps.arrangements.models import Arrangement

_GATES: dict[str, Gate] = {}


@dataclass(frozen=True)
class Shut:
    """Why a gate is shut, in the reader's language, and the address of the page that opens it."""

    because: str
    open_at: str = ""


Check = Callable[[Arrangement], Shut | None]


@dataclass(frozen=True)
class Gate:
    """A condition on leaving a stage. `rule` is what demands it; `binds` the class of arrangement, None for all."""

    name: str
    title: str
    leaves: Stage
    rule: str
    check: Check
    binds: Importance | None = None


@dataclass(frozen=True)
class Judged:
    """A gate and how it stands for one arrangement."""

    gate: Gate
    shut: Shut | None


def gate(*, title: str, leaves: Stage, rule: str, binds: Importance | None = None) -> Callable[[Check], Check]:
    """Register a function as a gate, under its own name; it returns why it is shut, or None.

    Raises:
        GateTwice.
    """

    def register(check: Check) -> Check:
        name = check.__name__
        if name in _GATES:
            raise GateTwice(name=name)
        _GATES[name] = Gate(name, title, leaves, rule, check, binds)
        return check

    return register


def gates_judged(arrangement: Arrangement) -> list[Judged]:
    """The gates of the arrangement's present stage, each judged now."""
    return [
        Judged(gate, gate.check(arrangement))
        for gate in _GATES.values()
        if gate.leaves == arrangement.stage and gate.binds in (None, arrangement.importance)
    ]


def stage_after(stage: str) -> Stage | None:
    """The next stage on the line; none after the last."""
    at = STAGES.index(Stage(stage)) + 1
    return STAGES[at] if at < len(STAGES) else None
