"""Premises, as far as an actor may see them."""

from guanbao.apps.parties.selectors import PARTICULARS
from guanbao.platform.access.reach import reach
from sample.models import Premises
from sample.permissions import VIEW


def premises_visible(*, actor):
    """Premises."""
    return reach(actor, VIEW).rows(Premises.objects.all(), PARTICULARS)
