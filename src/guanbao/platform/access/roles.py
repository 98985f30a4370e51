"""The roles that come with the product: their names from the pack, their permissions from the apps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from guanbao.engine import documents
from guanbao.platform.access.errors import RoleUnknown
from guanbao.platform.access.models import Role
from guanbao.platform.access.permissions import permissions
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import reader_language


@dataclass(frozen=True)
class Shipped:
    """A role of the pack."""

    code: str
    side: Side
    name: str
    name_en: str
    needs_mfa: bool
    gives: tuple[str, ...]


@cache
def roles_shipped() -> dict[str, Shipped]:
    """The roles of the pack by code, in its order."""
    text = resources.files("guanbao").joinpath("packs/access/roles.yaml").read_text(encoding="utf-8")
    data = documents.parse(text, file=Path("roles.yaml")).data
    return {
        code: Shipped(
            code,
            side,
            said["zh"],
            said["en"],
            needs_mfa=said.get("needs_mfa", False),
            gives=tuple(said.get("gives", ())),
        )
        for side in Side
        for code, said in data[side.value].items()
    }


def role_title(code: str) -> str:
    """What a role that is shipped is called; another by its code."""
    role = roles_shipped().get(code)
    if role is None:
        return code
    return role.name if reader_language() == "zh" else role.name_en


def permissions_of(code: str) -> list[str]:
    """The names of the permissions that apps give to a shipped role."""
    return [permission.name for permission in permissions() if code in permission.roles]


def roles_sync() -> list[Role]:
    """Bring the shipped roles in the database to what the pack and the apps say.

    Raises:
        RoleUnknown: an app gives a permission to a role that the pack does not have.
    """
    shipped = roles_shipped()
    for permission in permissions():
        for code in permission.roles:
            if code not in shipped:
                raise RoleUnknown(code=code, known=sorted(shipped))
    synced = []
    for role in shipped.values():
        said = {
            "side": role.side,
            "name": role.name,
            "name_en": role.name_en,
            "needs_mfa": role.needs_mfa,
            "gives": list(role.gives),
            "permissions": permissions_of(role.code),
        }
        synced.append(Role.objects.update_or_create(code=role.code, institution=None, defaults=said)[0])
    return synced
