"""Permissions: what can be done, declared once by the app that does it."""

from __future__ import annotations

from dataclasses import dataclass

from guanbao.platform.access.errors import PermissionTwice, PermissionUnknown

# The shipped roles of each side that see its business; the platform's administrator and agents do not.
BANK = (
    "board", "senior_management", "committee", "outsourcing_office", "executing_department", "risk", "compliance",
    "legal", "consumer_protection", "data_protection", "business_continuity", "it_security", "procurement", "finance",
    "internal_audit",
)  # fmt: skip
CONTRACTOR = ("contractor_administrator", "service_manager", "team_lead", "quality_reviewer")
_KNOWN: dict[str, Permission] = {}


@dataclass(frozen=True)
class Permission:
    """One thing that can be done, `subject.verb`: what it is called, and the shipped roles that hold it."""

    name: str
    title: str
    roles: tuple[str, ...]


def permission(name: str, title: str, *, roles: tuple[str, ...]) -> Permission:
    """Declare a permission; `title` is an English sentence that has Chinese wording.

    Raises:
        PermissionTwice: the name is taken.
    """
    if name in _KNOWN:
        raise PermissionTwice(name=name)
    made = _KNOWN[name] = Permission(name, title, roles)
    return made


def permission_named(name: str) -> Permission:
    """The permission of that name. Raises PermissionUnknown."""
    if name not in _KNOWN:
        raise PermissionUnknown(name=name)
    return _KNOWN[name]


def permission_title(name: str) -> str:
    """What a permission is called; its name, where no app declares it any more."""
    return str(_KNOWN[name].title) if name in _KNOWN else name


def permissions() -> tuple[Permission, ...]:
    """Every permission, by name."""
    return tuple(_KNOWN[name] for name in sorted(_KNOWN))
