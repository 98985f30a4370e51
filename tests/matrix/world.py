"""Two banks, three contractors, one of which serves both, and marks by which a foreign byte is known.

Every text that belongs to somebody holds a mark of whose eyes it is for: `MARKS` says for which organisations.
"""

import gzip
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone
from world_of_contracts import contracts_made
from world_of_duties import duties_made
from world_of_initiatives import initiative_made, strategy_made
from world_of_sourcing import sourcing_made
from world_of_stages import rules_made, stages_made

from guanbao.apps.arrangements.services import arrangement_add, link_add, place_add
from guanbao.apps.catalogue.services import function_add, service_add
from guanbao.apps.parties.services import (
    branch_add,
    certificate_add,
    contact_add,
    contractor_add,
    contractor_stand,
    department_add,
    identifier_add,
    institution_add,
)
from guanbao.apps.people.inviting import member_invite
from guanbao.apps.people.services import member_machine_add, own_role_add
from guanbao.apps.privacy.services import entrustment_add
from guanbao.apps.service_levels.models import Amount
from guanbao.apps.service_levels.services.exclusions import exclusion_propose
from guanbao.apps.service_levels.services.imports import import_announce, import_receive, import_run
from guanbao.apps.service_levels.services.levels import calendar_add, level_begin, level_enforce
from guanbao.apps.service_levels.services.statements import remark_add, standing_refresh, statement_draft
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_shipped, roles_sync
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.files.models import Document
from guanbao.platform.files.services.adding import document_add, document_renew
from guanbao.platform.files.services.deciding import document_release
from guanbao.platform.identity.models import Membership, Person
from guanbao.platform.identity.tokens import token_make
from guanbao.platform.notices.endpoints import endpoint_add
from guanbao.platform.personal.services import canary_plant, personal_reveal
from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
from guanbao.platform.questionnaires.services.issuing import issue_cancel, issue_prepare, issue_send
from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review
from guanbao.platform.questionnaires.services.versions import version_enforce, version_upload
from guanbao.platform.tasks.models import Job, Schedule
from guanbao.platform.tasks.running import job_run
from guanbao.platform.tasks.services import job_start
from guanbao.platform.workflow.services.absences import absence_set
from guanbao.platform.workflow.services.approvals import approval_start, approval_withdraw
from guanbao.platform.workflow.services.deciding import task_decide
from guanbao.platform.workflow.services.versions import model_enforce, model_upload
from guanbao.platform.workflow.shipped import models_shipped
from guanbao.web.exports import JOB
from inquiring import ASKED

SAMPLE = Path(__file__).parents[2] / "src/guanbao/packs/samples/calls_1999_02.txt.gz"
HOURS = 'zone: Asia/Jerusalem\nweek: {sun-thu: ["07:00-24:00"], fri: ["07:00-14:00"], sat: ["20:00-24:00"]}\n'
FEBRUARY = date(1999, 2, 1)
LONG_AGO = date(2020, 1, 1)
LEI = "HWUPKR0MPOU8FGXBT394"  # by which both banks know Alpha
# A mark, and the organisations whose people may read it. `e…` is of East, `w…` of West, then the contractors.
MARKS = {
    "qzeast": {"east"}, "qzwest": {"west"},
    "qzalpha": {"alpha"}, "qzbeta": {"beta"}, "qzgamma": {"gamma"},
    # What a bank and its contractor share; the names of banks, which their contractors read.
    "qzea": {"east", "alpha"}, "qzeb": {"east", "beta"}, "qzwg": {"west", "gamma"}, "qzwa": {"west", "alpha"},
    "qzen": {"east", "alpha", "beta"}, "qzwn": {"west", "gamma", "alpha"},
}  # fmt: skip
MARK = re.compile(r"qz[a-z]+(?=0q)")


def mark(of):
    """The mark of a text, with an end that no other has."""
    return f"qz{of}0q"


def found_in(text):
    """The marks in a text."""
    return MARKS.keys() & set(MARK.findall(text.lower()))


def allowed_to(tenant):
    """The marks that people of an organisation may read."""
    return {name for name, readers in MARKS.items() if tenant in readers}


class Somebody:
    """A person of a tenant in one role, with a browser and a token."""

    def __init__(self, world, tenant, role, organisation, **scope):
        self.tenant, self.role, self.scope = tenant, role, scope
        self.rivals = frozenset()  # the marks of others who bid for what is theirs: on pages of tenders they are told
        login = f"{mark(tenant)}-{role or 'none'}{'-scoped' if scope else ''}"
        self.person = Person(login=login, name=f"{login} n", email=f"{login}@example.com", language="en")
        self.person.joined_at = datetime(2020, 1, 1, tzinfo=UTC)
        self.person.set_unusable_password()
        self.person.save()
        Membership.objects.create(person=self.person, organisation=organisation, since=LONG_AGO, post=mark(tenant))
        self.grant = None
        if role:
            found = Role.objects.get(code=role, institution=None)
            self.grant = Grant.objects.create(
                person=self.person, organisation=organisation, role=found, since=LONG_AGO, **scope
            )
        self.actor = Actor("person", login, person_id=self.person.pk, organisation_id=organisation.pk)
        self.secret = token_make(actor=SYSTEM, person=self.person, organisation=organisation, name=mark(tenant))[1]
        self._client = None
        self.allowed = allowed_to(tenant)
        world.people.append(self)

    def __str__(self):
        return f"{self.tenant}/{self.role or 'no role'}{'/scoped' if self.scope else ''}"

    @property
    def client(self):
        """A browser in which they are logged in."""
        if self._client is None:
            self._client = Client(raise_request_exception=False)
            self._client.force_login(self.person, "django.contrib.auth.backends.ModelBackend")
        return self._client


class World:
    """Everything, by services."""

    def __init__(self):
        keys_apart()
        roles_sync()
        self.people = []
        self.banks = {
            name: institution_add(
                actor=SYSTEM, name=f"{name} {mark(code)}", name_en=f"{name} {mark(code)} en", kind="bank"
            )
            for name, code in (("east", "en"), ("west", "wn"))
        }
        self.contractors = {
            code: self._contractor(bank, code)
            for code, bank in (("ea", "east"), ("eb", "east"), ("wg", "west"), ("wa", "west"))
        }
        self.organisations = {name: bank.organisation for name, bank in self.banks.items()} | {
            name: self.contractors[code].organisation
            for name, code in (("alpha", "ea"), ("beta", "eb"), ("gamma", "wg"))
        }
        assert self.contractors["wa"].organisation == self.organisations["alpha"]
        for tenant, organisation in self.organisations.items():
            for role in roles_shipped().values():
                if role.side == organisation.side:
                    Somebody(self, tenant, role.code, organisation)
            Somebody(self, tenant, "", organisation)
        self.by = {(who.tenant, who.role): who for who in self.people}
        for tenant, organisation in self.organisations.items():
            self._endpoint(tenant, organisation)
        for name, bank in self.banks.items():
            self._bank(name, bank)
        self.arrangements = {code: self._arrangement(code) for code in self.contractors}
        sourcing_made(self, mark)
        for tenant, organisation in self.organisations.items():
            self._people(tenant, organisation)
        for job in Job.objects.filter(kind="notice.spread"):  # of what happened above
            job_run(job.pk)
        scoped = self.arrangements["ea"]
        owner = Somebody(self, "east", "executing_department", self.organisations["east"],
                         scope="department", key=scoped.department_id)  # fmt: skip
        owner.allowed, owner.rivals = {"qzen", "qzeast", "qzea"}, {"qzeb"}
        Somebody(self, "alpha", "service_manager", self.organisations["alpha"],
                 scope="arrangement", key=scoped.pk).allowed = {"qzen", "qzea", "qzalpha"}  # fmt: skip
        Schedule.objects.create(kind="ledger.verify", last_due=timezone.now(), next_due=timezone.now())
        for who in self.people:
            key = who.client.session.session_key  # everybody's session is there before the first request
            UserSession.objects.create(user=who.person, session_key=key, ip="127.0.0.1", user_agent=mark(who.tenant))

    def _contractor(self, bank, code):
        of = mark(code)
        same = {"lei": LEI} if code in ("ea", "wa") else {}
        made = contractor_add(
            actor=SYSTEM, institution=self.banks[bank], name=f"C {of}", name_en=f"C {of} en", kind="it_service", **same
        )
        why = {"standing": "admitted", "standing_reason": f"why {mark(bank)}", "standing_since": date(2026, 1, 1)}
        return contractor_stand(actor=SYSTEM, contractor=made, **why)

    def _bank(self, name, bank):
        of, office = mark(name), self.by[name, "outsourcing_office"].actor
        administrator = self.by[name, "platform_administrator"].actor
        department_add(actor=administrator, institution=bank, code=of, name=f"Dept {of}")
        branch_add(actor=office, institution=bank, code=of[:20], name=f"Branch {of}", name_en=of, city=f"city {of}")
        identifier_add(actor=office, institution=bank, scheme="other", value=f"ID {of}")
        function_add(
            actor=office, institution=bank, code=of, name=f"Function {of}", name_en=of, scope_rule="none",
            licensed_activity=of, criticality="critical", criticality_reason=of, assessed_on=LONG_AGO, impact_note=of,
        )  # fmt: skip
        service_add(
            actor=office, institution=bank, scope_rule="none", code=of, name=f"Required {of}", name_en=of,
            kind="back_office.call_centre", personnel="contractor", since=LONG_AGO, description=of,
        )  # fmt: skip
        own_role_add(
            actor=administrator, name=f"Role {of}", name_en=f"Role {of} en", permissions=["arrangement.view"], gives=[]
        )
        strategy_made(bank, of, office=office)
        rules_made(bank, compliance=self.by[name, "compliance"].actor)
        job = job_start(actor=office, kind=JOB, arguments={"resource": "functions", "asked": "", "form": "csv"},
                        subject=of)  # fmt: skip
        job_run(job.pk)
        job_run(job_start(actor=self.by[name, "risk"].actor, kind="ledger.export", arguments={"asked": {}}).pk)

    def _administrator(self, tenant, organisation):
        role = "platform_administrator" if organisation.side == "institution" else "contractor_administrator"
        return role, self.by[tenant, role].actor

    def _endpoint(self, tenant, organisation):
        _role, actor = self._administrator(tenant, organisation)
        endpoint_add(actor=actor, channel="webhook", name=f"Hook {mark(tenant)}", address="https://hooks.example.com/")

    def _people(self, tenant, organisation):
        administrator, actor = self._administrator(tenant, organisation)
        of = mark(tenant)
        member_machine_add(actor=actor, login=f"{of}-machine", name=f"Machine {of}")
        role = Role.objects.get(code=administrator, institution=None)
        member_invite(actor=actor, login=f"{of}-new", name=f"New {of}", email=f"{of}@new.example", roles=[role])

    def _arrangement(self, code):
        of, contractor = mark(code), self.contractors[code]
        bank = contractor.institution
        tenant = {"a": "alpha", "b": "beta", "g": "gamma"}[code[1]]
        house = {"e": "east", "w": "west"}[code[0]]
        office, manager = self.by[house, "outsourcing_office"].actor, self.by[tenant, "service_manager"].actor
        administrator = self.by[house, "platform_administrator"].actor
        department = department_add(actor=administrator, institution=bank, code=of, name=f"Dept {of}")
        inside = mark(house)
        made = arrangement_add(
            actor=office, institution=bank, reference=of, title=f"Service {of}", title_en=f"Service {of} en",
            department=department, contractor=contractor, elements=["personnel", "site"], importance="important",
            importance_reason=f"because {inside}", starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31),
            fee_monthly=Decimal("200000.00"),
        )  # fmt: skip
        link_add(actor=office, arrangement=made, rank=2, name=f"Sub {of}", part=of, identifier=of)
        place_add(actor=office, arrangement=made, activity="service", place=f"Place {of}")
        entrustment_add(
            actor=office, arrangement=made, purpose=f"Calls {of}", begins_on=LONG_AGO, finishes_on=date(2027, 12, 31),
            method=of, kinds=of, protection=of, duties=of, at_end="delete", sub_entrusted_to=of, consented_on=LONG_AGO,
        )  # fmt: skip
        identifier_add(actor=office, contractor=contractor, scheme="other", value=f"ID {of}")
        contact = contact_add(
            actor=office, contractor=contractor, name=f"{of} Contact", post=of, phone=of, email=f"{of}@c.example"
        )
        at = {"record": "contacts", "record_id": contact.pk}
        personal_reveal(actor=office, fields=["phone"], purpose="reach", reason=inside, **at)
        canary_plant(actor=self.by[house, "data_protection"].actor, **at)
        certificate_add(
            actor=office, contractor=contractor, kind="licence", name=f"Cert {of}", number=of, issuer=of, scope=of,
            valid_from=LONG_AGO, valid_until=date(2026, 12, 31),
        )  # fmt: skip
        service_add(
            actor=manager, contractor=contractor, code=of, name=f"Offer {of}", name_en=of,
            kind="back_office.call_centre", personnel="contractor", since=LONG_AGO, description=of,
        )  # fmt: skip
        stages_made(made, inside, office=office)
        initiative_made(made, inside, office=office)
        self._service_levels(made, of, office, manager)
        self._documents(made, of, house, manager)
        self._questionnaires(made, of, house, manager)
        self._approvals(made, house, office)
        ours = {role: who.actor for (tenant_, role), who in self.by.items() if tenant_ == house}
        contracts_made(made, of, inside, by=ours, manager=manager)
        duties_made(made, of, mark(house), mark(tenant), office=office, manager=manager)
        return made

    def _approvals(self, arrangement, house, office):
        """One that was withdrawn, and one on its way, with an opinion that is the bank's own."""
        inside, by = mark(house), {role: who.actor for (tenant, role), who in self.by.items() if tenant == house}
        bpmn, tables = models_shipped()["tiered_review"]
        drawn = bpmn.replace('"逐级评审"', f'"{inside}"').replace('"Tiered review"', f'"{inside} en"')
        drawn = drawn.replace('"执行部门评审"', f'"{inside}"').replace('"Executing department"', f'"{inside} en"')
        versions = [
            model_upload(
                actor=office, name="tiered_review", bpmn=drawn.encode(), tables=[one.encode() for one in tables]
            )
            for _ in range(2)
        ]
        model_enforce(actor=by["compliance"], modelversion=versions[0])
        approval_withdraw(actor=office, approval=approval_start(actor=office, subject=arrangement))
        approval = approval_start(actor=office, subject=arrangement)
        task_decide(actor=by["executing_department"], task=approval.tasks.get(), verdict="approve", opinion=inside)
        task = approval.tasks.get(level="sign_risk")
        task_decide(actor=by["risk"], task=task, verdict="reserve", opinion=f"only {inside}")
        day = timezone.localdate()
        legal, audit = by["legal"], by["internal_audit"]
        absence_set(actor=legal, deputy_id=audit.person_id, since=day, until=day + timedelta(days=9))

    def _questionnaires(self, arrangement, of, house, manager):
        """The contractor's: one under review, with a remark that the bank keeps inside, and one that was cancelled.

        The bank's own: one that it answers itself, and one that was not sent.
        """
        by = {role: who.actor for (tenant, role), who in self.by.items() if tenant == house}
        office, at = by["outsourcing_office"], {"record": "arrangements", "record_id": arrangement.pk}
        inside = mark(house)
        for said, side in ((of, "contractor"), (inside, "institution")):
            version = version_upload(actor=office, text=ASKED.format(name=said, said=said, side=side))
            version_enforce(actor=by["compliance"], questionnaireversion=version)
        put = {"actor": office, "questionnaire": of, "due_on": date(2027, 1, 1), **at}
        reviewed = issue_send(actor=office, issue=issue_prepare(**put))
        filled = {"met": Filled("yes", explanation=f"how {of}"), "how": Filled(f"so {of}")}
        answers_save(actor=manager, issue=reviewed, filled=filled)
        issue_submit(actor=manager, issue=reviewed)
        judged = {"met": Judged("accepted", f"so {inside}", 1), "how": Judged("returned", f"more {of}", 1)}
        assert not answers_review(actor=by["risk"], issue=reviewed, judged=judged)
        gone = issue_send(actor=office, issue=issue_prepare(**put))
        issue_cancel(actor=office, issue=gone, cancelled_reason=f"gone {of}")
        issue_prepare(**put)
        own = issue_send(actor=office, issue=issue_prepare(**put | {"questionnaire": inside}))
        answers_save(actor=office, issue=own, filled={"met": Filled("no", explanation=inside)})

    def _documents(self, arrangement, of, house, manager):
        """One of each side that both see, one that the bank keeps to itself, one in quarantine, and a new version."""
        office, security = self.by[house, "outsourcing_office"].actor, self.by[house, "it_security"].actor
        at = {"record": "arrangements", "record_id": arrangement.pk}
        shown = document_add(
            actor=office, kind="contract", title=f"Contract {of}", pieces=[of.encode()], is_shared=True, **at
        )
        document_release(actor=security, document=shown, state_reason=f"looked {of}")
        document_renew(actor=office, document=shown, title=f"Contract {of} 2", pieces=[of.encode()])
        sent = document_add(
            actor=manager, kind="licence", title=f"Licence {of}", pieces=[of.encode()], is_confidential=True, **at
        )
        document_release(actor=security, document=sent, state_reason=f"looked {of}")
        inside = document_add(
            actor=office, kind="due_diligence", title=f"Review {mark(house)}", pieces=[mark(house).encode()], **at
        )
        document_release(actor=security, document=inside, state_reason=f"looked {mark(house)}")
        asked = {"destruction_reason": f"gone {mark(house)}", "destruction_asked_by": office.person_id}
        Document.objects.filter(pk__in=(shown.pk, inside.pk)).update(**asked)
        document_add(
            actor=manager, kind="licence", title=f"Paper {of}", pieces=[of.encode()], record="contractors",
            record_id=arrangement.contractor_id,
        )  # fmt: skip

    def _service_levels(self, arrangement, of, office, manager):
        calendar = calendar_add(
            actor=office, institution=arrangement.institution, name=f"Hours {of}", definition=f"# {of}\n{HOURS}"
        )
        level = level_begin(actor=office, arrangement=arrangement, calendar=calendar, preset="call-centre",
                            title=f"SLA {of}", cap_percent=Decimal(10))  # fmt: skip
        # A term's text belongs to the arrangement; presets bring theirs, the same for everybody.
        for term in level.terms.exclude(code="service-level"):
            term.delete()
        term = level.terms.get()
        term.title, term.code, term.credit = f"Term {of}", of, "99%: 2%; 70%: 5%"
        term.save()
        level_enforce(actor=office, level=level, holds_from=date(1999, 1, 1))
        imported = import_run(actor=manager, import_=sent(manager, arrangement, calls(of), name=f"calls {of}.txt"))
        assert imported.state == "done", imported.refusal
        statement = statement_draft(actor=office, arrangement=arrangement, month=FEBRUARY)
        assert str(statement.content["terms"]).find(of) > 0
        remark_add(actor=manager, statement=statement, text=f"remark {of}")
        exclusion_propose(
            actor=manager, arrangement=arrangement, period_from=FEBRUARY, reason=f"because {of}",
            starts_at="1999-02-03T09:00", ends_at="1999-02-03T11:00",
        )  # fmt: skip
        Amount.objects.create(
            arrangement=arrangement, month=FEBRUARY, kind="credit", amount=Decimal(7), currency="CNY",
            statement=statement, at=timezone.now(),
        )  # fmt: skip
        standing_refresh(arrangement=arrangement)
        draft = level_begin(actor=office, arrangement=arrangement, calendar=calendar, title=f"Next {of}")
        assert draft.terms.exists()


def keys_apart():
    """Let no two rows of the world share a key, so that a key in a page says whose row it tells of."""
    with connection.cursor() as cursor:
        for place, model in enumerate(apps.get_models(), start=1):
            table, first = model._meta.db_table, 10_000_000 + place * 100_000
            if not model._meta.managed or model._meta.pk.get_internal_type() != "BigAutoField":
                continue
            if connection.vendor == "sqlite":
                cursor.execute("delete from sqlite_sequence where name = %s", [table])
                cursor.execute("insert into sqlite_sequence (name, seq) values (%s, %s)", [table, first])
            else:
                cursor.execute(
                    "select setval(pg_get_serial_sequence(%s, %s), %s)", [f'"{table}"', model._meta.pk.column, first]
                )


def calls(of, rows=300):
    """Calls of the sample, with a mark in the name of who answered; the third row is broken, for the quarantine."""
    with gzip.open(SAMPLE, "rt") as packed:
        header, *lines = [packed.readline() for _ in range(rows + 1)]
    told = [line.rstrip("\n").rsplit("\t", 1)[0] + f"\t{of}\n" for line in lines]
    told[2] = told[2].replace("\t9902", "\tnever", 1)
    return "".join([header, *told]).encode()


def sent(actor, arrangement, data, *, name):
    """Records, sent in one piece."""
    announced = import_announce(
        actor=actor, arrangement=arrangement, dataset="interactions", mapping="anonymous-bank", file_name=name,
        size=len(data),
    )  # fmt: skip
    return import_receive(actor=actor, import_=announced, offset=0, pieces=[data])


def exports_done():
    """The jobs whose files can be fetched."""
    return Job.objects.filter(state="done", finished_at__gt=timezone.now() - timedelta(hours=1))
