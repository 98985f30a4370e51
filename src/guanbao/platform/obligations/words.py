"""Rules of duties in words."""

from __future__ import annotations

from guanbao.engine.language import _
from guanbao.platform.obligations.choices import EVERY
from guanbao.platform.obligations.declaring import OWN, duty_kind_named
from guanbao.platform.obligations.errors import DutyKindUndeclared
from guanbao.platform.wording import told

_OFFSETS = {
    ("d", "before"): _("{n} days before"),
    ("d", "after"): _("{n} days after"),
    ("wd", "before"): _("{n} working days before"),
    ("wd", "after"): _("{n} working days after"),
    ("m", "before"): _("{n} months before"),
    ("m", "after"): _("{n} months after"),
}


def every_told(every: str) -> str:
    """How often something recurs."""
    known = dict(EVERY)
    return str(known[every]) if every in known else told("Every {n} working days", n=every.removesuffix("wd"))


def offset_told(offset: str) -> str:
    """How far from its anchor something lies."""
    if not offset:
        return told("On the day itself")
    number, way = offset.split(" ")
    unit = number.lstrip("0123456789")
    return told(_OFFSETS[unit, way], n=number.removesuffix(unit))


def kind_told(kind: str) -> str:
    """What a kind is called; its name, where no app declares it any more."""
    if kind == OWN:
        return told("Added by hand")
    try:
        return str(duty_kind_named(kind).title)
    except DutyKindUndeclared:
        return kind
