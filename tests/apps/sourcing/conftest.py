"""A bank that looks for a contractor: three of them invited, two opening officers, people who evaluate."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.sourcing import sealing
from guanbao.apps.sourcing.models import Bid, Evaluation, Invitation
from guanbao.apps.sourcing.services.bids import bid_submit
from guanbao.apps.sourcing.services.evaluations import (
    Given,
    evaluation_declare,
    scores_save,
    tender_close,
    tender_evaluator_add,
)
from guanbao.apps.sourcing.services.openers import tender_key_set, tender_officers_set, tender_open
from guanbao.apps.sourcing.services.tenders import invitation_add, tender_add, tender_publish

HOUR = datetime(2026, 12, 1, 9, tzinfo=UTC)
BEFORE, AFTER = HOUR - timedelta(days=10), HOUR + timedelta(minutes=1)
ONE, TWO = "seven blue lamps on a hill", "nine slow ferries at noon"
FACTS = {
    "reference": "ZB-1",
    "title": "Calls of card holders",
    "kind": "invited",
    "description": "Answer calls around the clock.",
    "lots": ["Day", "Night"],
    "criteria": ["40% Ability", "20% Finances"],
    "price_weight": 40,
    "questions_until": HOUR - timedelta(days=3),
    "closes_at": HOUR,
}


@pytest.fixture(autouse=True)
def _little_work(monkeypatch):
    """Passphrases cost little here; what they cost elsewhere one test looks at."""
    monkeypatch.setattr(sealing, "WORK", 2**4)


class Clock:
    """The time that services see."""

    def __init__(self, monkeypatch):
        self.at = BEFORE
        monkeypatch.setattr(timezone, "now", lambda: self.at)


@pytest.fixture
def clock(monkeypatch):
    """Stands ten days before the hour."""
    return Clock(monkeypatch)


class Buying:
    """East Bank's tender `ZB-1`, and whoever has to do with it."""

    def __init__(self, house, thread, clock):
        self.house, self.clock = house, clock
        bank = house.bank.organisation
        Arrangement.objects.filter(pk=thread.cards.pk).update(stage="selection", contractor=None)
        self.arrangement = Arrangement.objects.get(pk=thread.cards.pk)
        self.buyer = house.person("buyer", bank, "procurement")[1]
        self.first = house.person("first", bank, "compliance")[1]
        self.second = house.person("second", bank, "legal")[1]
        self.third = house.person("third", bank, "finance")[1]
        self.rivals = [house.calls, house.cards, house.contractor(house.bank, "Lines Ltd")]
        self.sellers = [house.person(f"seller{n}", each.organisation, "service_manager")[1]
                        for n, each in enumerate(self.rivals)]  # fmt: skip
        self.tender = tender_add(actor=self.buyer, arrangement=self.arrangement, **FACTS)

    def officers(self, third=None):
        return tender_officers_set(
            actor=self.buyer, tender=self.tender, first=self.first.person_id, second=self.second.person_id,
            third=third and third.person_id,
        )  # fmt: skip

    def ready(self, third=""):
        """Everything but published; with a third officer, who sets this passphrase."""
        for rival in self.rivals:
            invitation_add(actor=self.buyer, tender=self.tender, contractor=rival)
        self.officers(third=third and self.third)
        if third:
            tender_key_set(actor=self.third, tender=self.tender, passphrase=third)
        tender_key_set(actor=self.first, tender=self.tender, passphrase=ONE)
        tender_key_set(actor=self.second, tender=self.tender, passphrase=TWO)
        return self

    def published(self, third=""):
        self.ready(third)
        self.tender = tender_publish(actor=self.buyer, tender=self.tender)
        return self

    def invitation(self, n):
        return Invitation.objects.select_related("tender", "contractor").get(
            tender=self.tender, contractor=self.rivals[n]
        )

    def bid(self, n, *prices, offer="We answer in ten seconds."):
        wanted = [Decimal(price) for price in prices or ("100.00", "50.00")]
        return bid_submit(actor=self.sellers[n], invitation=self.invitation(n), prices=wanted, offer=offer)

    def full(self, *totals):
        """Three bids in; the day's prices are these, the night is 10 each."""
        self.published()
        for n, total in enumerate(totals or ("100", "120", "150")):
            self.bid(n, total, "10")
        return self

    def opened(self, *totals):
        self.full(*totals)
        self.clock.at = AFTER
        assert tender_open(actor=self.first, tender=self.tender, passphrase=ONE).is_right
        assert tender_open(actor=self.second, tender=self.tender, passphrase=TWO).is_open
        self.tender.refresh_from_db()
        return self

    def evaluated(self, *marks, totals=("100", "120", "150")):
        """Opened, scored by two who have no interest in it, each bid with these marks, and closed."""
        self.opened(*totals)
        bank = self.house.bank.organisation
        self.judges = [self.house.person(f"judge-{role}", bank, role)[1] for role in ("risk", "it_security")]
        for judge in self.judges:
            tender_evaluator_add(actor=self.buyer, tender=self.tender, person=judge.person_id)
            row = Evaluation.objects.get(tender=self.tender, person=judge.person_id)
            row = evaluation_declare(actor=judge, evaluation=row, interest="none")
            given = {
                (self.bid_of(n).pk, at): Given(Decimal(mark), "Because")
                for n, mark in enumerate(marks)
                for at in (0, 1)
            }
            scores_save(actor=judge, evaluation=row, given=given, submit=True)
        self.tender = tender_close(actor=self.buyer, tender=self.tender)
        return self

    def bid_of(self, n):
        return Bid.objects.select_related("contractor").get(tender=self.tender, contractor=self.rivals[n])


@pytest.fixture
def buying(house, thread, clock):
    """See `Buying`."""
    return Buying(house, thread, clock)


@contextmanager
def unchanged(*models):
    """What is refused changes nothing."""
    before = [list(model.objects.order_by("pk").values()) for model in models]
    yield
    assert [list(model.objects.order_by("pk").values()) for model in models] == before


@pytest.fixture
def facts():
    """What a tender is made of."""
    return SimpleNamespace(HOUR=HOUR, BEFORE=BEFORE, AFTER=AFTER, ONE=ONE, TWO=TWO, FACTS=FACTS, unchanged=unchanged)
