"""Logins that look the same are the same."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from guanbao.platform.identity.logins import login_normalised
from guanbao.platform.identity.models import Organisation, Person


@pytest.mark.parametrize("variant", ["Jia.Zhang", " jia.zhang ", "ＪＩＡ.ZHANG", "jia．zhang", "JIA.ZHANG\u00a0"])
def test_variants_are_one_login(variant):
    assert login_normalised(variant) == "jia.zhang"


@given(st.text())
def test_normalising_twice_changes_nothing(login):
    once = login_normalised(login)
    assert login_normalised(once) == once


@pytest.mark.django_db
def test_a_person_is_found_by_any_variant():
    made = Person(login="Ｊia.Zhang", name="张佳", joined_at=timezone.now())
    made.set_password("ein langes Passwort")
    made.full_clean()
    made.save()
    assert Person.objects.get_by_natural_key("JIA.ZHANG ") == made
    again = Person(login="jia.zhang", name="other", joined_at=timezone.now(), password="x")  # noqa: S106
    with pytest.raises(ValidationError, match="login"):
        again.full_clean()


@pytest.mark.django_db
def test_whoever_left_is_not_active():
    now = timezone.now()
    somebody = Person.objects.create(login="a", name="a", joined_at=now)
    assert somebody.is_active
    somebody.left_at = now
    assert not somebody.is_active
    assert get_user_model() is Person


@pytest.mark.django_db
def test_an_organisation_is_of_a_known_side():
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(side="bystander", name="x")
