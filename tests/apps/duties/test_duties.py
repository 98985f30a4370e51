"""Duties on records: armed, moved and ended by their dates, told of once, done by whose they are."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import arrangement_edit
from guanbao.apps.duties.services import arrangement_duties_start, arrangement_duty_add
from guanbao.apps.duties.templates import templates_shipped
from guanbao.apps.parties.services import certificate_add, certificate_edit
from guanbao.apps.privacy.services import entrustment_add, entrustment_settle
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.ledger.models import Entry
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.declaring import carrier_named, duty_kinds
from guanbao.platform.obligations.errors import DutyClosed, DutyNotYours, DutyOfRecord, DutyThere
from guanbao.platform.obligations.models import Duty, Reminder
from guanbao.platform.obligations.selectors import duties_due, duties_own, duties_visible
from guanbao.platform.obligations.services.arming import record_arm, records_arming
from guanbao.platform.obligations.services.keeping import duty_cancel, duty_do, duty_edit, duty_excuse, duty_hand
from guanbao.platform.obligations.services.reminding import duties_acting, duty_act
from guanbao.platform.tasks.models import Job

KIND = "certificate.check"
FACTS = {"kind": "licence", "name": "Licence", "number": "1", "issuer": "Office", "scope": ""}
FACTS["valid_from"] = date(2026, 1, 1)


def noon(day):
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)  # in Shanghai


def run(day):
    """What the periodic job does on a day; what came of each duty."""
    done = Counter()
    while found := {pk: acted for pk in duties_acting(noon(day)) if (acted := duty_act(pk=pk, now=noon(day)))}:
        done.update(found.keys())
        assert max(done.values()) < 3
    return done


def told(duty, kind=""):
    """What people are told of a duty: the kinds, the ends of their keys, and to which posts."""
    jobs = Job.objects.filter(kind="notice.spread", arguments__kind__startswith=f"duty.{kind}").order_by("pk")
    found = [job.arguments for job in jobs if job.arguments["url"] == f"/duties/{duty.pk}/"]
    return [(one["kind"], one["key"].removeprefix(f"{duty.pk}-"), one["role"]) for one in found]


@pytest.fixture
def certificate(thread, house):
    return certificate_add(actor=thread.office[1], contractor=house.calls, valid_until=date(2027, 6, 30), **FACTS)


def of(row, kind=KIND):
    return Duty.objects.filter(kind=kind, record_id=row.pk).order_by("number")


def added(thread, **more):
    facts = {"title": "Report", "role": "outsourcing_office", "anchor_on": date(2027, 3, 31)} | more
    return arrangement_duty_add(actor=thread.office[1], arrangement=thread.calls, **facts)


def test_a_date_of_a_record_arms_moves_and_ends_its_duty(thread, certificate):
    [duty] = of(certificate)
    assert (duty.due_on, duty.state, duty.role) == (date(2027, 6, 30), State.OPEN, "procurement")
    later = FACTS | {"valid_until": date(2028, 6, 30)}
    certificate_edit(actor=thread.manager[1], certificate=certificate, **later)  # by who sees no duty of the bank's
    [duty] = of(certificate)
    assert (duty.due_on, duty.moves) == (date(2028, 6, 30), 1)
    moved = Entry.objects.get(event="duty.moved", object_id=str(duty.pk))
    assert (moved.before["due_on"], moved.after["due_on"]) == ("2027-06-30", "2028-06-30")
    certificate_edit(actor=thread.office[1], certificate=certificate, **FACTS | {"valid_until": None})
    assert of(certificate).get().state == State.LAPSED
    certificate_edit(actor=thread.office[1], certificate=certificate, **later)
    [duty] = of(certificate)
    assert (duty.state, duty.due_on, duty.closed_on) == (State.OPEN, date(2028, 6, 30), None)


def test_what_was_done_stays_done_and_another_date_arms_another(thread, certificate):
    [duty] = of(certificate)
    duty_do(actor=thread.office[1], duty=duty, remark="Seen, file 7")
    carrier = carrier_named("certificates")
    assert record_arm(carrier, certificate.pk) == 0
    certificate_edit(actor=thread.office[1], certificate=certificate, **FACTS | {"valid_until": date(2028, 6, 30)})
    first, second = of(certificate)
    assert (first.state, first.due_on, first.remark) == (State.DONE, date(2027, 6, 30), "Seen, file 7")
    assert (second.state, second.due_on, second.number) == (State.OPEN, date(2028, 6, 30), 1)
    assert first.closed_by == thread.office[0]


def test_a_date_that_stands_for_never_arms_nothing(thread, house):
    made = certificate_add(actor=thread.office[1], contractor=house.calls, valid_until=date(9999, 12, 31), **FACTS)
    assert not of(made).exists()


def test_the_job_finds_what_no_service_told_of(thread, certificate):
    Duty.objects.all().delete()
    Arrangement.objects.filter(pk=thread.calls.pk).update(ends_on=date(2027, 5, 31))
    found = list(records_arming())
    assert (carrier_named("certificates"), certificate.pk) in found
    assert sum(record_arm(carrier, pk) for carrier, pk in found) == Duty.objects.count() == 5
    assert Duty.objects.get(kind="arrangement.ends", record_id=thread.calls.pk).due_on == date(2027, 5, 31)
    assert sum(record_arm(carrier, pk) for carrier, pk in records_arming()) == 0


def test_settling_on_the_record_is_doing_it(thread, house):
    facts = dict.fromkeys(("purpose", "method", "kinds", "protection", "duties"), "x") | {"at_end": "delete"}
    row = entrustment_add(
        actor=thread.office[1],
        arrangement=thread.calls,
        begins_on=date(2026, 1, 1),
        finishes_on=date(2026, 12, 31),
        **facts,
    )
    [duty] = of(row, "entrustment.settle")
    assert (duty.role, duty.is_shared, duty.due_on) == ("data_protection", True, date(2026, 12, 31))
    officer = house.person("officer", house.bank.organisation, "data_protection")[1]
    entrustment_settle(actor=officer, entrustment=row, settled_on=date(2026, 2, 1), settlement="Certificate 7")
    [duty] = of(row, "entrustment.settle")
    assert duty.state == State.DONE


def test_reminders_go_out_once_each_and_what_was_missed_goes_out_once(house, certificate):
    house.person("buyer", house.bank.organisation, "procurement")
    [duty] = of(certificate)
    day = duty.due_on
    assert duty.pk not in run(day - timedelta(days=31))
    for _ in range(2):
        run(day - timedelta(days=30))
    assert told(duty) == [("duty.due", f"{day}-30", "procurement")]
    run(day - timedelta(days=5))  # nobody looked on the fifteenth and the seventh day before
    assert told(duty)[1:] == [("duty.due", f"{day}-7", "procurement")]
    rows = Reminder.objects.filter(duty=duty, is_escalation=False).order_by("-lead_d")
    assert list(rows.values_list("lead_d", flat=True)) == [30, 15, 7]
    run(day + timedelta(days=40))
    late, up = told(duty)[2:]
    assert late == ("duty.late", f"{day}-1", "procurement")
    assert up == ("duty.escalated", f"{day}", "outsourcing_office")
    duty.refresh_from_db()
    assert (duty.escalated_on, duty.acts_on) == (day + timedelta(days=40), None)
    assert duty.pk not in run(day + timedelta(days=41))


def test_today_is_where_the_institution_is(thread):
    duty = added(thread, leads=[0], anchor_on=date(2027, 3, 31))
    evening = datetime(2027, 3, 30, 15, 59, tzinfo=UTC)  # one minute to midnight in Shanghai
    assert not duty_act(pk=duty.pk, now=evening)
    assert duty_act(pk=duty.pk, now=evening + timedelta(minutes=1))["reminded"] == 1


def test_what_recurs_goes_on_whether_it_was_done_or_not(thread):
    duty = added(thread, anchor_on=date(2027, 1, 31), every="monthly", grace_d=5, escalate_to="risk")
    assert (duty.number, duty.due_on) == (0, date(2027, 1, 31))
    duty_do(actor=thread.office[1], duty=duty, remark="Sent")
    series = Duty.objects.filter(series=duty.series).order_by("number")
    assert [(one.state, one.due_on) for one in series] == [
        (State.DONE, date(2027, 1, 31)),
        (State.OPEN, date(2027, 2, 28)),
    ]
    run(date(2027, 5, 3))  # nobody looked for two months
    days = [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)]
    assert [one.due_on for one in series.all()] == days
    assert [one.escalated_on is not None for one in series.all()] == [False, True, True, False, False]
    duty_excuse(actor=thread.office[1], duty=series.all()[2], reason="On holiday")
    duty_cancel(actor=thread.office[1], duty=series.all()[4], reason="No longer asked for")
    assert {one.state for one in series.all()} == {State.DONE, State.EXCUSED, State.CANCELLED}
    assert not run(date(2028, 1, 1)).keys() & set(series.values_list("pk", flat=True))


def test_it_ends_with_its_last_day_and_with_the_arrangement(thread):
    duty = added(thread, anchor_on=date(2027, 1, 31), every="monthly", until_on=date(2027, 3, 31))
    run(date(2028, 1, 1))
    assert Duty.objects.filter(series=duty.series).count() == 3
    endless = added(thread, anchor_on=date(2027, 1, 31), every="monthly", title="Other")
    Arrangement.objects.filter(pk=thread.calls.pk).update(stage="closed", outcome="completed")
    record_arm(carrier_named("arrangements"), thread.calls.pk)
    assert Duty.objects.get(series=endless.series).state == State.LAPSED
    run(date(2028, 1, 1))
    assert Duty.objects.filter(series=endless.series).count() == 1


def test_one_hangs_on_a_date_of_the_arrangement_and_goes_with_it(thread):
    duty = added(thread, anchor="ends_on", offset="20wd before", rolls="backward", anchor_on=None)
    assert (duty.anchor_on, duty.due_on, duty.is_provisional) == (date(2027, 12, 31), date(2027, 12, 3), True)
    arrangement_edit(actor=thread.office[1], arrangement=thread.calls, ends_on=date(2026, 12, 31))
    duty.refresh_from_db()
    assert (duty.anchor_on, duty.due_on, duty.is_provisional) == (date(2026, 12, 31), date(2026, 12, 3), False)
    assert told(duty, "moved")
    with pytest.raises(ValidationError):
        duty_edit(actor=thread.office[1], duty=duty, anchor_on=date(2027, 1, 1))
    edited = duty_edit(actor=thread.office[1], duty=duty, offset="30d before", leads=[3])
    assert (edited.due_on, edited.leads) == (date(2026, 12, 1), [3])


def test_templates_start_once_and_name_their_source(thread):
    assert all(each.source and each.clause.zh and each.version for each in templates_shipped().values())
    start = {"actor": thread.office[1], "arrangement": thread.calls}
    with pytest.raises(ValidationError):
        arrangement_duties_start(templates=["prepayment"], **start)
    chosen = ["quality_review", "third_party_assessment", "satisfaction_survey", "notice_of_expiry", "prepayment"]
    arrangement_duties_start(templates=chosen, given_on=date(2027, 2, 1), **start)
    made = {duty.template: duty for duty in Duty.objects.exclude(template="")}
    assert made.keys() == set(chosen)
    assert made["notice_of_expiry"].due_on == date(2027, 9, 30)  # three months before the last of the year
    assert made["third_party_assessment"].every == "half_yearly"
    assert made["quality_review"].due_on >= timezone.localdate()
    with pytest.raises(DutyThere):
        arrangement_duties_start(templates=["balance", "quality_review"], given_on=date(2027, 2, 1), **start)
    assert not Duty.objects.filter(template="balance").exists()


def test_who_may_do_what(thread, house, certificate):
    [duty] = of(certificate)
    audit, legal = thread.auditor[1], house.person("legal", house.bank.organisation, "legal")[1]
    buyer = house.person("buyer", house.bank.organisation, "procurement")[1]
    for actor in (audit, legal):
        with pytest.raises(DutyNotYours):
            duty_do(actor=actor, duty=duty, remark="x")
        with pytest.raises(NotPermitted):
            duty_excuse(actor=actor, duty=duty, reason="x")
    for actor in (thread.manager[1], house.person("other", house.other.organisation, "procurement")[1]):
        with pytest.raises(NotPermitted):
            duty_do(actor=actor, duty=duty, remark="x")
    with pytest.raises(NotPermitted):
        arrangement_duty_add(actor=buyer, arrangement=thread.calls, title="x", role="risk", anchor_on=date(2027, 1, 1))
    with pytest.raises(ValidationError):
        duty_do(actor=buyer, duty=duty, remark=" ")
    with pytest.raises(DutyOfRecord):
        duty_edit(actor=thread.office[1], duty=duty, title="x")
    assert duty.state == State.OPEN
    duty_do(actor=buyer, duty=duty, remark="Seen")
    with pytest.raises(DutyClosed):
        duty_cancel(actor=thread.office[1], duty=duty, reason="x")


def test_a_contractor_sees_what_is_theirs_or_shown_to_them(thread, house):
    rival = house.person("rival", house.cards.organisation, "service_manager")[1]
    inside, shown = added(thread), added(thread, title="Shown", is_shared=True)
    theirs = added(thread, title="Theirs", role="service_manager")
    seen = set(duties_visible(actor=thread.manager[1]).filter(kind="own"))
    assert seen == {shown, theirs}
    assert not duties_visible(actor=rival).filter(pk__in=[inside.pk, shown.pk, theirs.pk]).exists()
    assert set(duties_own(actor=thread.manager[1]).filter(kind="own")) == {theirs}
    with pytest.raises(DutyNotYours):
        duty_do(actor=thread.manager[1], duty=shown, remark="x")
    done = duty_do(actor=thread.manager[1], duty=theirs, remark="Sent")
    assert (done.closed_side, done.state) == ("contractor", State.DONE)


def test_what_is_named_to_somebody_is_the_posts_again_when_they_go(thread, house):
    person, buyer = house.person("buyer", house.bank.organisation, "procurement")
    _, second = house.person("second", house.bank.organisation, "procurement")
    duty = duty_hand(actor=thread.office[1], duty=added(thread, leads=[7]), role="procurement", person_id=person.pk)
    assert list(duties_due(actor=buyer)) == [duty]
    assert not duties_due(actor=second).exists()
    person.left_at = timezone.now()
    person.save()
    assert list(duties_due(actor=second)) == [duty]
    run(duty.due_on - timedelta(days=7))
    [sent] = [job.arguments for job in Job.objects.filter(arguments__url=f"/duties/{duty.pk}/")]
    assert (sent["role"], sent["person"]) == ("procurement", None)
    with pytest.raises(ValidationError):
        duty_hand(actor=thread.office[1], duty=duty, role="procurement", person_id=person.pk)
    with pytest.raises(ValidationError):
        duty_hand(actor=thread.office[1], duty=duty, role="service_manager", person_id=thread.office[0].pk)


@pytest.mark.parametrize(
    "wrong",
    [
        {"every": "daily"},
        {"offset": "soon"},
        {"leads": [-1]},
        {"leads": ["x"]},
        {"leads": 7},
        {"grace_d": 900},
        {"role": "agent"},
        {"title": ""},
        {"anchor_on": None},
        {"anchor_on": date(2300, 1, 1)},
        {"anchor": "stage_since"},
        {"rolls": "sideways"},
    ],
)
def test_what_makes_no_sense_is_refused(thread, wrong):
    before = Duty.objects.count()
    with pytest.raises(ValidationError):
        added(thread, **wrong)
    assert Duty.objects.count() == before


def test_kinds_name_posts_that_see_duties():
    names = {kind.name for kind in duty_kinds()}
    assert {
        "certificate.renew",
        "certificate.check",
        "entrustment.settle",
        "document.renew",
        "statement.issue",
    } <= names
    for kind in duty_kinds():
        assert carrier_named(kind.on) is not None
        assert kind.rule.is_written_well
