"""Calendars to subscribe to: read by a parser that is not the writer's, limited to what its holder may see now."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from ical.calendar_stream import IcsCalendarStream

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.duties.services import arrangement_duty_add
from guanbao.platform.access.models import Grant
from guanbao.platform.identity.models import Membership, Organisation
from guanbao.platform.obligations.feeds import feed_make, feed_revoke
from guanbao.platform.obligations.models import Feed
from guanbao.platform.obligations.services.arming import record_changed
from guanbao.platform.obligations.services.keeping import duty_do

HARD = (
    "第三方评估；质量, 审查; a\\b \"c\" 'd' — " + "满意度调查" * 12
)  # what must be escaped, and folded between octets


def added(thread, **more):
    facts = {"title": "Report", "role": "outsourcing_office", "anchor_on": date(2027, 3, 31)} | more
    return arrangement_duty_add(actor=thread.office[1], arrangement=thread.calls, **facts)


def fetched(client, secret):
    """What an address gives; None where it gives nothing."""
    answer = client.get(f"/feeds/{secret}.ics")
    assert answer.status_code in (200, 404)
    if answer.status_code == 404:
        return None
    assert answer["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer["Cache-Control"]
    return answer.content


def events(content):
    """Its events as the other parser reads them, by what they are called."""
    return {event.summary: event for event in IcsCalendarStream.calendar_from_ics(content.decode()).events}


def test_another_parser_reads_what_is_written(thread, client):
    hard = added(thread, title=HARD[:200], offset="20wd before", anchor_on=date(2027, 12, 31))
    plain = added(thread, anchor_on=date(2028, 2, 29))
    _feed, secret = feed_make(actor=thread.office[1], name="Desk")
    content = fetched(client, secret)
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(line.decode() is not None for line in lines)  # no character is cut in two
    found = events(content)
    event = found[f"{HARD[:200]} ({hard.label})"]
    assert (event.dtstart, event.dtend) == (hard.due_on, hard.due_on + timedelta(days=1))
    assert (event.uid, event.sequence, event.status) == (f"{hard.series}-0@guanbao", 0, "TENTATIVE")
    event = found[f"Report ({plain.label})"]
    assert (event.dtstart, event.dtend, event.status) == (date(2028, 2, 29), date(2028, 3, 1), "CONFIRMED")
    duty_do(actor=thread.office[1], duty=plain, remark="Sent")
    assert f"Report ({plain.label})" not in events(fetched(client, secret))


def test_a_duty_that_moves_is_the_same_event_with_a_higher_sequence(thread, client):
    duty = added(thread, anchor="ends_on", anchor_on=None)
    _feed, secret = feed_make(actor=thread.office[1], name="Desk")
    before = events(fetched(client, secret))[f"Report ({duty.label})"]
    Arrangement.objects.filter(pk=thread.calls.pk).update(ends_on=date(2028, 6, 30))
    record_changed("arrangements", thread.calls.pk)
    after = events(fetched(client, secret))[f"Report ({duty.label})"]
    assert (before.uid, before.sequence, before.dtstart) == (after.uid, 0, date(2027, 12, 31))
    assert (after.sequence, after.dtstart) == (1, date(2028, 6, 30))


def test_it_holds_what_is_ones_own_or_all_that_one_may_see_and_nothing_else(thread, house, client):
    added(thread, title="Inside")
    added(thread, title="Shown", is_shared=True)
    added(thread, title="Theirs", role="service_manager")
    rival = house.person("rival", house.cards.organisation, "service_manager")[1]

    def titles(actor, *, is_all):
        content = fetched(client, feed_make(actor=actor, name="x", is_all=is_all)[1])
        return {name.split(" (")[0] for name in events(content)}

    assert titles(thread.manager[1], is_all=False) == {"Theirs"}
    seen = titles(thread.manager[1], is_all=True)
    assert {"Shown", "Theirs"} <= seen
    assert "Inside" not in seen
    assert not {"Inside", "Shown", "Theirs"} & titles(rival, is_all=True)
    assert {"Inside", "Shown"} <= titles(thread.office[1], is_all=False)
    assert {"Inside", "Shown", "Theirs"} <= titles(thread.auditor[1], is_all=True)


def _leaves(person):
    person.left_at = timezone.now()
    person.save()


def _membership_ends(person):
    Membership.objects.filter(person=person).update(until=timezone.localdate() - timedelta(days=1))


def _grant_ends(person):
    Grant.objects.filter(person=person).update(until=timezone.localdate() - timedelta(days=1))


def _grant_revoked(person):
    Grant.objects.filter(person=person).update(revoked_at=timezone.now())


def _house_closed(person):
    Organisation.objects.filter(memberships__person=person).update(closed_at=timezone.now())


def _contract_ends(_person):
    Arrangement.objects.update(ends_on=timezone.localdate() - timedelta(days=1), starts_on=None)


def _contract_closed(_person):
    Arrangement.objects.update(stage="closed", outcome="completed")


@pytest.mark.parametrize(
    "gone", [_leaves, _membership_ends, _grant_ends, _grant_revoked, _house_closed, _contract_ends, _contract_closed]
)
def test_it_dies_at_once_with_what_its_holder_was(thread, client, gone):
    person, actor = thread.manager
    _feed, secret = feed_make(actor=actor, name="Telephone")
    assert fetched(client, secret) is not None
    gone(person)
    assert fetched(client, secret) is None


def test_it_is_revoked_by_its_holder_alone_and_its_secret_is_kept_nowhere(thread, client):
    feed, secret = feed_make(actor=thread.office[1], name="Telephone")
    assert secret not in str(Feed.objects.values_list())
    assert len(secret) >= 43
    client.force_login(thread.manager[0])
    assert client.post(f"/duty-feeds/{feed.pk}/revoke").status_code == 404
    assert fetched(client, secret) is not None
    client.force_login(thread.office[0])
    assert client.post(f"/duty-feeds/{feed.pk}/revoke").status_code == 302
    assert fetched(client, secret) is None
    assert feed_revoke(actor=thread.office[1], feed=feed).revoked_at is not None
    with pytest.raises(ValidationError):
        feed_make(actor=thread.office[1], name="")


@pytest.mark.usefixtures("thread")
def test_a_second_factor_that_is_missing_shuts_it(house, client, settings):
    _, actor = house.person("chief", house.calls.organisation, "contractor_administrator")
    _feed, secret = feed_make(actor=actor, name="x")
    assert fetched(client, secret) is not None
    settings.GUANBAO_MFA_BY_ROLE = True
    assert fetched(client, secret) is None


def test_the_address_is_shown_once(thread, client):
    client.force_login(thread.office[0])
    page = client.post("/duty-feeds/", {"name": "Desk"}).content.decode()
    secret = page.split("/feeds/")[1].split(".ics")[0]
    assert fetched(client, secret) is not None
    assert secret not in client.get("/duty-feeds/").content.decode()
    assert client.post(f"/feeds/{secret}.ics").status_code in (403, 405)
    assert fetched(client, secret[:-1] + "x") is None
