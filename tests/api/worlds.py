"""A bank with something of everything that the API answers, each in a state that lets its verbs be done."""

import gzip
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from callers import House
from django.utils import timezone
from worlds_of_contracts import contracts_made
from worlds_of_sourcing import sourcing_made

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import (
    arrangement_add,
    arrangement_suspend,
    link_add,
    material_change_record,
    place_add,
)
from guanbao.apps.catalogue.services import function_add, service_add
from guanbao.apps.parties.services import contact_add, department_add
from guanbao.apps.people.inviting import member_invite
from guanbao.apps.people.services import member_machine_add, own_role_add
from guanbao.apps.service_levels.services.exclusions import exclusion_propose
from guanbao.apps.service_levels.services.imports import import_announce, import_receive, import_run
from guanbao.apps.service_levels.services.levels import calendar_add, level_begin, level_enforce, term_edit
from guanbao.apps.service_levels.services.statements import statement_draft, statement_issue
from guanbao.platform.access.models import Role
from guanbao.platform.actors import SYSTEM
from guanbao.platform.files.services.adding import document_add
from guanbao.platform.files.services.deciding import document_release
from guanbao.platform.files.services.keeping import document_destruction_ask
from guanbao.platform.identity.models import Membership
from guanbao.platform.notices.endpoints import endpoint_add
from guanbao.platform.notices.models import Delivery
from guanbao.platform.obligations.declaring import carrier_named
from guanbao.platform.obligations.services.keeping import duty_add
from guanbao.platform.personal.services import canary_plant, personal_reveal
from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
from guanbao.platform.questionnaires.services.issuing import issue_prepare, issue_send
from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review
from guanbao.platform.questionnaires.services.versions import version_upload
from guanbao.platform.questionnaires.shipped import shipped_texts
from guanbao.platform.tasks.models import Job, Schedule
from guanbao.platform.tasks.running import job_run
from guanbao.platform.workflow.services.approvals import approval_start
from guanbao.platform.workflow.services.deciding import task_claim
from guanbao.platform.workflow.services.versions import model_upload
from guanbao.platform.workflow.shipped import models_shipped

SAMPLE = Path(__file__).parents[2] / "src/guanbao/packs/samples/calls_1999_02.txt.gz"
HOURS = 'zone: Asia/Jerusalem\nweek: {sun-thu: ["07:00-24:00"], fri: ["07:00-14:00"], sat: ["20:00-24:00"]}\n'
FEBRUARY = date(1999, 2, 1)
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
CONTRACTORS = ("contractor_administrator", "service_manager", "team_lead")


class World:
    """East Bank filled: `caller` has every role of a bank; `theirs` those of its contractor; `maker` and `colleague`.

    `chosen` names the related rows with which a resource's verbs go through, `ids` the rows on which an operation does.
    """

    def __init__(self):
        self.house = house = House()
        self.bank = house.bank
        roles = Role.objects.filter(side="institution", institution=None).values_list("code", flat=True)
        self.caller, self.maker = (house.caller(who, house.bank.organisation, *roles) for who in ("everybody", "maker"))
        self.theirs = house.caller("theirs", house.calls.organisation, *CONTRACTORS)
        self.colleague = house.caller("colleague", house.bank.organisation, "risk", "executing_department")
        self.chosen, self.ids = {}, {}
        self.arrangements = [self._entries(n) for n in range(3)]
        self._people()
        endpoint_add(actor=self.caller.actor, channel="webhook", name="Hook", address="https://hooks.example.com/")
        self._service_levels(*self.arrangements)
        self._documents(*self.arrangements)
        self._approvals(*self.arrangements)
        self._questionnaires(self.arrangements[0])
        self._duties(*self.arrangements)
        self._stages()
        sourcing_made(self, self.arrangements[1])
        contracts_made(self)
        self._notices()

    def _entries(self, n):
        bank, calls = self.bank, self.house.calls
        department = department_add(actor=SYSTEM, institution=bank, code=f"D{n}", name=f"Department {n}")
        made = arrangement_add(
            actor=SYSTEM, institution=bank, reference=f"EB-{n}", title=f"Cards {n}", department=department,
            contractor=calls, elements=["personnel"],
        )  # fmt: skip
        link_add(actor=SYSTEM, arrangement=made, rank=2, name=f"Paper {n}", part="Printing")
        place_add(actor=SYSTEM, arrangement=made, activity="service", country="CN", place=f"Hall {n}")
        contact = contact_add(actor=SYSTEM, contractor=calls, name=f"Contact {n}", phone=f"010-555010{n}")
        self.chosen["reveals"] = {"record_id": contact.pk}  # the last is no canary
        if n == 0:
            at = {"record": "contacts", "record_id": contact.pk}
            canary_plant(actor=self.maker.actor, **at)
            personal_reveal(actor=self.maker.actor, fields=["phone"], purpose="reach", reason="to call back", **at)
        else:
            self.ids.setdefault("contacts_canary", []).append(contact.pk)
        function_add(actor=SYSTEM, institution=bank, code=f"F{n}", name=f"Hotline {n}", scope_rule="none")
        facts = {"code": f"S{n}", "name": f"Calls {n}", "kind": "back_office.call_centre", "since": date(2026, 1, 1)}
        facts["personnel"] = "contractor"
        service_add(actor=self.theirs.actor, contractor=calls, **facts)
        service_add(actor=SYSTEM, institution=bank, scope_rule="none", **facts)
        job = Job.objects.create(
            kind="tidy", subject=f"{n}", actor_kind="person", person_id=self.colleague.person.pk,
            organisation_id=self.bank.organisation_id, state="failed", created_at=NOW, due_at=NOW,
        )  # fmt: skip
        Schedule.objects.create(kind=f"tidy{n}", last_due=NOW, next_due=NOW, last_job=job)
        return made

    def _questionnaires(self, arrangement):
        """One that is prepared, to be answered, to be handed in, to be reviewed and to be concluded each."""
        maker, colleague = self.maker.actor, self.colleague.actor
        at = {"record": "arrangements", "record_id": arrangement.pk, "due_on": date(2027, 1, 1)}
        made = [issue_prepare(actor=maker, questionnaire="compliance_check", **at) for _ in range(5)]
        prepared, asked, filled, answered, reviewed = made
        everything = {code: Filled("yes") for code in prepared.content.questions}
        for each in made[1:]:
            issue_send(actor=maker, issue=each)
        for each in made[2:]:
            answers_save(actor=colleague, issue=each, filled=everything)
        for each in made[3:]:
            issue_submit(actor=colleague, issue=each)
        accepted = {code: Judged("accepted", "", 1) for code in everything}
        answers_review(actor=maker, issue=reviewed, judged=accepted)
        version = version_upload(actor=maker, text=shipped_texts()["site"])
        self.ids |= {
            "questionnaires_send": [prepared.pk], "questionnaires_answers": [asked.pk],
            "questionnaires_submit": [filled.pk], "questionnaires_reviews": [answered.pk],
            "questionnaires_conclude": [reviewed.pk], "questionnaires_cancel": [each.pk for each in made],
            "questionnaire-versions_enforce": [version.pk],
        }  # fmt: skip

    def _people(self):
        actor = self.maker.actor
        yesterday = timezone.localdate() - timedelta(days=1)
        member_machine_add(actor=actor, login="robot", name="Robot")
        gone = [self.house.caller("gone", self.bank.organisation).person]
        gone.append(member_machine_add(actor=actor, login="scrapped", name="Scrapped"))
        Membership.objects.filter(person__in=gone).update(since=yesterday, until=yesterday)
        role = Role.objects.get(code="risk", institution=None)
        member_invite(actor=actor, login="invited", name="Invited", roles=[role])
        self.chosen["invitations"] = {"roles": [role.pk], "scope": "organisation"}
        given = {"permissions": ["arrangement.view"], "gives": []}
        own_role_add(actor=actor, name="查阅", name_en="Reader", **given)
        self.chosen["roles"] = given

    def _documents(self, measured, drafted, _bare):
        """In quarantine, kept inside, and such as may be destroyed: one of these is to be."""
        caller, maker = self.caller.actor, self.maker.actor
        at = {"record": "arrangements", "kind": "other", "pieces": [b"Agreed"]}
        document_add(actor=maker, record_id=measured.pk, title="Waits", **at)
        inside = document_add(actor=maker, record_id=drafted.pk, title="Inside", **at)
        document_release(actor=caller, document=inside, state_reason="Looked at")
        with patch.object(timezone, "localdate", return_value=date(2020, 6, 1)):
            old = [document_add(actor=maker, record_id=drafted.pk, title=f"Old {n}", **at) for n in range(2)]
        for each in old:
            document_release(actor=caller, document=each, state_reason="Looked at")
        document_destruction_ask(actor=maker, document=old[0], destruction_reason="No longer needed")
        self.ids |= {"documents_ask-destruction": [old[1].pk], "documents_destroy": [old[0].pk]}
        self.ids |= {"documents_share": [inside.pk], "documents_content": [inside.pk]}
        self.ids["documents_renew"] = [inside.pk]

    def _approvals(self, measured, drafted, bare):
        """One that waits for the caller, one that they took, one of their own; and a model to be put in force."""
        self._entries(3)  # about which nobody decides yet
        makers = ((self.maker, drafted), (self.maker, measured), (self.caller, bare))
        waits, taken, own = (approval_start(actor=maker.actor, subject=of) for maker, of in makers)
        task_claim(actor=self.caller.actor, task=taken.tasks.get())
        bpmn, tables = models_shipped()["tiered_review"]
        version = model_upload(
            actor=self.maker.actor, name="tiered_review", bpmn=bpmn.encode(), tables=[one.encode() for one in tables]
        )
        self.ids |= {"approvals_withdraw": [own.pk], "approval-models_enforce": [version.pk]}
        self.ids |= {f"approval-tasks_{verb}": [waits.tasks.get().pk] for verb in ("decide", "claim", "delegate")}
        agreed = {"verdict": "approve", "to": "", "person_id": self.colleague.person.pk}
        self.chosen["approval-tasks"] = agreed

    def _stages(self):
        """Arrangements that can go on, be renewed and be resumed; a change that was approved."""
        ready, ending, held, changed = (self._entries(n) for n in range(4, 8))
        rows = Arrangement.objects
        rows.filter(pk=ready.pk).update(stage="readiness")
        rows.filter(pk=ending.pk).update(stage="renewal")
        arrangement_suspend(actor=SYSTEM, arrangement=held, suspension_reason="Audit")
        said = {"kind": "data", "description": "More", "happened_on": date(2026, 1, 1), "importance": "general"}
        change = material_change_record(actor=SYSTEM, arrangement=changed, **said)
        approval = approval_start(actor=self.maker.actor, subject=changed)
        type(approval).objects.filter(pk=approval.pk).update(state="approved", ended_at=NOW)
        approval.tasks.all().delete()
        self.ids |= {"arrangements_advance": [ready.pk], "material-changes_settle": [change.pk]}

    def _duties(self, measured, drafted, _bare):
        """Some that are due, of the caller and of the contractor."""
        for row, role in ((measured, "risk"), (drafted, "service_manager"), (drafted, "outsourcing_office")):
            duty_add(
                actor=self.maker.actor, carrier=carrier_named("arrangements"), row=row, title="Report", role=role,
                anchor_on=date(2027, 3, 31), every="quarterly",
            )  # fmt: skip
        self.chosen["duties"] = {"role": "risk", "person_id": self.colleague.person.pk}

    @staticmethod
    def _notices():
        """What is told of what was done above, and did not get out."""
        for job in Job.objects.filter(kind="notice.spread"):
            job_run(job.pk)
        Delivery.objects.update(state="failed")

    def _service_levels(self, measured, drafted, bare):
        calendar = calendar_add(actor=SYSTEM, institution=self.bank, name="Desk", definition=HOURS)
        given = {"calendar": calendar, "preset": "call-centre", "cap_percent": Decimal(10)}
        given |= {"fee_monthly": Decimal("200000.00"), "fee_currency": "CNY"}
        level = level_begin(actor=SYSTEM, arrangement=measured, **given)
        level.terms.exclude(code="service-level").delete()
        promise = level.terms.get()
        facts = {name: getattr(promise, name) for name in ("position", "code", "title", "measure", "arguments")}
        facts |= {"weight": promise.weight, "condition": "", "bonus": "", "target": ">= 99%", "credit": "99%: 2%"}
        term_edit(actor=SYSTEM, term=promise, **facts)
        level_enforce(actor=SYSTEM, level=level, holds_from=date(1999, 1, 1))
        draft = level_begin(actor=SYSTEM, arrangement=drafted, **given)
        with gzip.open(SAMPLE, "rb") as packed:
            head, *rows = [packed.readline() for _ in range(401)]
        sender = self.theirs.actor
        import_run(actor=sender, import_=self._sent(sender, measured, b"".join([head, *rows[:200]])))
        first = statement_draft(actor=self.maker.actor, arrangement=measured, month=FEBRUARY)
        statement_issue(actor=self.caller.actor, statement=first)
        import_run(actor=sender, import_=self._sent(sender, measured, b"".join([head, *rows[200:]])))
        statement_draft(actor=self.maker.actor, arrangement=measured, month=FEBRUARY)
        exclusion_propose(
            actor=sender, arrangement=measured, period_from=date(1999, 3, 1), reason="Power failed",
            starts_at="1999-03-03T08:00:00+02:00", ends_at="1999-03-03T09:00:00+02:00",
        )  # fmt: skip
        wrong = b'{"id": "c1", "arrived_at": "25-30-2026", "outcome": "answered"}\n'
        right = b'{"id": "c2", "arrived_at": "2026-11-02T09:30:00+08:00", "outcome": "answered"}\n'
        rejected = self._sent(sender, bare, wrong + right, name="calls.jsonl", mapping="interactions-jsonl")
        self.ids["imports_quarantine"] = [import_run(actor=sender, import_=rejected).pk]
        announced = import_announce(
            actor=self.caller.actor, arrangement=bare, dataset="interactions", mapping="interactions-jsonl",
            file_name="calls.jsonl", size=1_000_000,
        )  # fmt: skip
        self.ids["imports_content"] = self.ids["imports_send"] = [announced.pk]
        self.chosen |= {
            "levels": {"arrangement": bare.pk, "calendar": calendar.pk},
            "terms": {"level": draft.pk},
            "statements": {"arrangement": measured.pk},
            "exclusions": {"arrangement": measured.pk},
        }

    @staticmethod
    def _sent(actor, arrangement, data, *, name="calls.txt", mapping="anonymous-bank"):
        announced = import_announce(
            actor=actor, arrangement=arrangement, dataset="interactions", mapping=mapping, file_name=name,
            size=len(data),
        )  # fmt: skip
        return import_receive(actor=actor, import_=announced, offset=0, pieces=[data])
