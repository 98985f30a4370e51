"""Who would go on in a contractor's place: planned, reviewed, and asked for before important outsourcing is signed."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.rules import rule_packs
from guanbao.apps.arrangements.stages import gates
from guanbao.apps.sourcing.models import Backup
from guanbao.apps.sourcing.services.backups import backup_add, backup_edit, backup_remove, backup_review
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.identity.models import Person


@pytest.fixture
def facts(house):
    today = timezone.localdate()
    return {
        "substitute": "contractor", "contractor": house.cards, "plan": "Its hall in Jinan takes the calls.",
        "readiness": "assessed", "takes_over_d": 30, "ready_by": today + timedelta(days=90), "reviewed_on": today,
        "review_by": today + timedelta(days=180),
    }  # fmt: skip


def made(thread, facts, **more):
    return backup_add(actor=thread.office[1], arrangement=thread.calls, **facts | more)


def test_a_plan_is_made_reviewed_and_given_up(thread, facts):
    backup = made(thread, facts)
    today = timezone.localdate()
    reviewed = {name: facts[name] for name in ("takes_over_d", "ready_by", "reviewed_on")}
    backup = backup_review(actor=thread.office[1], backup=backup, readiness="tested",
                           review_by=today + timedelta(days=365), **reviewed)  # fmt: skip
    assert (backup.readiness, backup.review_by) == ("tested", today + timedelta(days=365))
    backup = backup_edit(actor=thread.office[1], backup=backup, **facts | {"takes_over_d": 10})
    assert backup.takes_over_d == 10
    backup_remove(actor=thread.office[1], backup=backup)
    assert not Backup.objects.exists()


def test_a_substitute_is_welcome_of_the_institution_and_another(thread, facts, house):
    left = house.contractor(house.bank, "Left Ltd")
    type(left).objects.filter(pk=left.pk).update(standing="left", standing_reason="Left")
    left.refresh_from_db()
    for wrong in (
        {"contractor": house.calls}, {"contractor": house.foreign}, {"contractor": left},
        {"contractor": None}, {"substitute": "in_house"}, {"review_by": facts["reviewed_on"]},
        {"reviewed_on": timezone.localdate() + timedelta(days=1)}, {"takes_over_d": 1001},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            made(thread, facts, **wrong)
    assert not Backup.objects.exists()
    made(thread, facts)
    for again in (facts, facts | {"substitute": "in_house", "contractor": None}):
        if again["contractor"] is None:
            made(thread, again)
        with pytest.raises(ValidationError):
            made(thread, again)
    with pytest.raises(IntegrityError), transaction.atomic():
        Backup.objects.filter(contractor=None).update(substitute="contractor")


def test_a_contractor_knows_of_no_plan_and_others_write_none(thread, facts, house):
    backup = made(thread, facts)
    for login, party in (("own", house.calls), ("substitute", house.cards)):
        person, actor = house.person(login, party.organisation, "service_manager", "contractor_administrator")
        client = Client()
        client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        assert client.get("/backup-plans/").status_code in (403, 404)
        assert client.get(f"/backup-plans/{backup.pk}/").status_code in (403, 404)
        assert "backup" not in client.get(f"/arrangements/{thread.calls.pk}/").content.decode()
        with pytest.raises(NotPermitted):
            backup_remove(actor=actor, backup=backup)
    foreign = house.person("foreign", house.other.organisation, "outsourcing_office")[1]
    with pytest.raises(NotPermitted):
        backup_add(actor=foreign, arrangement=thread.calls, **facts)
    with pytest.raises(NotPermitted):
        backup_remove(actor=foreign, backup=backup)
    client = Client()
    client.force_login(Person.objects.get(login="office"), "django.contrib.auth.backends.ModelBackend")
    assert "Cards Ltd" in client.get(f"/arrangements/{thread.calls.pk}/?tab=backup-plans").content.decode()


def test_important_outsourcing_does_not_leave_the_selection_without_one(thread, facts, house):
    gate = gates()["backup_is_planned"].check
    arrangement = Arrangement.objects.get(pk=thread.calls.pk)
    assert gate(arrangement).open_at == f"/backup-plans/add?arrangement={arrangement.pk}"
    backup = made(thread, facts)
    assert gate(arrangement) is None
    Backup.objects.update(reviewed_on="2020-01-01", review_by="2021-01-01")
    assert gate(arrangement).open_at == f"/arrangements/{arrangement.pk}/?tab=backup-plans"
    Backup.objects.update(review_by=timezone.localdate())
    assert gate(arrangement) is None
    type(house.cards).objects.filter(pk=house.cards.pk).update(standing="barred")
    assert gate(arrangement) is not None
    type(house.cards).objects.filter(pk=house.cards.pk).update(standing="admitted")
    Arrangement.objects.filter(pk=arrangement.pk).update(contractor=house.cards)  # the substitute was chosen
    assert gate(Arrangement.objects.get(pk=arrangement.pk)) is not None
    assert backup.pk == Backup.objects.get().pk
    for pack in rule_packs().values():
        assert "backup_is_planned" in pack.binding(arrangement)
        arrangement.importance = "general"
        assert "backup_is_planned" not in pack.binding(arrangement)
        arrangement.importance = "important"
