"""Single sign-on lets in whom we know, and nobody else."""

import pytest
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal.flows.login import complete_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from guanbao.config.sign_on import single_sign_on
from guanbao.platform.identity.models import Person
from guanbao.platform.ledger.models import Entry

URL = "https://id.bank.example"


@pytest.fixture(autouse=True)
def _configured(settings):
    settings.GUANBAO_OIDC_URL = URL
    settings.SOCIALACCOUNT_PROVIDERS = single_sign_on(URL, {"GUANBAO_OIDC_CLIENT": "guanbao"})


@pytest.fixture
def anna(house):
    person, _ = house.person("anna", house.bank.organisation)
    person.email = "Anna@bank.example"
    person.save()
    return person


def arrive(uid="u1", *, email="anna@bank.example", verified=True, process="login"):
    """Come back from the provider as it says; whether somebody is logged in, and the answer."""
    request = RequestFactory().get("/login/sso/back")
    request.session, request.user, request.request_id = SessionStore(), AnonymousUser(), "r"
    account = SocialAccount(provider="sso", uid=uid, extra_data={})
    addresses = [EmailAddress(email=email, verified=verified)]
    with request_context(request):
        provider = get_adapter(request).get_provider(request, "sso")
        login = SocialLogin(user=Person(), account=account, email_addresses=addresses, provider=provider)
        login.state = {"process": process}
        answer = complete_login(request, login)
    return SESSION_KEY in request.session, answer.status_code


def test_nobody_unknown_comes_in(anna):  # noqa: ARG001 - she is known by nothing yet
    for way in ({}, {"verified": False}, {"process": "connect"}, {"email": "new@bank.example"}):
        assert arrive(**way) == (False, 403)
    assert Person.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_a_verified_address_opens_only_where_settings_say_so(anna, settings):
    settings.GUANBAO_OIDC_BY_EMAIL = True
    for way in ({"verified": False}, {"email": "other@bank.example"}, {"process": "connect"}):
        assert arrive(**way) == (False, 403)
    Person.objects.create(login="twin", name="twin", email="anna@bank.example", joined_at=anna.joined_at)
    assert arrive() == (False, 403)
    Person.objects.filter(login="twin").update(left_at=anna.joined_at)
    assert arrive() == (True, 302)
    assert SocialAccount.objects.get().user == anna


def test_an_administrator_maps_a_member(client, house, anna):
    admin, _ = house.person("admin", house.bank.organisation, "platform_administrator")
    client.force_login(admin)
    assert client.post(f"/people/{anna.pk}/sign-on", {"uid": "u1"}).status_code == 302
    assert Entry.objects.order_by("-index")[0].event == "sign_on.mapped"
    assert arrive(email="whatever@bank.example", verified=False) == (True, 302)
    assert arrive("u2") == (False, 403)
    other, _ = house.person("other", house.bank.organisation)
    assert client.post(f"/people/{other.pk}/sign-on", {"uid": "u1"}).status_code == 422
    stranger, _ = house.person("stranger", house.other.organisation)
    assert client.post(f"/people/{stranger.pk}/sign-on", {"uid": "u3"}).status_code == 404
    Person.objects.filter(pk=anna.pk).update(left_at=anna.joined_at)
    assert arrive() == (False, 403)


@pytest.mark.django_db
def test_only_the_provider_is_a_target_of_forms(client, settings):
    settings.GUANBAO_OIDC_ORIGIN = URL
    policy = client.get("/login").headers["Content-Security-Policy"]
    assert policy.endswith(f"form-action 'self' {URL}")
