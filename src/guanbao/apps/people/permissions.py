"""What can be done with people and their roles."""

from __future__ import annotations

from guanbao.platform.access.permissions import permission
from guanbao.platform.wording import _

_ADMINISTRATORS = ("platform_administrator", "contractor_administrator")

PERSON_VIEW = permission("person.view", _("See people and their roles"), roles=(*_ADMINISTRATORS, "internal_audit"))
PERSON_ADD = permission("person.add", _("Add people"), roles=_ADMINISTRATORS)
ROLE_EDIT = permission("role.edit", _("Add and change own roles"), roles=("platform_administrator",))
PERSON_END = permission("person.end", _("End memberships, sessions and tokens of people"), roles=_ADMINISTRATORS)
GRANT_EDIT = permission("grant.edit", _("Give and take roles"), roles=_ADMINISTRATORS)
