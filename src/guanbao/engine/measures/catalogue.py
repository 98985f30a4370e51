"""The catalogue: every measure with its parameters, unit, direction, formula and source, declared once.

A measure is a function from a `Frame` of records and its parameters to `Labels`. It only labels: sums are made
by the engine, quotients by Python.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ibis.common.deferred import Deferred

from guanbao.engine.errors import InputError, Where
from guanbao.engine.language import _
from guanbao.engine.measures.frames import Frame


class Unit(StrEnum):
    """What a measure's value is counted in. A duration's numerator is in milliseconds, its value in seconds."""

    SHARE = _("share")
    SECONDS = _("s")
    COUNT = _("count")
    PER_RECORD = _("per record")


class Direction(StrEnum):
    """Which way is good."""

    HIGHER = _("higher is better")
    LOWER = _("lower is better")
    NEITHER = _("neither")


@dataclass(frozen=True)
class Labels:
    """What a measure says of each record, as deferred expressions over the frame.

    counted: it is in the denominator; None: every one is. hit: of those, it is in the numerator (a share).
    amount: of those, its integer share of the numerator (a mean: ms or a count). open: it is not judged yet.
    no_target: it has
    no target and is not judged. belongs: it belongs to the period, where not decided by an anchor.
    value: what to show for it, in ms or a count. p: instead of a quotient, the smallest `amount` whose
    cumulative share is at least p. total: the numerator alone is the value.
    """

    counted: Deferred | None
    hit: Deferred | None = None
    amount: Deferred | None = None
    open: Deferred | None = None
    no_target: Deferred | None = None
    belongs: Deferred | None = None
    value: Deferred | None = None
    p: Fraction | None = None
    total: bool = False


@dataclass(frozen=True)
class Parameter:
    """One parameter of a measure: its kind says how YAML becomes a value."""

    name: str
    kind: Any
    default: Any
    required: bool


@dataclass(frozen=True)
class Measure:
    """One entry of the catalogue. `version` changes when the formula does, and with it every digest."""

    id: str
    dataset: str
    title: str
    formula: str
    unit: Unit
    direction: Direction
    source: str
    version: int
    parameters: tuple[Parameter, ...]
    label: Callable[..., Labels]
    anchors: bool

    def arguments(self, given: dict[str, Any], where: Callable[[str], Where]) -> dict[str, Any]:
        """The measure's arguments from a service level's `with:`; defaults filled in.

        Raises:
            ParameterUnknown, ParameterMissing, ParameterWrong.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise ParameterUnknown(where(name), measure=self.id, parameter=name, known=sorted(known) or "none")
        values = {}
        for name, parameter in known.items():
            if name in given:
                try:
                    values[name] = coerce(given[name], parameter.kind)
                except ValueError as error:
                    raise ParameterWrong(
                        where(name), measure=self.id, parameter=name, value=given[name], expected=error
                    ) from error
            elif parameter.required:
                raise ParameterMissing(where(""), measure=self.id, parameter=name, expected=expected(parameter.kind))
            else:
                values[name] = parameter.default
        return values

    def labels(self, frame: Frame, arguments: dict[str, Any]) -> Labels:
        """The labels of a frame's records."""
        return self.label(frame, **{_python_name(name): value for name, value in arguments.items()})


MEASURES: dict[str, Measure] = {}


def measure(
    id_: str,
    *,
    title: str,
    unit: Unit,
    direction: Direction,
    formula: str,
    source: str,
    version: int = 1,
) -> Callable[[Callable[..., Labels]], Callable[..., Labels]]:
    """Enter a function into the catalogue under `id_`."""

    def enter(label: Callable[..., Labels]) -> Callable[..., Labels]:
        hints = get_type_hints(label, include_extras=True)
        parameters = tuple(
            Parameter(
                name=name.rstrip("_"),
                kind=hints[name],
                default=None if given.default is inspect.Parameter.empty else given.default,
                required=given.default is inspect.Parameter.empty,
            )
            for name, given in inspect.signature(label).parameters.items()
            if given.kind is inspect.Parameter.KEYWORD_ONLY
        )
        first = next(iter(inspect.signature(label).parameters))
        MEASURES[id_] = Measure(
            id=id_,
            dataset=hints[first].dataset_name,
            title=title,
            formula=formula,
            unit=unit,
            direction=direction,
            source=source,
            version=version,
            parameters=parameters,
            label=label,
            anchors=any(parameter.name == "by" for parameter in parameters),
        )
        return label

    return enter


def measure_named(id_: str, where: Where | None = None) -> Measure:
    """The measure of that id.

    Raises:
        MeasureUnknown: naming those of its family.
    """
    if id_ not in MEASURES:
        family = id_.split(".", maxsplit=1)[0] + "."
        near = sorted(name for name in MEASURES if name.startswith(family)) or sorted(MEASURES)
        raise MeasureUnknown(where, measure=id_, known=near)
    return MEASURES[id_]


# Measures that contracts already name and whose dataset is not here yet: a term with one is stated as waiting.
WAITING = {"availability.share": "outages"}


# --- parameters ---------------------------------------------------------------------------------------------


class Seconds(int):
    """A number of seconds: `20`, `20s`, `2m`, `1h`."""


class Days(int):
    """A whole number of days."""


class Share(Fraction):
    """A share between 0 and 1: `90%`, `0.9`."""


class Targets(dict[str, int]):
    """Milliseconds allowed, by priority; the key `*` stands for every priority."""


class Texts(tuple[str, ...]):
    """A list of texts."""

    __slots__ = ()


_DURATION = re.compile(r"(\d{1,12})(\.\d{1,3})?\s*(ms|s|m|h|d)")
_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def duration_ms(value: object) -> int:
    """Milliseconds from `90s`, `15m`, `4h`, or a bare number of seconds.

    Raises:
        ValueError: what was expected.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("a duration such as 90s, 15m or 4h")  # noqa: TRY004 - the callers' one error
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found:
        ms = Fraction(found[1] + (found[2] or "")) * _MS[found[3]]
    else:
        try:
            ms = Fraction(str(value)) * 1000
        except (ValueError, ZeroDivisionError):
            raise ValueError("a duration such as 90s, 15m or 4h") from None
    if ms.denominator != 1 or ms < 0 or ms > 10**13:
        raise ValueError("a duration of whole milliseconds, from 0 on")
    return int(ms)


def share(value: object) -> Fraction:
    """An exact share from `90%` or `0.9`.

    Raises:
        ValueError: what was expected.
    """
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,9}(\.\d{1,9})?\s*%?", text):
        raise ValueError("a share such as 90% or 0.9")
    return Fraction(text.rstrip("% ")) / (100 if text.endswith("%") else 1)


def coerce(value: Any, kind: Any) -> Any:  # noqa: ANN401, C901, PLR0912 - one branch a kind
    """`value` from YAML as a parameter of `kind`.

    Raises:
        ValueError: what was expected.
    """
    kind = _plain(kind)
    if value is None:
        raise ValueError(expected(kind))
    if kind is Seconds:
        ms = duration_ms(value)
        if ms % 1000:
            raise ValueError(expected(kind))
        return ms // 1000
    if kind is Days:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 3660:
            raise ValueError(expected(kind))
        return value
    if kind is Share:
        p = share(value)
        if not 0 < p <= 1:
            raise ValueError(expected(kind))
        return p
    if kind is Targets:
        given = value if isinstance(value, dict) else {"*": value}
        if not given:
            raise ValueError(expected(kind))
        targets = {str(priority): duration_ms(target) for priority, target in given.items()}
        if 0 in targets.values():
            raise ValueError(expected(kind))
        return targets
    if kind is Texts:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(expected(kind))
        return tuple(value)
    if value not in get_args(kind):
        raise ValueError(expected(kind))
    return value


def expected(kind: Any) -> str:  # noqa: ANN401
    """What a parameter of `kind` looks like."""
    kind = _plain(kind)
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    return {
        Seconds: "whole seconds, such as 20 or 2m",
        Days: "a whole number of days, from 1 to 3660",
        Share: "a share above 0 up to 1, such as 90%",
        Targets: 'a duration, or durations by priority such as {"1": 4h, "2": 8h}',
        Texts: 'a list of texts, such as ["Awaiting User Info"]',
    }[kind]


def _plain(kind: Any) -> Any:  # noqa: ANN401
    options = [option for option in get_args(kind) if option is not type(None)]
    return options[0] if get_origin(kind) is not Literal and len(options) == 1 else kind


def _python_name(name: str) -> str:
    return f"{name}_" if name == "from" else name


class MeasureUnknown(InputError):
    """There is no measure «{measure}».

    Known measures: {known}.
    """


class ParameterUnknown(InputError):
    """The measure {measure} has no parameter «{parameter}».

    Its parameters: {known}.
    """


class ParameterMissing(InputError):
    """The measure {measure} needs the parameter «{parameter}».

    Add it under with: {expected}.
    """


class ParameterWrong(InputError):
    """«{value}» is wrong for {parameter} of {measure}.

    Expected: {expected}.
    """
