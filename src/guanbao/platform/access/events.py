"""What happens to roles and grants, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_GRANT = ("person", "organisation", "role", "scope", "key", "since", "until")

GRANT_GIVEN = declare(
    "grant.given",
    en="{actor} gave person {person} the role {role}",
    zh="{actor}授予人员 {person} 角色 {role}",
    clear=_GRANT,
)
GRANT_REVOKED = declare(
    "grant.revoked",
    en="{actor} took the role {role} from person {person}",
    zh="{actor}收回了人员 {person} 的角色 {role}",
    clear=_GRANT,
)
_ROLE = ("name", "name_en", "permissions", "gives", "needs_mfa")
ROLE_ADDED = declare("role.added", en="{actor} added the role {name}", zh="{actor}新增了角色{name}", clear=_ROLE)
ROLE_EDITED = declare(
    "role.edited",
    en="{actor} changed an own role of the institution",
    zh="{actor}修改了机构自有角色",
    clear=_ROLE,
)
