"""What is demanded of a contract, by what its arrangement is, and which of its clauses meet that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.catalogue.choices import Criticality
from guanbao.apps.contracts.choices import BINDING, ContractState
from guanbao.apps.contracts.library import Demand, DemandSet, LibraryClause, PriorReport, library
from guanbao.apps.contracts.models import Clause, Contract

_CRITICAL = (Criticality.CRITICAL, Criticality.IMPORTANT)


class Row(NamedTuple):
    """A demand, the clauses that meet it, those whose check is waited for, and clauses of the library that would."""

    demand: Demand
    clauses: list[Clause]
    unchecked: list[Clause]
    offered: list[LibraryClause]

    @property
    def is_met(self) -> bool:
        """Whether some clause meets it."""
        return bool(self.clauses)


def facts_of(arrangement: Arrangement) -> dict[str, object]:
    """What sets of demands go by."""
    function = arrangement.function
    return {
        "is_it": arrangement.is_it,
        "has_personal_data": arrangement.has_personal_data,
        "is_cross_border": arrangement.is_cross_border,
        "importance": str(arrangement.importance),
        "is_eu": arrangement.institution.country in library().eu_countries,
        "is_critical": function is not None and function.criticality in _CRITICAL,
    }


def sets_of(arrangement: Arrangement) -> list[DemandSet]:
    """The sets that bind a contract of this arrangement."""
    facts = facts_of(arrangement)
    return [each for each in library().sets if _applies(each.when, facts)]


def report_of(arrangement: Arrangement) -> PriorReport | None:
    """The report that is due before signing; of several the earliest."""
    facts = facts_of(arrangement)
    found = [each for each in library().reports if _applies(each.when, facts)]
    return max(found, key=lambda each: each.workdays, default=None)


def coverage_of(contract: Contract) -> list[tuple[DemandSet, list[Row]]]:
    """Each set that binds the contract, demand by demand. An overarching contract that binds counts too."""
    clauses = clauses_of(contract)
    return [(each, [_row(demand, clauses) for demand in each.demands]) for each in sets_of(contract.arrangement)]


def missing_of(contract: Contract) -> list[Demand]:
    """The demands that no clause meets."""
    return [row.demand for _set, rows in coverage_of(contract) for row in rows if not row.is_met]


def clauses_of(contract: Contract) -> list[Clause]:
    """The clauses that count for a contract: its own, and those of the overarching one once that is signed.

    An amendment's clause takes the place of the contract's with the same code; for the rest the contract's count. A
    text of one's own takes the place of none.
    """
    layers = [contract]
    if contract.amends is not None or contract.state == ContractState.AMENDED:
        main = contract.amends or contract
        counting = main.amendments.filter(state=ContractState.IN_FORCE).exclude(pk=contract.pk)
        layers = [main, *counting.order_by("effective_on", "pk"), *([contract] if contract.amends else [])]
    standing = {
        (clause.code, clause.pk if clause.is_own else 0): clause
        for layer in layers for clause in layer.clauses.order_by("position", "pk")
    }  # fmt: skip
    found = list(standing.values())
    over = contract.overarching
    return found if over is None or over.state not in BINDING else found + clauses_of(over)


def _row(demand: Demand, clauses: Iterable[Clause]) -> Row:
    named = [each for each in clauses if demand.code in each.demands]
    met = [each for each in named if each.counts]
    return Row(demand, met, [each for each in named if not each.counts], [] if met else library().meeting(demand.code))


def _applies(when: Mapping[str, object], facts: Mapping[str, object]) -> bool:
    return all(facts.get(name) == value for name, value in when.items())
