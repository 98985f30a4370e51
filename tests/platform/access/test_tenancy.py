"""On PostgreSQL the database itself keeps back what is another organisation's, whatever a selector forgets."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from guanbao.platform.access.tenancy import limited_to, policies_write
from guanbao.platform.actors import SYSTEM, Actor

# Models of apps that no organisation has to itself, and why.
FREE = {
    "parties.Institution": "its name stands on the pages of each of its contractors",
}


def guarded():
    return [model for model in apps.get_models() if getattr(model, "tenants", ())]


def test_every_model_of_an_app_says_whose_its_rows_are():
    ours = [m for m in apps.get_models() if m.__module__.startswith("guanbao.apps.")]
    silent = {m._meta.label for m in ours if not getattr(m, "tenants", ())}
    assert silent == FREE.keys()
    assert len(guarded()) > 15


@pytest.fixture
def on_postgresql(db):  # noqa: ARG001
    if connection.vendor != "postgresql":
        pytest.skip("SQLite limits no rows by itself")


def scalar(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.usefixtures("on_postgresql")
def test_the_policies_hold_for_who_owns_the_tables():
    forced = "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = '{}'"
    assert [m._meta.label for m in guarded() if not scalar(forced.format(m._meta.db_table))] == []
    assert not scalar("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")


@pytest.mark.django_db
@pytest.mark.usefixtures("on_postgresql")
def test_policies_can_be_written_again():
    policies_write()
    policies_write()
    assert scalar("SELECT count(*) FROM pg_policies WHERE policyname = 'tenants'") == len(guarded())


@pytest.mark.django_db
@pytest.mark.usefixtures("on_postgresql")
def test_what_was_set_stands_again_afterwards():
    assert scalar("SELECT current_setting('guanbao.tenant')") == "*"
    with limited_to(Actor("person", "somebody", person_id=1, organisation_id=7)):
        assert scalar("SELECT guanbao_tenant()") == 7
        with limited_to(SYSTEM):
            assert scalar("SELECT current_setting('guanbao.tenant')") == "*"
        with pytest.raises(DatabaseError), transaction.atomic(), limited_to(None):
            scalar("SELECT 1 / 0")
        assert scalar("SELECT guanbao_tenant()") == 7
    assert scalar("SELECT current_setting('guanbao.tenant')") == "*"
