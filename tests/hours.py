"""A tender whose hour is past, as time itself would have it."""

from datetime import timedelta

from django.utils import timezone

from guanbao.apps.sourcing.models import Tender
from guanbao.apps.sourcing.services.keys import signed_keys


def hour_past(tender):
    """Bids can be opened now; the keys are signed with the hour, so they are signed anew."""
    past = timezone.now() - timedelta(hours=1)
    Tender.objects.filter(pk=tender.pk).update(questions_until=past - timedelta(hours=1), closes_at=past)
    tender.refresh_from_db()
    Tender.objects.filter(pk=tender.pk).update(opening_keys=signed_keys(tender, tender.openers.order_by("number")))
