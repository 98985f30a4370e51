"""A record that belongs to another is decided by what that other is."""

from datetime import date

import pytest
from chains import COUNTERSIGN, decided, task_of

from guanbao.apps.arrangements.selectors import OF_ARRANGEMENT
from guanbao.apps.arrangements.services import arrangement_edit
from guanbao.apps.privacy.models import Entrustment
from guanbao.apps.privacy.selectors import entrustments_visible
from guanbao.platform.workflow import attaching
from guanbao.platform.workflow.models import Approval
from guanbao.platform.workflow.services.approvals import approval_start, is_approved

pytestmark = pytest.mark.django_db
THREAD = ("importance", "has_personal_data", "uses_cloud", "is_cross_border", "is_related")
NAMED = {"rows": entrustments_visible, "columns": OF_ARRANGEMENT, "thread": "arrangement"}


@pytest.fixture
def entrustment(deciders, monkeypatch):
    monkeypatch.setattr(attaching, "_ATTACHED", dict(attaching._ATTACHED))
    attaching.attach(Entrustment, "tiered_review", fields=("purpose", "kinds"), thread_fields=THREAD, **NAMED)
    return Entrustment.objects.create(
        arrangement=deciders.arrangement, purpose="Calls", kinds="Names", begins_on=date(2026, 1, 1),
        finishes_on=date(2026, 12, 31),
    )  # fmt: skip


def test_the_thread_chooses_who_decides(deciders, entrustment):
    approval = approval_start(actor=deciders.maker, subject=entrustment)
    assert approval.content["importance"] == "important"
    decided(approval, deciders.by["executing_department"], "executing")
    asked = set(approval.tasks.filter(state="open").values_list("level", flat=True))
    assert asked == {f"sign_{one}" for one in COUNTERSIGN}


def test_a_change_of_the_thread_voids_it(deciders, entrustment):
    approval = approval_start(actor=deciders.maker, subject=entrustment)
    office = deciders.thread.office[1]
    arrangement_edit(actor=office, arrangement=deciders.arrangement, title="Another")
    assert task_of(approval, "executing").state == "open"
    arrangement_edit(actor=office, arrangement=deciders.arrangement, uses_cloud=True)
    assert Approval.objects.get(pk=approval.pk).state == "void"
    assert not is_approved(entrustment)


def test_a_field_of_the_thread_hides_none_of_the_record():
    with pytest.raises(ValueError, match="purpose"):
        attaching.attach(Entrustment, "tiered_review", fields=("purpose",), thread_fields=("purpose",), **NAMED)
