"""Each reader is offered what they may do with service levels, and shown what they may see; others are not."""

from datetime import date

import pytest
from desks import FEBRUARY, sent

from guanbao.apps.service_levels.pages.waiting import waits_for
from guanbao.apps.service_levels.services.imports import import_run
from guanbao.apps.service_levels.services.statements import remark_add, statement_draft
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.actors import SYSTEM
from guanbao.web.resource import resource_named

PANELS = {
    "level.view": {"levels"},
    "records.view": {"records"},
    "amount.view": {"amounts"},
    "statement.view": {"figures", "standing"},
}
BAD = b'{"id": "b1", "arrived_at": "25 o\'clock", "outcome": "answered"}\n'
GOOD = b'{"id": "b2", "arrived_at": "2026-11-02T09:30:00+08:00", "outcome": "answered"}\n'


@pytest.mark.parametrize("permission", PANELS)
def test_a_panel_is_there_for_who_may_see_what_it_shows(thread, house, permission):  # noqa: ARG001
    person, reader = house.person("reader", house.bank.organisation)
    role = Role.objects.create(
        code="reader", side="institution", name="读者", institution=house.bank.organisation,
        permissions=["arrangement.view", permission],
    )  # fmt: skip
    Grant.objects.create(person=person, organisation=house.bank.organisation, role=role, since=date(2026, 1, 1))
    arrangements = resource_named("arrangements")
    shown = {panel.name for slot in ("head", "tab", "side") for panel in arrangements.panels_for(reader, slot)}
    assert shown & set().union(*PANELS.values()) == PANELS[permission]


def test_to_each_waits_what_they_may_decide(thread):
    titles = {
        name: {task.url.split("/")[1] for task in waits_for(getattr(thread, name)[1])}
        for name in ("office", "manager", "auditor")
    }
    assert titles == {
        "office": {"exclusions", "statements", "imports"},
        "manager": {"exclusions", "imports"},
        "auditor": set(),
    }


def test_the_months_are_on_the_first_page_of_who_sees_statements(thread, house, client):
    admin = house.person("admin", house.bank.organisation, "platform_administrator")[0]
    for who, told in ((thread.auditor[0], True), (admin, False)):
        client.force_login(who)
        assert ("Terms met, month by month" in client.get("/").content.decode()) is told


def test_audit_reads_and_is_offered_nothing(desk, client):
    draft = statement_draft(actor=SYSTEM, arrangement=desk.calls, month=FEBRUARY)
    ways = {
        f"/arrangements/{desk.calls.pk}/?tab=records": f"/arrangements/{desk.calls.pk}/send",
        f"/arrangements/{desk.calls.pk}/?tab=levels": "/levels/add?",
        f"/statements/{draft.pk}/": "/exclusions/add?",
        f"/statements/{draft.pk}/records/service-level": "/exclusions/add?",
    }
    for who, offered in ((desk.office[0], True), (desk.auditor[0], False)):
        client.force_login(who)
        for page, way in ways.items():
            answer = client.get(page)
            assert answer.status_code == 200, page
            assert (way in answer.content.decode()) is offered, (page, who)


def test_rejected_rows_are_for_who_sends_records(home, thread, client):  # noqa: ARG001
    manager = thread.manager[1]
    waiting = sent(manager, thread.calls, GOOD + BAD, name="calls.jsonl", mapping="interactions-jsonl")
    row = import_run(actor=manager, import_=waiting)
    for who, told in ((thread.manager[0], True), (thread.auditor[0], False)):
        client.force_login(who)
        answer = client.get(f"/imports/{row.pk}/")
        assert answer.status_code == 200
        assert ("25 o&#x27;clock" in answer.content.decode()) is told


def test_who_sends_no_records_finds_no_way_to(thread, client):
    client.force_login(thread.auditor[0])
    assert client.get(f"/arrangements/{thread.calls.pk}/send").status_code == 404


def test_each_reads_what_both_said_and_who_of_their_own_said_it(desk, client):
    statement = statement_draft(actor=SYSTEM, arrangement=desk.calls, month=FEBRUARY)
    for name in ("office", "manager"):
        remark_add(actor=getattr(desk, name)[1], statement=statement, text=f"Said by them: {name[:3]}.")
    for name, other in (("office", "manager"), ("manager", "office")):
        client.force_login(getattr(desk, name)[0])
        given = client.get(f"/statements/{statement.pk}/", {"tab": "remarks"}).context["given"]
        assert [(who, text[-4:-1]) for _side, who, _at, text in given["remarks"]] == [
            (each if each != other else "", each[:3]) for each in ("office", "manager")
        ]
