"""What access refuses."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class NotPermitted(GuanbaoError):
    """{actor} may not do this: {permission}.

    Ask whoever grants roles.
    """


class PermissionTwice(GuanbaoError):
    """The permission «{name}» is declared twice.

    Name one of them otherwise.
    """


class PermissionUnknown(GuanbaoError):
    """No app declares the permission «{name}».

    Correct the name, or declare it.
    """


class RoleUnknown(GuanbaoError):
    """There is no role «{code}».

    Known roles: {known}.
    """


class GrantTooWide(GuanbaoError):
    """{actor} cannot give the role «{role}» so widely.

    Give what you were given to give: within your scope, and no longer than your own grant.
    """


class RoleTooWide(GuanbaoError):
    """{actor} cannot make such a role.

    Take only permissions of roles that you may give, in your own institution.
    """
