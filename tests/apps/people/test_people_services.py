"""Writes about people ask for their permission themselves: the pages ask before, but who else calls them need not."""

from datetime import date

import pytest
from django.utils import timezone

from guanbao.apps.people.ending import member_end, member_leave, member_renew, member_reset, member_sign_on
from guanbao.apps.people.inviting import invitation_accept, member_invitation_revoke, member_invite
from guanbao.apps.people.selectors import roles_explained, roles_visible, tokens_visible
from guanbao.apps.people.services import (
    machine_token_make,
    member_add,
    member_grant,
    member_machine_add,
    member_revoke,
    own_role_add,
    own_role_edit,
)
from guanbao.platform.access.errors import GrantTooWide, NotPermitted
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Invitation, Membership, Person
from guanbao.platform.identity.tokens import token_make
from guanbao.platform.ledger.models import Entry

ROLE = {"name": "台账员", "name_en": "Registrar", "permissions": ["contractor.view"], "gives": []}
LONG = "a long enough password"
CALLS = {
    "person.add": {
        "member": lambda who, _: member_add(actor=who, login="neu", name="Neu", password=LONG),
        "machine": lambda who, _: member_machine_add(actor=who, login="bot", name="Bot"),
        "token": lambda who, made: machine_token_make(actor=who, person=made["machine"], name="t", days=1),
        "invitation": lambda who, _: member_invite(actor=who, login="neu", name="Neu", roles=[]),
        "its end": lambda who, made: member_invitation_revoke(actor=who, invitation=made["invitation"]),
    },
    "grant.edit": {
        "grant": lambda who, made: member_grant(
            actor=who, person=made["machine"], role=Role.objects.get(code="risk"), since=date(2026, 1, 1)
        ),
        "its end": lambda who, made: member_revoke(actor=who, grant=made["grant"]),
    },
    "role.edit": {
        "role": lambda who, _: own_role_add(actor=who, **ROLE),
        "its change": lambda who, made: own_role_edit(actor=who, role=made["role"], **ROLE),
    },
}


@pytest.fixture
def made(house):
    """What an administrator has made."""
    _, admin = house.person("admin", house.bank.organisation, "platform_administrator")
    machine = member_machine_add(actor=admin, login="robot", name="Robot")
    member_invite(actor=admin, login="guest", name="Guest", roles=[])
    role = own_role_add(actor=admin, **ROLE | {"name_en": "Clerk"})
    grant = member_grant(actor=admin, person=machine, role=role, since=date(2026, 1, 1))
    return {"machine": machine, "invitation": Invitation.objects.get(), "role": role, "grant": grant}


@pytest.mark.parametrize("code", ["internal_audit", "outsourcing_office"])
@pytest.mark.parametrize(("permission", "call"), [(name, call) for name, calls in CALLS.items() for call in calls])
def test_others_write_nothing(permission, call, code, made, house):
    _, who = house.person("other", house.bank.organisation, code)
    before = Entry.objects.count(), Grant.objects.count()
    with pytest.raises(NotPermitted) as refused:
        CALLS[permission][call](who, made)
    assert type(refused.value) is NotPermitted
    assert permission in str(refused.value)
    assert (Entry.objects.count(), Grant.objects.count()) == before


WHOLE = CALLS["person.add"] | CALLS["role.edit"] | {
    "leave": lambda who, made: member_leave(actor=who, person=made["machine"]),
    "end": lambda who, made: member_end(actor=who, person=made["machine"]),
    "renewal": lambda who, made: member_renew(actor=who, person=made["machine"]),
    "sign-on": lambda who, made: member_sign_on(actor=who, person=made["machine"], uid="x"),
    "reset": lambda who, made: member_reset(actor=who, person=made["guest"], password=LONG),
}  # fmt: skip


@pytest.mark.parametrize("call", WHOLE)
def test_an_administrator_of_a_part_writes_nothing_of_the_whole(call, made, house):
    person, who = house.person("partly", house.bank.organisation, "internal_audit")
    role = Role.objects.get(code="platform_administrator")
    Grant.objects.create(
        person=person,
        organisation=house.bank.organisation,
        role=role,
        since=date(2026, 1, 1),
        scope="department",
        key=1,
    )
    made["guest"] = house.person("guest2", house.bank.organisation)[0]
    before = Entry.objects.count()
    with pytest.raises(NotPermitted) as refused:
        WHOLE[call](who, made)
    assert type(refused.value) is NotPermitted
    assert Entry.objects.count() == before


def test_nobody_is_invited_to_a_role_that_could_not_be_given(house):
    _, head = house.person("head", house.calls.organisation, "contractor_administrator")
    before = Entry.objects.count()
    with pytest.raises(GrantTooWide):
        member_invite(actor=head, login="neu", name="Neu", roles=[Role.objects.get(code="risk")])
    assert (Invitation.objects.count(), Entry.objects.count()) == (0, before)


def test_tokens_for_another_organisation_are_not_told(house):
    person, _ = house.person("both", house.bank.organisation)
    Membership.objects.create(person=person, organisation=house.other.organisation, since=date(2026, 1, 1))
    for organisation in (house.bank.organisation, house.other.organisation):
        token_make(actor=SYSTEM, person=person, organisation=organisation, name=organisation.name)
    _, admin = house.person("admin", house.bank.organisation, "platform_administrator")
    assert [token.name for token in tokens_visible(actor=admin, person=person)] == ["East Bank"]


def test_an_invitation_without_roles_ends_with_the_right_to_invite(house):
    person, admin = house.person("admin", house.bank.organisation, "platform_administrator")
    invited = member_invite(actor=admin, login="neu", name="Neu", roles=[])
    Grant.objects.filter(person=person).update(revoked_at=timezone.now())
    before = Entry.objects.count()
    with pytest.raises(NotPermitted):
        invitation_accept(secret=invited.secret, person=None, password=LONG)
    assert (Person.objects.filter(login="neu").exists(), Entry.objects.count()) == (False, before)


def test_who_sees_a_part_of_the_people_sees_no_roles(house):
    person, who = house.person("auditor", house.bank.organisation, "internal_audit")
    assert roles_visible(actor=who).exists()
    assert any(role.side == "contractor" for role in roles_explained(actor=who))
    Grant.objects.filter(person=person).update(scope="department", key=1)
    assert not roles_visible(actor=who).exists()
    assert not list(roles_explained(actor=who))
