"""People who are told of something, and where it arrives."""

import threading

import pytest

from guanbao.platform.access.models import Grant
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.identity.models import Person
from guanbao.platform.notices.declaring import _KINDS
from guanbao.platform.notices.services import notice_send
from receivers import HAPPENED, URGENT, Receiver, run, shipped


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """The kinds of notices of these tests: elsewhere nobody knows them."""
    for kind in (HAPPENED, URGENT):
        monkeypatch.setitem(_KINDS, kind.name, kind)


@pytest.fixture
def receiver(settings):
    """A receiver whose host the installation names."""
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.GUANBAO_EGRESS = f"hooks.example.com, {server.origin}=127.0.0.0/8"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def told(organisations, person):
    """Tell an organisation of something, and have all jobs run that are due; the people by login."""
    roles_sync()
    people = {}
    for login, at, role in (
        ("anna", "bank", "risk"), ("bert", "bank", "outsourcing_office"), ("carl", "contractor", "service_manager"),
        ("dora", "other_bank", "risk"),
    ):  # fmt: skip
        actor = person(login, at)
        Person.objects.filter(pk=actor.person_id).update(email=f"{login}@{at}.example", language="en")
        Grant.objects.create(
            person_id=actor.person_id, organisation=organisations[at], since="2020-01-01",
            role=shipped(role),
        )  # fmt: skip
        people[login] = actor

    def tell(kind=HAPPENED, at="bank", key="1", by="bert", run_too=True, **values):
        notice_send(
            actor=people[by], kind=kind, organisation_id=organisations[at].pk, scopes={}, key=key, url="/there/1/",
            values={"what": "WB-1", **values},
        )  # fmt: skip
        if run_too:
            run()

    tell.people = people
    return tell
