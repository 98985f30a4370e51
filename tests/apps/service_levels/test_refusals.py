"""Every write about service levels asks for its permission itself: the pages ask before, who else calls need not."""

from datetime import date

import pytest
from desks import HOURS
from django.utils import timezone

from guanbao.apps.service_levels.models import Exclusion, Level, Standing, Term, WorkingCalendar
from guanbao.apps.service_levels.selectors import standing_visible
from guanbao.apps.service_levels.services.exclusions import exclusion_decide
from guanbao.apps.service_levels.services.levels import (
    calendar_add,
    calendar_edit,
    level_begin,
    level_edit,
    level_enforce,
    term_add,
    term_edit,
    term_remove,
)
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.ledger.models import Entry

TERM = {"code": "t", "title": "T", "measure": "contact.service_level", "arguments": "within_s: 20", "target": ">= 80%"}
CALLS = {
    "calendar": lambda who, at: calendar_add(actor=who, institution=at.bank, name="Night", definition=HOURS),
    "its change": lambda who, at: calendar_edit(actor=who, workingcalendar=at.calendar, name="N", definition=HOURS),
    "version": lambda who, at: level_begin(actor=who, arrangement=at.arrangement, calendar=at.calendar),
    "title": lambda who, at: level_edit(actor=who, level=at.level, title="Another"),
    "force": lambda who, at: level_enforce(actor=who, level=at.level, holds_from=date(1999, 1, 1)),
    "term": lambda who, at: term_add(actor=who, level=at.level, **TERM),
    "its target": lambda who, at: term_edit(actor=who, term=at.term, target=">= 1%"),
    "its end": lambda who, at: term_remove(actor=who, term=at.term),
    "exclusion": lambda who, at: exclusion_decide(
        actor=who, exclusion=at.exclusion, state="accepted", decision="Yes."
    ),
}  # fmt: skip
# Who decides exclusions may do so on either side.
MANAGER = CALLS.keys() - {"exclusion"}


@pytest.fixture
def at(thread, house):
    """A draft with its terms, a calendar, and an exclusion that the contractor proposed."""
    thread.bank, thread.arrangement = house.bank, thread.calls
    thread.calendar = calendar_add(actor=SYSTEM, institution=house.bank, name="Desk", definition=HOURS)
    thread.level = level_begin(actor=SYSTEM, arrangement=thread.calls, calendar=thread.calendar, preset="call-centre")
    thread.term = thread.level.terms.first()
    thread.exclusion = Exclusion.objects.create(
        arrangement=thread.calls, period_from=date(1999, 2, 1), reason="x", records=["a"], side="contractor",
        proposed_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    thread.stranger = house.person("cards", house.cards.organisation, "service_manager")
    thread.elsewhere = house.person("elsewhere", house.other.organisation, "outsourcing_office")
    return thread


def stored():
    rows = [list(model.objects.order_by("pk").values()) for model in (WorkingCalendar, Level, Term, Exclusion)]
    return rows, Entry.objects.count()


@pytest.mark.parametrize("call", CALLS)
def test_who_may_not_changes_nothing(call, at):
    before = stored()
    for name in ("auditor", "stranger", "elsewhere", *(["manager"] if call in MANAGER else [])):
        with pytest.raises(NotPermitted):
            CALLS[call](getattr(at, name)[1], at)
        assert stored() == before, name


def test_where_it_stands_is_for_who_sees_its_statements(at):
    now = timezone.now()
    Standing.objects.create(arrangement=at.calls, month=now.date(), as_of=now, content={}, computed_at=now)
    found = {
        name: standing_visible(actor=getattr(at, name)[1], arrangement=at.calls) is not None
        for name in ("office", "manager", "auditor", "stranger", "elsewhere")
    }
    assert found == {"office": True, "manager": True, "auditor": True, "stranger": False, "elsewhere": False}
