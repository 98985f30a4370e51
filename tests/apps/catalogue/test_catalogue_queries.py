"""Pages of parties and catalogue ask the database no more for more rows."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from entries import CALLS

from guanbao.apps.catalogue.services import function_add, service_add
from guanbao.apps.parties.services import certificate_add, contact_add, department_add, identifier_add
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Person


def fill(house, department, first, last):
    for n in range(first, last):
        maker = house.contractor(house.bank, f"Maker {n}", parent=house.calls)
        service_add(actor=SYSTEM, contractor=maker, scope_rule="none", **CALLS)
        function_add(actor=SYSTEM, institution=house.bank, code=f"F{n}", name="x", scope_rule="none",
                     department=department)  # fmt: skip
        certificate_add(actor=SYSTEM, contractor=house.calls, kind="other", name="x", number=str(n), issuer="y",
                        valid_from=date(2020, 1, 1), valid_until=date(2021, 1, 1))  # fmt: skip
        contact_add(actor=SYSTEM, contractor=house.calls, name="x", phone="1")
        identifier_add(actor=SYSTEM, contractor=maker, scheme="crn", value=str(n))


@pytest.mark.parametrize("path", [
    "/contractors/", "/certificates/", "/ending-certificates/", "/contacts/", "/identifiers/", "/services/",
    "/functions/", "/taxonomies/back_office/", "/contractors/{c}/?tab=certificates", "/contractors/{c}/?tab=contacts",
    "/contractors/{c}/?tab=contractors",
])  # fmt: skip
def test_more_rows_take_no_more_queries(path, client, house, office):
    client.force_login(Person.objects.get(pk=office.person_id))
    department = department_add(actor=SYSTEM, institution=house.bank, code="CC", name="Cards")

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path.format(c=house.calls.pk)).status_code == 200
        return len(seen)

    fill(house, department, 0, 10)
    queries()  # what is read once and kept
    few = queries()
    fill(house, department, 10, 40)
    assert queries() == few
