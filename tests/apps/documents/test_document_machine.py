"""Documents under whatever people do, in any order: what happens is what a plain model says, and nothing else does.

GUANBAO_DOCUMENT_RUNS=10000 is the long form (`make documents`): so many runs of fifty steps.
"""

import os
import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from guanbao.engine.errors import GuanbaoError
from guanbao.platform.access.models import Grant
from guanbao.platform.files.choices import GONE, State
from guanbao.platform.files.errors import DocumentBroken
from guanbao.platform.files.models import Document
from guanbao.platform.files.scanning import Verdict
from guanbao.platform.files.selectors import documents_readable, documents_visible
from guanbao.platform.files.services import adding, deciding, keeping
from guanbao.platform.files.services.reading import document_pieces, document_read
from guanbao.platform.ledger.models import Entry

RUNS = int(os.environ.get("GUANBAO_DOCUMENT_RUNS", "20"))
STEPS = 50
BANK = {"office", "second", "security", "executing", "finance"}
CONTRACTOR = {"manager", "lead"}
PEOPLE = sorted(BANK | CONTRACTOR | {"rival", "elsewhere"})
ADDS = {"office", "second", "security", "executing", "manager"}
SEES_ALL = {"office", "second", "security", "manager"}
DESTROYS = {"office", "second"}
WHO = st.sampled_from(PEOPLE)


def mostly(*people):
    """Those who may, most of the time, so that a run gets somewhere; anybody, else."""
    return st.sampled_from([*people * (12 // len(people)), *PEOPLE])


PICK = st.integers(0, 1_000)
COUNTED = {"runs": 0, "steps": 0, "done": 0, "refused": 0}


class Machine(RuleBasedStateMachine):
    """One run: a model of every document beside the rows."""

    desk = patch = None

    def __init__(self):
        super().__init__()
        self.inner = transaction.atomic()
        self.inner.__enter__()
        shutil.rmtree(self.desk.safe, ignore_errors=True)
        self.models, self.away, self.broken, self.events = {}, set(), {}, Entry.objects.count()
        self.turn = COUNTED["runs"]
        COUNTED["runs"] += 1

    def teardown(self):
        for model in self.models.values():
            if model.state not in GONE and model.pk not in self.broken:
                assert b"".join(document_pieces(self.row(model))) == model.data
        transaction.set_rollback(True)
        self.inner.__exit__(None, None, None)

    # What is allowed, said plainly.

    def active(self, who):
        return who not in self.away

    def sees(self, who, model):
        near = who in BANK or (who in CONTRACTOR and model.is_shared)
        return self.active(who) and near and (not model.is_confidential or who in SEES_ALL)

    def looks_into(self, who, model):
        return who == "security" and model.state == State.QUARANTINED and model.by != who

    def reads(self, who, model):
        return self.sees(who, model) and (model.state == State.CLEAN or self.looks_into(who, model))

    # What is done.

    def model(self, pick):
        keys = sorted(self.models)
        return self.models[keys[pick % len(keys)]]

    def attempt(self, allowed, do, *, events=1):
        """Do it: it happens if it is allowed, and is refused by a fact otherwise."""
        try:
            with transaction.atomic():
                done = do()
        except GuanbaoError:
            assert not allowed
            COUNTED["refused"] += 1
            return None
        assert allowed
        COUNTED["done"] += 1
        self.events += events
        return done

    def row(self, model):
        return Document.objects.get(pk=model.pk)

    def keep(self, row, who, data, *, old):
        self.models[row.pk] = SimpleNamespace(
            pk=row.pk, by=who, data=data, series=row.series, version=row.version, state=State.QUARANTINED, old=old,
            side="contractor" if who in CONTRACTOR else "institution", is_shared=row.is_shared,
            is_confidential=row.is_confidential, asked="",
        )  # fmt: skip

    @rule(
        who=mostly("office", "manager", "second"),
        data=st.binary(min_size=1, max_size=40),
        shared=st.booleans(),
        confidential=st.booleans(),
        old=st.booleans(),
    )
    def send(self, who, data, shared, confidential, old):
        data = b"text " + data.hex().encode()
        allowed = self.active(who) and who in ADDS and (not confidential or who in SEES_ALL)
        facts = {"kind": "processing_record", "is_shared": shared, "is_confidential": confidential}
        with self.patch.context() as patch:
            if old:
                day = timezone.localdate() - timedelta(days=2000)
                patch.setattr(adding.timezone, "localdate", lambda *_given: day)
                patch.setattr("guanbao.platform.access.reach.timezone.localdate", lambda *_given: day)
            row = self.attempt(allowed, lambda: self.desk.sent(who, data, **facts))
        if row is not None:
            assert row.is_shared == (shared or who in CONTRACTOR)
            self.keep(row, who, data, old=old)

    @precondition(lambda self: self.models)
    @rule(who=mostly("office", "manager"), pick=PICK, data=st.binary(min_size=1, max_size=40))
    def renew(self, who, pick, data):
        model, data = self.model(pick), b"more " + data.hex().encode()
        side = "contractor" if who in CONTRACTOR else "institution"
        allowed = self.sees(who, model) and who in ADDS and side == model.side
        actor, document = self.desk.actors[who], self.row(model)
        row = self.attempt(allowed, lambda: adding.document_renew(actor=actor, document=document, pieces=[data]))
        if row is not None:
            self.keep(row, who, data, old=False)

    @precondition(lambda self: self.models)
    @rule(who=mostly("security"), pick=PICK, good=st.booleans())
    def decide(self, who, pick, good):
        model = self.model(pick)
        service = deciding.document_release if good else deciding.document_refuse
        actor, row = self.desk.actors[who], self.row(model)
        allowed = self.sees(who, model) and self.looks_into(who, model)
        if self.attempt(allowed, lambda: service(actor=actor, document=row, state_reason="Why")):
            model.state = State.CLEAN if good else State.REFUSED

    @precondition(lambda self: self.models)
    @rule(who=mostly("office"), pick=PICK)
    def share(self, who, pick):
        model = self.model(pick)
        allowed = self.sees(who, model) and who == "office" and not model.is_shared
        actor, row = self.desk.actors[who], self.row(model)
        if self.attempt(allowed, lambda: deciding.document_share(actor=actor, document=row)):
            for each in self.models.values():
                each.is_shared |= each.series == model.series

    @precondition(lambda self: self.models)
    @rule(who=mostly("office", "second"), pick=PICK)
    def ask(self, who, pick):
        model = self.model(pick)
        allowed = self.sees(who, model) and who in DESTROYS and model.state == State.CLEAN
        allowed = allowed and not model.asked and model.old
        actor, row = self.desk.actors[who], self.row(model)
        asked = {"actor": actor, "document": row, "destruction_reason": "Old"}
        if self.attempt(allowed, lambda: keeping.document_destruction_ask(**asked)):
            model.asked = who

    @precondition(lambda self: self.models)
    @rule(who=mostly("office", "second"), pick=PICK, go=st.booleans())
    def finish(self, who, pick, go):
        model = self.model(pick)
        service = keeping.document_destroy if go else keeping.document_destruction_withdraw
        allowed = self.sees(who, model) and who in DESTROYS and model.state == State.CLEAN and bool(model.asked)
        allowed = allowed and not (go and model.asked == who)
        actor, row = self.desk.actors[who], self.row(model)
        if self.attempt(allowed, lambda: service(actor=actor, document=row)):
            model.state, model.asked = (State.DESTROYED, model.asked) if go else (model.state, "")

    @rule(infected=st.booleans())
    def scanner_comes(self, infected):
        verdict = Verdict(clean=not infected, found="Worm" if infected else "")
        waiting = [m for m in self.models.values() if m.state == State.QUARANTINED and m.pk not in self.broken]
        broken = [m for m in self.models.values() if m.state == State.QUARANTINED and m.pk in self.broken]
        with self.patch.context() as patch:
            patch.setattr(deciding, "scan", lambda pieces: (list(pieces), verdict)[1])
            counted = deciding.documents_scan()
        assert counted == ((0, len(waiting)) if infected else (len(waiting), 0))
        self.events += len(waiting) + len(broken)
        for model in waiting:
            model.state = State.REFUSED if infected else State.CLEAN

    @precondition(lambda self: self.models)
    @rule(who=WHO, pick=PICK)
    def fetch(self, who, pick):
        model = self.model(pick)
        told = model.is_confidential or model.state == State.QUARANTINED
        actor, row, allowed = self.desk.actors[who], self.row(model), self.reads(who, model)
        if model.pk in self.broken and allowed:
            with pytest.raises(DocumentBroken):
                document_read(actor=actor, document=row)
            self.events += 1
            return
        found = self.attempt(allowed, lambda: b"".join(document_read(actor=actor, document=row)), events=int(told))
        assert found in (None, model.data)

    @precondition(lambda self: self.models)
    @rule(pick=PICK, at=PICK, bit=st.integers(0, 7))
    def tamper(self, pick, at, bit):
        model = self.model(pick)
        if model.state in GONE or model.pk in self.broken:
            return
        file = self.desk.safe / self.row(model).stored_as
        whole = bytearray(file.read_bytes())
        self.broken[model.pk] = bytes(whole)
        whole[at % len(whole)] ^= 1 << bit
        file.write_bytes(whole)

    @precondition(lambda self: self.broken)
    @rule(pick=PICK)
    def mend(self, pick):
        pk = sorted(self.broken)[pick % len(self.broken)]
        whole = self.broken.pop(pk)
        if self.models[pk].state not in GONE:
            (self.desk.safe / self.row(self.models[pk]).stored_as).write_bytes(whole)

    @rule(who=WHO)
    def goes_and_comes(self, who):
        held = Grant.objects.filter(person=self.desk.people[who])
        held.update(revoked_at=None if who in self.away else timezone.now())
        self.away ^= {who}

    @precondition(lambda self: self.models)
    @rule(pick=PICK, what=st.sampled_from(("gone", "bytes", "earlier", "back", "whose")))
    def reaches_past_the_services(self, pick, what):
        model = self.model(pick)
        rows = Document.objects.filter(pk=model.pk)
        wrong = {
            "bytes": {"sha256": "0" * 64},
            "earlier": {"kept_until": timezone.localdate() - timedelta(days=9_000)},
            "back": {"state": State.QUARANTINED if model.state != State.QUARANTINED else State.DESTROYED},
            "whose": {"institution": self.desk.house.other.organisation},
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.delete() if what == "gone" else rows.update(**wrong[what])

    # What always holds.

    @invariant()
    def rows_say_what_the_model_says(self):
        rows = {row.pk: row for row in Document.objects.all()}
        assert rows.keys() == self.models.keys()
        for pk, model in self.models.items():
            row = rows[pk]
            assert (row.state, row.is_shared, bool(row.wrapped_key)) == (
                model.state, model.is_shared, model.state not in GONE,
            )  # fmt: skip
        for series in {model.series for model in self.models.values()}:
            every = [row for row in rows.values() if row.series == series]
            current = [row for row in every if row.is_current]
            clean = [row.version for row in every if row.state == State.CLEAN]
            assert len(current) == 1
            assert not clean or current[0].version == max(clean)

    @invariant()
    def bytes_lie_there_as_long_as_they_should(self):
        living = {model.pk for model in self.models.values() if model.state not in GONE}
        names = set(Document.objects.filter(pk__in=living).values_list("stored_as", flat=True))
        lying = {file.relative_to(self.desk.safe).as_posix() for file in self.desk.safe.rglob("*") if file.is_file()}
        assert lying == names

    @invariant()
    def everybody_sees_what_is_theirs(self):
        self.turn += 1  # one of them at each step, in turn
        COUNTED["steps"] += 1
        who = PEOPLE[self.turn % len(PEOPLE)]
        actor = self.desk.actors[who]
        seen = set(documents_visible(actor=actor).values_list("pk", flat=True))
        assert seen == {pk for pk, model in self.models.items() if self.sees(who, model)}, who
        read = set(documents_readable(actor=actor).values_list("pk", flat=True))
        assert read == {pk for pk, model in self.models.items() if self.reads(who, model)}, who

    @invariant()
    def everything_was_told(self):
        assert Entry.objects.count() == self.events


def test_documents_do_what_a_plain_model_says(desk, monkeypatch):
    Machine.desk, Machine.patch = desk, monkeypatch
    how = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Machine, settings=how)
    print(f"\n{COUNTED['runs']} runs, {COUNTED['steps']} steps, {COUNTED['done']} done, {COUNTED['refused']} refused")
    assert COUNTED["done"] > 0
    assert COUNTED["refused"] > 0
