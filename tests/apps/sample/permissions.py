"""What can be done with premises."""

from guanbao.platform.access.permissions import permission
from guanbao.platform.wording import _

VIEW = permission("premises.view", _("See premises"), roles=("outsourcing_office", "service_manager"))
EDIT = permission("premises.edit", _("Enter and correct premises"), roles=("outsourcing_office",))
