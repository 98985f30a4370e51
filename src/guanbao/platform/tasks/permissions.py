"""Who sees background work."""

from __future__ import annotations

from guanbao.platform.access.permissions import permission
from guanbao.platform.access.roles import roles_shipped
from guanbao.platform.wording import _

JOB_VIEW = permission("job.view", _("See one's own background work"), roles=tuple(roles_shipped()))
JOB_VIEW_ALL = permission(
    "job.view_all", _("See the background work of the whole institution"), roles=("platform_administrator",)
)
SCHEDULE_VIEW = permission("schedule.view", _("See what runs by itself"), roles=("platform_administrator",))
