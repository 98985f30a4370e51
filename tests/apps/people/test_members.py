"""An administrator's people: added, given roles, and never beyond the organisation."""

import pytest

from guanbao.platform.access.models import Grant, Role
from guanbao.platform.identity.models import Person
from guanbao.platform.ledger.models import Entry

LONG = "a long enough password"
OWN = "a password of my own"
NEW = {"login": "Neu", "name": "Neu", "email": "", "language": "zh", "password": LONG}


@pytest.fixture
def admin(client, house):
    person, _ = house.person("admin", house.bank.organisation, "platform_administrator")
    client.force_login(person)
    return client


def test_a_person_is_added_and_given_a_role(admin, client):
    response = admin.post("/people/add", NEW)
    made = Person.objects.get(login="neu")
    assert response.url == f"/people/{made.pk}/"
    role = Role.objects.get(code="outsourcing_office")
    given = {"person": made.pk, "role": role.pk, "since": "2020-01-01", "until": ""}
    response = admin.post("/grants/add", given)
    grant = Grant.objects.get(person=made)
    assert response.url == f"/grants/{grant.pk}/"
    assert [e.event for e in Entry.objects.order_by("-index")[:3]] == [
        "grant.given", "membership.given", "person.added",
    ]  # fmt: skip
    client.logout()
    client.post("/login", {"username": "NEU", "password": LONG})
    client.post("/password", {"oldpassword": LONG, "password1": OWN, "password2": OWN})
    assert client.get("/contractors/").status_code == 200
    admin.force_login(Person.objects.get(login="admin"))
    assert admin.get(f"/grants/{grant.pk}/revoke").status_code == 200
    assert admin.post(f"/grants/{grant.pk}/revoke").status_code == 302
    client.logout()
    client.post("/login", {"username": "NEU", "password": OWN})
    assert client.get("/contractors/").status_code == 404


def test_a_weak_password_stands_at_its_field(admin):
    response = admin.post("/people/add", NEW | {"password": "short"})
    assert response.context["form"].errors.keys() == {"password"}
    assert not Person.objects.filter(login="neu").exists()


@pytest.mark.parametrize("login", ["ADMIN", "ａdmin"])
def test_a_login_that_is_taken_is_no_login(login, admin):
    assert admin.post("/people/add", NEW | {"login": login}).context["form"].errors.keys() == {"login"}


def test_only_ones_own_people_and_roles_are_offered(admin, house):
    stranger, _ = house.person("stranger", house.other.organisation)
    shown = admin.get("/grants/add").content.decode()
    assert "stranger" not in shown
    assert "坐席" not in shown
    given = {"person": stranger.pk, "role": Role.objects.get(code="risk").pk, "since": "2020-01-01"}
    assert admin.post("/grants/add", given).context["form"].errors.keys() == {"person"}
    assert admin.get(f"/people/{stranger.pk}/").status_code == 404


def test_an_administrator_gives_nothing_to_himself(admin):
    own = Person.objects.get(login="admin")
    given = {"person": own.pk, "role": Role.objects.get(code="risk").pk, "since": "2020-01-01"}
    before = Grant.objects.count()
    assert admin.post("/grants/add", given).status_code == 422
    assert Grant.objects.count() == before


def test_others_have_no_such_pages(client, house):
    person, _ = house.person("office", house.bank.organisation, "outsourcing_office")
    client.force_login(person)
    for path in ("/people/", "/people/add", "/grants/", "/grants/add", "/roles/"):
        assert client.get(path).status_code == 404, path


def test_five_wrong_passwords_close_a_login_in_every_spelling(client, house):
    house.person("office", house.bank.organisation)
    for login in ("office", "OFFICE", " office", "ｏffice", "Office"):
        client.post("/login", {"username": login, "password": "wrong"})
    response = client.post("/login", {"username": "office", "password": LONG})
    assert response.status_code == 429
    assert "一刻钟" in response.content.decode()


def test_one_changes_ones_own_password(admin):
    given = {"oldpassword": LONG, "password1": "another long one", "password2": "another long one"}
    assert admin.post("/password", given | {"oldpassword": "wrong"}).status_code == 200
    assert admin.post("/password", given | {"password1": "short", "password2": "short"}).status_code == 200
    assert not Entry.objects.filter(event="password.changed").exists()
    assert admin.post("/password", given).url == "/account/"
    assert Person.objects.get(login="admin").check_password("another long one")
    assert Entry.objects.order_by("-index")[0].event == "password.changed"


def test_the_history_says_names_and_the_ledger_never_does(
    admin, client, django_assert_max_num_queries, tenancy_queries
):
    admin.post("/people/add", NEW)
    made = Person.objects.get(login="neu")
    Person.objects.filter(login="admin").update(name="Wang Fang")
    with django_assert_max_num_queries(14 + tenancy_queries):
        shown = client.get(f"/people/{made.pk}/").content.decode()
    assert "Wang Fang added person Neu" in shown
    for entry in Entry.objects.all():
        body = bytes(entry.body).decode()
        assert '"name":"admin"' not in body
        assert "Wang" not in body
