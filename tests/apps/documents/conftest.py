"""A key, a folder, and people on both sides of an arrangement with documents."""

from types import SimpleNamespace

import pytest
from django.db import transaction

from guanbao.platform.files.keys import files_key_make
from guanbao.platform.files.services.adding import document_add


@pytest.fixture
def at_once(monkeypatch):
    """What waits for a commit happens at once: a test's transaction is never committed."""
    monkeypatch.setattr(transaction, "on_commit", lambda do, **_how: do())


@pytest.fixture
def safe(settings, tmp_path, at_once):  # noqa: ARG001
    """Where documents lie, and no scanner."""
    settings.HOME = tmp_path
    settings.GUANBAO_FILES_KEY = tmp_path / "files.key.json"
    settings.GUANBAO_CLAMAV = settings.GUANBAO_S3 = ""
    files_key_make(settings.GUANBAO_FILES_KEY)
    return tmp_path / "files" / "documents"


@pytest.fixture
def desk(thread, house, safe):
    """`thread` with people who send, release and destroy, and how to send something."""
    bank, calls = house.bank.organisation, house.calls.organisation
    people = {
        "office": thread.office,
        "second": house.person("second", bank, "compliance"),
        "security": house.person("security", bank, "it_security"),
        "executing": house.person(
            "executing", bank, "executing_department", scope="department", key=thread.department.pk
        ),
        "finance": house.person("finance", bank, "finance"),
        "manager": thread.manager,
        "lead": house.person("lead", calls, "team_lead"),
        "rival": house.person("rival", house.cards.organisation, "service_manager"),
        "elsewhere": house.person("elsewhere", house.other.organisation, "outsourcing_office", "it_security"),
    }

    def sent(who="office", data=b"some text", about=thread.calls, **facts):
        facts = {"kind": "contract", "title": "Contract", "record": "arrangements", "record_id": about.pk} | facts
        return document_add(actor=people[who][1], pieces=[data], **facts)

    return SimpleNamespace(
        people={name: person for name, (person, _) in people.items()},
        actors={name: actor for name, (_, actor) in people.items()},
        thread=thread,
        house=house,
        safe=safe,
        sent=sent,
    )
