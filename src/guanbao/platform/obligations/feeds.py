"""Calendars of duties for programs that people subscribe with (RFC 5545): who holds an address, and what it gives."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from icalendar import Calendar, Event

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.changes import row_change
from guanbao.platform.identity.selectors import member_on
from guanbao.platform.identity.tokens import secret_digest
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.obligations import events
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.models import Duty, Feed
from guanbao.platform.obligations.permissions import DUTY_VIEW
from guanbao.platform.obligations.selectors import duties_due, duties_visible
from guanbao.platform.wording import told

_MOST = 2_000
_USED_EVERY = timedelta(minutes=1)
_OF = "guanbao"


def feed_make(*, actor: Actor, name: str, is_all: bool = False) -> tuple[Feed, str]:
    """An address of one's own calendar, with the secret in it, which is never seen again.

    Raises NotPermitted; ValidationError by field.
    """
    need(actor, DUTY_VIEW)
    if actor.person_id is None or actor.organisation_id is None:
        raise NotPermitted(actor=actor.name, permission=DUTY_VIEW.name)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        feed = Feed(
            person_id=actor.person_id, organisation_id=actor.organisation_id, digest=secret_digest(secret),
            created_at=timezone.now(),
        )  # fmt: skip
        change = row_change(feed, name=name, is_all=is_all)
        feed.save()
        ledger_append(actor=actor, event=events.FEED_MADE, subject=feed, after=change.after)
    return feed, secret


def feed_revoke(*, actor: Actor, feed: Feed) -> Feed:
    """End an address of one's own at once. Raises NotPermitted."""
    with transaction.atomic():
        found = Feed.objects.select_for_update().filter(
            pk=feed.pk, person=actor.person_id, organisation=actor.organisation_id
        )
        held = found.first()
        if held is None:
            raise NotPermitted(actor=actor.name, permission=DUTY_VIEW.name)
        if held.revoked_at is None:
            held.revoked_at = timezone.now()
            held.save(update_fields=["revoked_at"])
            said = {"name": held.name, "is_all": held.is_all}
            ledger_append(actor=actor, event=events.FEED_REVOKED, subject=held, after=said)
    return held


def feed_holder(secret: str) -> Feed | None:
    """The address of a secret, if it still holds: not of somebody who left, nor for what they no longer belong to."""
    now = timezone.now()
    held = Feed.objects.select_related("person", "organisation").filter(
        member_on(timezone.localdate(), "person__memberships__"),
        digest=secret_digest(secret),
        revoked_at=None,
        person__left_at=None,
        organisation__closed_at=None,
        person__memberships__organisation=F("organisation"),
    )
    with limited_to(SYSTEM):  # whose request it is, the address alone says
        feed = held.first()
        if feed is not None:
            stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USED_EVERY)
            Feed.objects.filter(stale, pk=feed.pk).update(last_used_at=now)
    return feed


def feed_written(*, actor: Actor, feed: Feed) -> bytes:
    """What an address gives now: what is due and its holder may see, as a calendar of whole days."""
    every = duties_visible(actor=actor).filter(state=State.OPEN).order_by("due_on", "pk")
    rows = every if feed.is_all else duties_due(actor=actor)
    language = "en" if feed.person.language == "en" else "zh-hans"
    with translation.override(language):
        made = Calendar()
        made.add("prodid", "-//Guanbao//Duties//EN")
        made.add("version", "2.0")
        made.add("method", "PUBLISH")
        made.add("x-wr-calname", told("Duties"))
        for duty in rows[:_MOST]:
            made.add_component(_event(duty))
        return bytes(made.to_ical())


def _event(duty: Duty) -> Event:
    """A duty as a whole day. Its number is the same for ever; each day that it moves to counts one more."""
    event = Event()
    event.add("uid", f"{duty.series}-{duty.number}@{_OF}")
    event.add("dtstamp", duty.changed_at)
    event.add("last-modified", duty.changed_at)
    event.add("sequence", duty.moves)
    event.add("dtstart", duty.due_on)
    event.add("dtend", duty.due_on + timedelta(days=1))
    event.add("summary", told("{duty} ({record})", duty=duty.called, record=duty.label))
    lines = [duty.get_role_display()]
    if duty.is_provisional:
        lines.append(told("Provisional: the holidays of that year are not announced yet."))
    event.add("description", "\n".join(map(str, lines)))
    event.add("status", "TENTATIVE" if duty.is_provisional else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "CONFIDENTIAL")
    if settings.GUANBAO_ADDRESS:
        event.add("url", f"{settings.GUANBAO_ADDRESS}/duties/{duty.pk}/")
    return event
