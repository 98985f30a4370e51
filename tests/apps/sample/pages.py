"""The pages of premises."""

from guanbao.platform.wording import _
from guanbao.web.panels import TIMELINE
from guanbao.web.resource import Resource, Verb
from sample import permissions, selectors, services
from sample.models import Premises

_FIELDS = ("name", "city", "seats")
PREMISES = Resource(
    name="premises",
    model=Premises,
    title=_("Premises"),
    singular=_("Premises"),
    group=_("Parties"),
    empty=_("No premises are entered."),
    view=permissions.VIEW,
    rows=selectors.premises_visible,
    columns=(*_FIELDS, "contractor"),
    search=("name", "city"),
    add=Verb("add", _("New premises"), permissions.EDIT, services.premises_add, ("contractor", *_FIELDS)),
    verbs=(Verb("edit", _("Edit"), permissions.EDIT, services.premises_edit, _FIELDS),),
    panels=(TIMELINE,),
)
