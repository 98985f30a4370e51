"""The duties of the world: what both sides see, what is the contractor's to do, what the bank keeps to itself."""

from datetime import date

from django.utils import timezone

from guanbao.platform.obligations.declaring import carrier_named
from guanbao.platform.obligations.feeds import feed_make
from guanbao.platform.obligations.models import Reminder
from guanbao.platform.obligations.services.keeping import duty_add, duty_do, duty_excuse


def duties_made(arrangement, of, inside, theirs, *, office, manager):
    """One that is done and recurs, some of the contractor's, one of the bank alone; `inside`, `theirs` are marks."""
    at = {"carrier": carrier_named("arrangements"), "row": arrangement, "anchor_on": date(2026, 10, 31)}
    at |= {"title": f"Duty {of}", "title_en": f"Duty {of} en", "role": "service_manager"}
    shown = at | {"role": "executing_department", "every": "monthly", "is_shared": True, "escalate_to": "risk"}
    duty_do(actor=office, duty=duty_add(actor=office, **shown), remark=f"done {of}")
    done, excused, open_ = (duty_add(actor=office, **at) for _ in range(3))
    duty_add(actor=office, **at | {"anchor_on": timezone.localdate()})  # in whichever month that is asked for
    duty_do(actor=manager, duty=done, remark=f"done {of}")
    duty_excuse(actor=office, duty=excused, reason=f"because {inside}")
    own = at | {"title": f"Duty {inside}", "title_en": "", "role": "outsourcing_office"}
    kept = duty_add(actor=office, **own | {"anchor": "ends_on", "offset": "20wd before"})
    assert kept.shared_with is None
    Reminder.objects.create(duty=open_, due_on=open_.due_on, lead_d=1, at=timezone.now())
    feed_make(actor=office, name=f"Calendar {inside}")
    feed_make(actor=manager, name=f"Calendar {theirs}")
