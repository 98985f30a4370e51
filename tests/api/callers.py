"""Two banks with their contractors, and callers of the API by token and by session."""

import json
from datetime import UTC, date, datetime

from django.test import Client

from guanbao.apps.parties.services import contractor_add, institution_add
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.identity.models import Membership, Person
from guanbao.platform.identity.tokens import token_make

ROOT = "/api/v1/"


class Caller:
    """A program with a token."""

    def __init__(self, person, organisation):
        self.person = person
        self.actor = Actor("person", person.name, person_id=person.pk, organisation_id=organisation.pk)
        self.token, self.secret = token_make(actor=SYSTEM, person=person, organisation=organisation, name="test")
        self.client = Client(raise_request_exception=False)

    def get(self, path, asked=None, **headers):
        return self.client.get(ROOT + path, asked, headers=self._headers(headers))

    def post(self, path, body, **headers):
        sent = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.post(ROOT + path, sent, content_type="application/json", headers=self._headers(headers))

    def _headers(self, more):
        given = {"Authorization": f"Bearer {self.secret}", "Accept-Language": "en"}
        return given | {name.replace("_", "-"): value for name, value in more.items()}


class House:
    """What the tests start from: the office of East Bank, and what each bank has."""

    def __init__(self):
        roles_sync()
        self.bank = institution_add(actor=SYSTEM, name="East Bank", kind="bank")
        self.other = institution_add(actor=SYSTEM, name="West Bank", kind="bank")
        self.calls = self.contractor(self.bank, "Calls Ltd")
        self.cards = self.contractor(self.bank, "Cards Ltd")
        self.foreign = self.contractor(self.other, "Foreign Ltd")

    @staticmethod
    def contractor(institution, name, **more):
        return contractor_add(actor=SYSTEM, institution=institution, name=name, kind="it_service", **more)

    @staticmethod
    def caller(login, organisation, *roles):
        """A program that acts for somebody in an organisation with roles."""
        person = Person(login=login, name=login, joined_at=datetime(2020, 1, 1, tzinfo=UTC), language="en")
        person.set_password("a long enough password")
        person.save()
        Membership.objects.create(person=person, organisation=organisation, since=date(2020, 1, 1))
        for role in Role.objects.filter(code__in=roles, institution=None):
            Grant.objects.create(person=person, organisation=organisation, role=role, since=date(2020, 1, 1))
        return Caller(person, organisation)
