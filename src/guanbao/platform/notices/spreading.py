"""Who gets a notice, and by which ways: each person's wishes and each endpoint's kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from guanbao.platform.access.holders import holders
from guanbao.platform.actors import system_of
from guanbao.platform.identity.models import Person
from guanbao.platform.notices.choices import Channel, State
from guanbao.platform.notices.declaring import NoticeKind, notice_kind_named
from guanbao.platform.notices.models import Delivery, Endpoint, Notice, Receipt, Wishes
from guanbao.platform.tasks.services import job_start


def spread(
    *,
    kind: str,
    organisation: int,
    scopes: Mapping[str, int],
    key: str,
    url: str,
    values: Mapping[str, Any],
    but: int | None,
    role: str = "",
    person: int | None = None,
) -> tuple[int, int]:
    """Write a notice, a receipt for each person whom it concerns now, and the deliveries; how many of either.

    Done again, it writes what was not written before and nothing twice.
    """
    declared, now = notice_kind_named(kind), timezone.now()
    found = holders(declared.permission, organisation_id=organisation, scopes=scopes, role=role)
    people = [each for each in found if each.pk != but and person in (None, each.pk)]
    wishes = {row.person_id: row for row in Wishes.objects.filter(person__in=people)}
    with transaction.atomic():
        notice, _new = Notice.objects.get_or_create(
            organisation_id=organisation, kind=kind, key=key, defaults={"values": dict(values), "url": url, "at": now}
        )
        receipts = [Receipt(notice=notice, person=each, at=now) for each in people]
        Receipt.objects.bulk_create(receipts, ignore_conflicts=True)
        sent = sum(_deliver(notice, way, now) for way in _ways(declared, people, wishes, now))
        for endpoint in Endpoint.objects.filter(organisation=organisation, ended_at=None):
            if not endpoint.kinds or kind in endpoint.kinds:
                way = {"channel": endpoint.channel, "endpoint": endpoint, "person": None}
                sent += _deliver(notice, (way, State.WAITING, now), now)
    return len(people), sent


def quiet_until(wishes: Wishes, now: datetime) -> datetime:
    """The end of the quiet hours that `now` is in, by the clock of the installation; `now` where it is in none."""
    begins, ends = wishes.quiet_from, wishes.quiet_until
    if begins is None or ends is None:
        return now
    local = timezone.localtime(now)
    clock = local.time()
    is_quiet = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    if not is_quiet:
        return now
    day = local.date() if clock < ends else local.date() + timedelta(days=1)
    return datetime.combine(day, ends, timezone.get_current_timezone())


def _ways(
    kind: NoticeKind, people: list[Person], wishes: Mapping[int, Wishes], now: datetime
) -> Iterator[tuple[dict[str, Any], State, datetime]]:
    """How each person is told outside: the row's values, how it begins, and when it is due."""
    for person in people:
        wished = wishes.get(person.pk) or Wishes(person=person)
        if settings.EMAIL_HOST and person.email and wished.by_email and kind.name not in wished.muted:
            together = wished.daily and not kind.urgent
            due = now if kind.urgent else quiet_until(wished, now)
            way = {"channel": Channel.EMAIL, "person": person, "endpoint": None}
            yield way, State.HELD if together else State.WAITING, due
        if settings.GUANBAO_SMS and wished.by_sms and kind.urgent:
            yield {"channel": Channel.SMS, "person": person, "endpoint": None}, State.WAITING, now


def _deliver(notice: Notice, way: tuple[dict[str, Any], State, datetime], now: datetime) -> bool:
    values, state, due = way
    row, is_new = Delivery.objects.get_or_create(
        notice=notice, **values, defaults={"kind": notice.kind, "state": state, "created_at": now}
    )
    if is_new and state == State.WAITING:
        of = system_of(notice.organisation_id)
        job_start(actor=of, kind="notice.deliver", arguments={"delivery": row.pk}, due_at=due)
    return is_new
