"""Tokens: a secret that is kept nowhere, and that opens nothing once anything it stands on has ended."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanbao.platform.access.acting import actor_of_token
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.errors import NoMembership
from guanbao.platform.identity.models import Membership, Organisation, Person, Token
from guanbao.platform.identity.services import machine_add, membership_give, person_leave
from guanbao.platform.identity.tokens import token_holder, token_make, token_revoke
from guanbao.platform.ledger.models import Entry


@pytest.fixture
def holder(person):
    held = Person.objects.get(pk=person("anna", "bank").person_id)
    held.set_unusable_password()
    held.save()
    return held


@pytest.fixture
def made(holder, organisations):
    return token_make(actor=SYSTEM, person=holder, organisation=organisations["bank"], name="export")


def test_a_secret_names_its_holder_and_stands_nowhere(made, holder):
    token, secret = made
    assert token_holder(secret) == token
    actor = actor_of_token(secret, request_id="r1")
    assert (actor.kind, actor.person_id, actor.organisation_id) == ("person", holder.pk, token.organisation_id)
    assert (actor.request_id, actor.read) == ("r1", {})
    assert secret not in str(list(Token.objects.values()))
    assert not [e for e in Entry.objects.all() if secret in bytes(e.body).decode() or token.digest in str(e.after)]
    for wrong in ("", secret[:-1], secret + "x", token.digest, secret.upper()):
        assert token_holder(wrong) is None
        assert actor_of_token(wrong, request_id="r1") is None


def test_a_machine_has_a_token_and_no_password(organisations):
    machine = machine_add(actor=SYSTEM, login="Feeder", name="Feeder")
    membership_give(actor=SYSTEM, person=machine, organisation=organisations["bank"], since=timezone.localdate())
    assert not machine.has_usable_password()
    _, secret = token_make(actor=SYSTEM, person=machine, organisation=organisations["bank"], name="feed")
    assert actor_of_token(secret, request_id="r1").kind == "service"


def test_whatever_ends_ends_the_token(made, holder, organisations):
    token, secret = made
    now, yesterday = timezone.now(), timezone.localdate() - timedelta(days=1)
    member = Membership.objects.filter(person=holder)
    ends = [
        (Token.objects.filter(pk=token.pk), {"revoked_at": now}, {"revoked_at": None}),
        (
            Token.objects.filter(pk=token.pk),
            {"created_at": now - timedelta(9), "expires_at": now},
            {"expires_at": None},
        ),
        (Person.objects.filter(pk=holder.pk), {"left_at": now}, {"left_at": None}),
        (Organisation.objects.filter(pk=organisations["bank"].pk), {"closed_at": now}, {"closed_at": None}),
        (member, {"until": yesterday}, {"until": None}),
        (member, {"since": timezone.localdate() + timedelta(days=1)}, {"since": yesterday}),
        (member, {"organisation": organisations["rival"]}, {"organisation": organisations["bank"]}),
    ]
    for rows, end, again in ends:
        assert token_holder(secret) is not None
        rows.update(**end)
        assert token_holder(secret) is None, end
        rows.update(**again)


def test_revoking_is_recorded_once(made):
    token, secret = made
    token_revoke(actor=SYSTEM, token=token)
    token_revoke(actor=SYSTEM, token=token)
    assert token_holder(secret) is None
    assert list(Entry.objects.values_list("event", flat=True)) == ["token.made", "token.revoked"]


def test_leaving_revokes(made, holder):
    person_leave(actor=SYSTEM, person=holder, at=timezone.now())
    Person.objects.update(left_at=None)
    assert token_holder(made[1]) is None


def test_no_token_for_what_one_does_not_belong_to(holder, organisations):
    with pytest.raises(NoMembership):
        token_make(actor=SYSTEM, person=holder, organisation=organisations["rival"], name="x")
    with pytest.raises(ValidationError, match="__all__"):
        token_make(
            actor=SYSTEM,
            person=holder,
            organisation=organisations["bank"],
            name="x",
            expires_at=timezone.now() - timedelta(1),
        )
    assert not Token.objects.exists()
    assert not Entry.objects.exists()


def test_one_query_and_its_use_noted_once_a_minute(made, django_assert_num_queries):
    token, secret = made
    with django_assert_num_queries(2):
        token_holder(secret)
    for _ in range(2):
        with django_assert_num_queries(1):
            token_holder(secret)
    Token.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    with django_assert_num_queries(2):
        token_holder(secret)
    token.refresh_from_db()
    assert timezone.now() - token.last_used_at < timedelta(seconds=30)
