"""Who people are, as others ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import translation

from guanbao.platform.identity.models import Membership, Person


def memberships_current(*, person: Person, on: date) -> QuerySet[Membership]:
    """A person's memberships on a day, the oldest first; none of organisations that were closed."""
    return (
        person.memberships.select_related("organisation")
        .filter(member_on(on), organisation__closed_at=None)
        .order_by("since", "pk")
    )


def member_on(day: date, prefix: str = "") -> Q:
    """That a membership, found by `prefix`, holds on a day."""
    return Q(**{f"{prefix}since__lte": day}) & (Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gte": day}))


def names_of(people: Iterable[int | None], *, organisation_id: int | None) -> dict[int, str]:
    """What members of an organisation, past ones too, are called now. One query for them all."""
    asked = {person for person in people if person is not None}
    if not asked:
        return {}
    known = Person.objects.filter(pk__in=asked, memberships__organisation=organisation_id)
    return dict(known.values_list("pk", "name"))


def in_language_of(person_id: int | None) -> translation.override:
    """A stretch in the language that somebody reads: Chinese, where they chose none."""
    language = Person.objects.filter(pk=person_id or 0).values_list("language", flat=True).first()
    return translation.override("en" if language == "en" else "zh-hans")
