"""Rows of a service level as the engine's own file form, and presets as rows. What is written is what is digested."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import ibis
import yaml

from guanbao.apps.service_levels.models import Exclusion, Level, Term
from guanbao.engine.documents import ValueWrong, parse
from guanbao.engine.expressions import Scope, compile_expression
from guanbao.engine.measures.catalogue import MEASURES, WAITING, Direction
from guanbao.engine.records.datasets import dataset
from guanbao.engine.statements.levels import ServiceLevel, service_level_of
from guanbao.engine.statements.presets import preset

_IBIS = {"text": "string", "time": "int64", "duration": "int64", "count": "int64", "flag": "boolean"}
_STEP = re.compile(r"([^:;\n]+):\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)\s*")
_EDGES = {
    ("credit", True): "below",
    ("credit", False): "above",
    ("bonus", True): "at_least",
    ("bonus", False): "at_most",
}


def level_text(level: Level, exclusions: Iterable[Exclusion] = ()) -> str:
    """The service level as YAML, with the exclusions that were accepted.

    Raises:
        ValueWrong: a credit or bonus step is not of its form.
    """
    data: dict[str, Any] = {
        "title": level.title,
        "arrangement": level.arrangement.reference,
        "calendar": parse(level.calendar_text or level.calendar.definition).data,
        "terms": [term_data(term) for term in level.terms.order_by("position", "code")],
        "credit": {"rounding": {"places": level.rounding_places, "mode": level.rounding_mode}, "net": level.nets_bonus},
    }
    if level.arrangement.contractor is not None:
        data["contractor"] = level.arrangement.contractor.name
    if level.fee_monthly is not None:
        data["fee"] = {"amount": f"{level.fee_monthly:.2f}", "currency": level.fee_currency, "per": "month"}
        if level.cap_percent is not None:
            data["credit"]["cap_of_fee"] = f"{level.cap_percent}%"
    if left_out := [_exclusion_data(exclusion) for exclusion in exclusions]:
        data["exclusions"] = left_out
    return yaml_text(data)


def term_text(term: Term) -> str:
    """A service level of this term alone, to have the engine judge it before the others are there."""
    calendar = {"zone": "UTC", "week": {"mon-sun": ["00:00-24:00"]}}
    fee = {"amount": "1.00", "currency": "CNY", "per": "month"}
    return yaml_text({"title": "…", "arrangement": "…", "calendar": calendar, "fee": fee, "terms": [term_data(term)]})


def yaml_text(data: dict[str, Any]) -> str:
    """The file form of a mapping."""
    return yaml.safe_dump(_plain(data), allow_unicode=True, sort_keys=False, width=110)


def level_read(text: str) -> ServiceLevel:
    """The engine's service level. Raises InputError with line and column."""
    return service_level_of(parse(text))


def condition_check(level: ServiceLevel) -> None:
    """That the condition of a level's one term speaks of columns that its records have, in words that are allowed.

    Raises:
        InputError: ColumnUnknown, ExpressionRefused.
    """
    [term] = level.terms
    if term.measure is None or term.where is None:
        return
    kind = dataset(term.measure.dataset)
    types = {column.name: "int64" if column.name in kind.times else _IBIS[column.type] for column in kind.columns}
    table = ibis.table(types, name="records")
    scope = Scope({name: table[name] for name in kind.names}, times=kind.times, instant=level.calendar.instant)
    compile_expression(f"({term.where}) and true", scope)


def term_data(term: Term) -> dict[str, Any]:
    """A term as the file form has it. Raises ValueWrong."""
    data: dict[str, Any] = {"id": term.code, "title": term.title, "measure": term.measure}
    if term.arguments:
        data["with"] = term.arguments
    if term.condition:
        data["where"] = term.condition
    if term.target:
        data["target"] = term.target
    if term.weight:
        data["weight"] = term.weight
    for kind in ("credit", "bonus"):
        if steps := steps_read(getattr(term, kind), term, kind):
            data[kind] = steps
    return data


def steps_read(text: str, term: Term, kind: str) -> list[dict[str, str]]:
    """Steps as people write them, one a line or with semicolons: `80%: 2%` of the fee, `80%: 5000.00` as an amount.

    Raises:
        ValueWrong: a step is not of this form.
    """
    edge = _EDGES[kind, _higher_is_better(term)]
    made = []
    for part in re.split(r"[;\n]+", text):
        if not part.strip():
            continue
        found = _STEP.fullmatch(part.strip())
        if found is None:
            raise ValueWrong(key=kind, value=part.strip(), expected="steps such as 80%: 2% or 80%: 5000.00")
        amount = {"of_fee": f"{found[2]}%"} if found[3] else {"amount": found[2]}
        made.append({edge: found[1].strip(), **amount})
    return made


def steps_text(steps: Iterable[Mapping[str, Any]]) -> str:
    """Steps of the file form as people write them."""
    edges = set(_EDGES.values())
    return "; ".join(
        f"{next(v for k, v in step.items() if k in edges)}: {step.get('of_fee', step.get('amount'))}" for step in steps
    )


def terms_of_preset(name: str) -> tuple[str, list[Term]]:
    """Title and unsaved terms of a preset. Raises PresetUnknown."""
    data = preset(name).data
    terms = [
        Term(
            position=10 * n,
            code=said["id"],
            title=said.get("title", said["id"]),
            measure=said["measure"],
            arguments=_plain(said.get("with", {})),
            condition=said.get("where", ""),
            target=said.get("target", ""),
            weight=Decimal(str(said.get("weight", 0))),
            credit=steps_text(said.get("credit", ())),
            bonus=steps_text(said.get("bonus", ())),
        )
        for n, said in enumerate(data["terms"], 1)
    ]
    return data["title"], terms


def _higher_is_better(term: Term) -> bool:
    found = MEASURES.get(term.measure)
    if found is None:
        return term.measure in WAITING  # availability
    if found.direction is Direction.NEITHER:
        return term.target.strip().startswith(">")
    return found.direction is Direction.HIGHER


def _exclusion_data(exclusion: Exclusion) -> dict[str, Any]:
    data: dict[str, Any] = {"reason": exclusion.reason, "approved_by": f"#{exclusion.pk} {exclusion.decision}"}
    if exclusion.records:
        data["records"] = exclusion.records
    else:
        data |= {"from": exclusion.starts_at, "to": exclusion.ends_at, "effect": exclusion.effect}
    return data | ({"terms": exclusion.terms} if exclusion.terms else {})


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a document holds
    """Decimals as the shortest number that reads back the same: YAML's writer knows none."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value) if isinstance(value, str) else value  # a choice is a text of its own kind
