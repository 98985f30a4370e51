"""Records of entrusted processing, as far as an actor may see them."""

from __future__ import annotations

from django.db.models import QuerySet

from guanbao.apps.arrangements.selectors import OF_ARRANGEMENT
from guanbao.apps.privacy.models import Entrustment
from guanbao.apps.privacy.permissions import ENTRUSTMENT_VIEW
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor


def entrustments_visible(*, actor: Actor) -> QuerySet[Entrustment]:
    """Those of arrangements within reach."""
    rows = Entrustment.objects.select_related("arrangement")
    return reach(actor, ENTRUSTMENT_VIEW).rows(rows, OF_ARRANGEMENT)
