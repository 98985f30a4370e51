"""A bid is read by nobody before its hour, and then by two together."""

import json
from datetime import timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import Signer
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from guanbao.apps.sourcing import sealing
from guanbao.apps.sourcing.errors import (
    BidBroken,
    BidsTooFew,
    KeyKept,
    KeysChanged,
    NotTheHour,
    OpenedByAnother,
    PassphraseWrong,
    TenderElsewhere,
    TooLate,
)
from guanbao.apps.sourcing.models import Bid, Opener, Tender
from guanbao.apps.sourcing.selectors import bids_visible
from guanbao.apps.sourcing.services.bids import bid_submit, bid_withdraw
from guanbao.apps.sourcing.services.openers import tender_key_set, tender_open
from guanbao.apps.sourcing.services.tenders import tender_publish
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.ledger.models import Entry

OFFER = "SECRET-OFFER-4711"
PRICE = "98765.43"


def everything():
    """All that the database holds, as its administrator reads it."""
    told = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            told.append(str(cursor.fetchall()))
    return "\n".join(told)


def test_the_whole_database_and_the_applications_keys_tell_nothing_of_a_bid(buying):
    buying.published()
    bid = buying.bid(0, PRICE, "12.34", offer=OFFER)
    kept = everything()
    assert bid.digest in kept  # so that all was looked through
    for secret in (OFFER, OFFER.encode().hex(), PRICE, "9876543", "98765"):
        assert secret not in kept, secret
    # Nobody's passphrase, in no form that is told.
    assert "seven blue lamps" not in kept
    # What the application knows of itself opens none of the keys.
    for opener in Opener.objects.all():
        for known in (settings.SECRET_KEY, "", opener.public_key, str(opener.person_id), opener.person.password):
            with pytest.raises(PassphraseWrong):
                sealing.key_unwrapped(known, opener.wrapped_key, f"opener {opener.tender_id} {opener.person_id}")


def test_the_length_of_a_seal_does_not_tell_a_price(buying):
    buying.published()
    short, long = buying.bid(0, "1.00", "1.00", offer="x"), buying.bid(1, "999999999.99", "1.00", offer="y" * 2000)
    assert len(short.sealed) == len(long.sealed)
    assert buying.bid(0, "1.00", "1.00", offer="x").digest != short.digest  # nor does its digest: trying finds nothing


def test_before_the_hour_nobody_opens_and_nobody_sees_who_bid(buying, facts):
    buying.full()
    buying.clock.at = facts.HOUR - timedelta(seconds=1)
    with facts.unchanged(Bid, Opener, Tender), pytest.raises(NotTheHour):
        tender_open(actor=buying.first, tender=buying.tender, passphrase=facts.ONE)
    assert not bids_visible(actor=buying.buyer).exists()
    told = Entry.objects.filter(event="bid.submitted")
    assert told.count() == 3
    assert not told.filter(institution=buying.house.bank.organisation_id).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Tender.objects.filter(pk=buying.tender.pk).update(opened_at=buying.clock.at, state="opened")
    with pytest.raises(IntegrityError), transaction.atomic():
        Bid.objects.update(total=1)


def test_two_officers_open_all_bids_and_receipts_hold(buying, facts):
    Tender.objects.update(is_two_envelope=False)
    buying.full("100", "120", "150")
    receipts = {bid.contractor_id: bid.digest for bid in Bid.objects.all()}
    buying.clock.at = facts.AFTER
    with pytest.raises(NotPermitted):
        tender_open(actor=buying.third, tender=buying.tender, passphrase=facts.ONE)
    first = tender_open(actor=buying.first, tender=buying.tender, passphrase=facts.ONE)
    assert (first.is_right, first.is_open) == (True, False)
    assert not Bid.objects.exclude(offer="").exists()
    assert "We answer in ten seconds" not in everything()  # one key alone has told nothing
    with pytest.raises(OpenedByAnother):
        tender_open(actor=buying.first, tender=buying.tender, passphrase=facts.ONE)
    assert tender_open(actor=buying.second, tender=buying.tender, passphrase=facts.TWO).is_open
    rows = bids_visible(actor=buying.buyer).order_by("total")
    assert [row.total for row in rows] == [Decimal("110.00"), Decimal("130.00"), Decimal("160.00")]
    assert {row.contractor_id: row.digest for row in rows} == receipts
    assert Entry.objects.filter(event="bid.read", institution=buying.house.bank.organisation_id).count() == 3
    with pytest.raises(TenderElsewhere):
        tender_open(actor=buying.second, tender=buying.tender, passphrase=facts.TWO)


def test_a_wrong_passphrase_is_refused_and_five_close_the_key(buying, facts):
    buying.full()
    buying.clock.at = facts.AFTER
    for _ in range(5):
        assert not tender_open(actor=buying.first, tender=buying.tender, passphrase=facts.TWO).is_right
    assert Entry.objects.filter(event="opener.failed").count() == 5
    assert not tender_open(actor=buying.first, tender=buying.tender, passphrase=facts.ONE).is_right
    buying.clock.at += timedelta(minutes=15)
    assert tender_open(actor=buying.first, tender=buying.tender, passphrase=facts.ONE).is_right


def test_any_two_of_three_open(buying, facts):
    buying.published(third=facts.ONE + "!")
    for n in range(3):
        buying.bid(n)
    buying.clock.at = facts.AFTER
    assert tender_open(actor=buying.third, tender=buying.tender, passphrase=facts.ONE + "!").is_right
    assert tender_open(actor=buying.second, tender=buying.tender, passphrase=facts.TWO).is_open


def test_a_bid_is_replaced_and_withdrawn_until_the_hour_and_not_after(buying, facts):
    buying.published()
    one = buying.bid(0, "100", "10")
    two = buying.bid(0, "90", "10")
    assert (one.number, two.number) == (1, 2)
    assert Bid.objects.get().digest == two.digest != one.digest
    bid_withdraw(actor=buying.sellers[0], invitation=buying.invitation(0))
    assert not Bid.objects.exists()
    buying.bid(0)
    buying.clock.at = facts.HOUR
    for late in (
        lambda: buying.bid(0),
        lambda: bid_withdraw(actor=buying.sellers[0], invitation=buying.invitation(0)),
    ):
        with facts.unchanged(Bid), pytest.raises(TooLate):
            late()
    buying.clock.at = facts.AFTER
    with facts.unchanged(Bid, Opener, Tender), pytest.raises(BidsTooFew):
        tender_open(actor=buying.first, tender=buying.tender, passphrase=facts.ONE)


@pytest.mark.parametrize(
    ("prices", "offer"),
    [
        (["1"], "x"),
        (["1", "0"], "x"),
        (["1", "1.001"], "x"),
        (["1", "NaN"], "x"),
        (["1", "1"], " "),
        (["1", "1"], "\0"),
    ],
)
def test_a_bid_that_makes_no_sense_is_refused(buying, prices, offer):
    buying.published()
    with pytest.raises(ValidationError):
        buying.bid(0, *prices, offer=offer)


def test_nobody_bids_for_another(buying):
    buying.published()
    for actor in (buying.sellers[1], buying.buyer, buying.first):
        with pytest.raises(NotPermitted):
            bid_submit(actor=actor, invitation=buying.invitation(0), prices=[Decimal(1), Decimal(1)], offer="x")
        with pytest.raises(NotPermitted):
            bid_withdraw(actor=actor, invitation=buying.invitation(0))


def test_whoever_writes_rows_cannot_have_bids_sealed_to_a_key_of_theirs(buying):
    buying.published()
    theirs = sealing.keys_made("of whoever writes rows", "x")[0]
    signed = Signer(salt="something else").sign_object({"1": theirs, "2": theirs})
    Tender.objects.update(opening_keys=signed)
    with pytest.raises(KeysChanged):
        buying.bid(0)


def test_whoever_writes_rows_cannot_bring_the_hour_forward(buying, facts):
    buying.full()
    early = {"questions_until": facts.BEFORE - timedelta(days=2), "closes_at": facts.BEFORE - timedelta(days=1)}
    Tender.objects.update(**early)
    for officer, passphrase in ((buying.first, facts.ONE), (buying.second, facts.TWO)):
        with pytest.raises(KeysChanged):
            tender_open(actor=officer, tender=buying.tender, passphrase=passphrase)
    Tender.objects.update(questions_until=facts.HOUR - timedelta(days=3), closes_at=facts.HOUR)
    buying.clock.at = facts.AFTER
    assert tender_open(actor=buying.first, tender=buying.tender, passphrase=facts.ONE).is_right


def test_a_key_that_was_changed_before_publication_is_found(buying):
    buying.ready()
    other = Opener.objects.get(person=buying.second.person_id)
    Opener.objects.filter(person=buying.first.person_id).update(public_key=other.public_key)
    with pytest.raises(KeysChanged):
        tender_publish(actor=buying.buyer, tender=buying.tender)


def test_a_bid_that_was_changed_stops_the_opening(buying, facts):
    buying.full()
    one, two = Bid.objects.order_by("pk")[:2]
    Bid.objects.filter(pk=one.pk).update(sealed=two.sealed)
    buying.clock.at = facts.AFTER
    tender_open(actor=buying.first, tender=buying.tender, passphrase=facts.ONE)
    with facts.unchanged(Bid, Tender), pytest.raises(BidBroken):
        tender_open(actor=buying.second, tender=buying.tender, passphrase=facts.TWO)


def test_a_passphrase_is_set_once_and_long(buying, facts):
    buying.officers()
    for weak in ("short", "a" * 20):
        with pytest.raises(ValidationError):
            tender_key_set(actor=buying.first, tender=buying.tender, passphrase=weak)
    tender_key_set(actor=buying.first, tender=buying.tender, passphrase=facts.ONE)
    with pytest.raises(KeyKept):
        tender_key_set(actor=buying.first, tender=buying.tender, passphrase=facts.TWO)
    with pytest.raises(NotPermitted):
        tender_key_set(actor=buying.third, tender=buying.tender, passphrase=facts.TWO)


def test_a_passphrase_costs_as_much_as_it_says(monkeypatch):
    monkeypatch.undo()
    assert sealing.WORK == 2**16
    assert json.loads(sealing.keys_made("x", "of")[1])["n"] == 2**16


@how(max_examples=40)
@given(
    content=st.fixed_dictionaries({"prices": st.lists(st.text()), "offer": st.text(max_size=500)}),
    officers=st.integers(2, 4),
)
def test_any_two_open_what_was_sealed_and_one_never_does(content, officers):
    private = {str(n): X25519PrivateKey.generate() for n in range(1, officers + 1)}
    keys = {n: sealing._text(key.public_key().public_bytes_raw()) for n, key in private.items()}
    raw = {n: key.private_bytes_raw() for n, key in private.items()}
    made = sealing.bid_sealed(content, keys, "bid 1")
    for one, two in combinations(private, 2):
        handed = sealing.shares_handed(made.shares, one, raw[one], keys, "bid 1")
        both = {"mine": two, "theirs": one, "digest": made.digest}
        found = sealing.bid_opened(made.sealed, made.shares, handed, private=raw[two], of="bid 1", **both)
        assert {name: found[name] for name in content} == content
        for wrong in ({"private": raw[one], "of": "bid 1"}, {"private": raw[two], "of": "bid 2"}):
            with pytest.raises(BidBroken):
                sealing.bid_opened(made.sealed, made.shares, handed, **both | wrong)
        forged = {two: sealing._boxed(bytes(32), keys[two], "bid 1")}  # another pair's share opens nothing
        with pytest.raises(BidBroken):
            sealing.bid_opened(made.sealed, made.shares, forged, private=raw[two], of="bid 1", **both)


def test_every_table_was_looked_through():
    assert "sourcing_bid" in {model._meta.db_table for model in apps.get_models()}
