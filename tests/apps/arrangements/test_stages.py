"""Rule packs, waivers, material changes, and every way off the line."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from approving import approved
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanbao.apps.arrangements import errors, gates, rules, services, stages
from guanbao.apps.arrangements.choices import BEFORE_CONTRACT, STAGES, Stage
from guanbao.apps.arrangements.models import Arrangement, MaterialChange, Waiver
from guanbao.apps.arrangements.selectors import arrangements_late, waivers_visible
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.ledger.models import Entry
from guanbao.platform.workflow.models import Approval

TOMORROW = timezone.localdate() + timedelta(days=1)


@pytest.fixture
def way(house, thread):
    """An arrangement on its way, and who moves it."""
    return SimpleNamespace(
        house=house,
        thread=thread,
        office=thread.office[1],
        committee=house.person("committee", house.bank.organisation, "committee")[1],
        at=lambda stage, **more: _at(thread.calls, stage, **more),
    )


def _at(arrangement, stage, **more):
    outcome = "completed" if stage == Stage.CLOSED else ""
    Arrangement.objects.filter(pk=arrangement.pk).update(stage=stage, **({"outcome": outcome} | more))
    return Arrangement.objects.get(pk=arrangement.pk)


@pytest.fixture
def only(monkeypatch):
    """Registers gates that stand alone, bound to classes of a pack of their own."""

    def bind(*classes, never=()):
        pack = rules.RulePack("p", "P", "S", 1, classes, frozenset(never), {}, {"importance": "important"})
        monkeypatch.setattr(rules, "rule_packs", lambda: {rules.USUAL: pack})
        monkeypatch.setattr(stages, "_GATES", {})

    return bind


def klass(gates, **when):
    return rules.Class("c", "C", when, gates)


def shut_gate(name, leaves):
    def check(_arrangement):
        return stages.Shut(f"{name} is shut.", "edit")

    check.__name__ = name
    stages.gate(title=name, leaves=leaves, rule="of itself")(check)


def test_every_gate_is_in_a_pack_and_every_pack_knows_its_gates():
    known = set(stages.gates())
    for name, pack in rules.rule_packs().items():
        named = {gate for one in pack.classes for gate in one.gates}
        assert named == known, name
        assert pack.never_waived <= known
        assert set(pack.days) <= {stage.value for stage in STAGES}
        fields = {field for one in pack.classes for field in one.when} | set(pack.reported)
        assert all(Arrangement._meta.get_field(field) for field in fields)


def test_a_gate_binds_the_classes_that_a_pack_names_with_their_rules(thread, only):
    only(klass({"first": "rule 1"}), klass({"first": "rule 2", "second": "rule 3"}, is_it=True))
    shut_gate("first", Stage.SCOPE)
    shut_gate("second", None)
    shut_gate("third", Stage.SCOPE)
    assert [(one.gate.name, one.rule) for one in stages.gates_judged(thread.calls)] == [("first", "rule 1")]
    thread.calls.is_it = True
    found = [(one.gate.name, one.rule) for one in stages.gates_judged(thread.calls)]
    assert sorted(found) == [("first", "rule 1; rule 2"), ("second", "rule 3")]
    with pytest.raises(errors.GateTwice):
        shut_gate("first", Stage.CONTRACT)


def test_gates_ahead_are_judged_too(thread, only):
    only(klass({"first": "r", "later": "r"}))
    shut_gate("first", Stage.SCOPE)
    shut_gate("later", Stage.CONTRACT)
    assert [one.gate.name for one in stages.gates_judged(thread.calls, ahead=True)] == ["later"]


def test_an_institution_goes_by_the_pack_it_chose(way):
    assert rules.rules_of(way.thread.calls.institution_id).name == "cn_bank"
    compliance = way.house.person("compliance", way.house.bank.organisation, "compliance")[1]
    with pytest.raises(NotPermitted):
        services.rulebook_choose(actor=way.office, institution=way.house.bank, pack="eu_entity")
    with pytest.raises(NotPermitted):
        services.rulebook_choose(actor=compliance, institution=way.house.other, pack="eu_entity")
    with pytest.raises(ValidationError):
        services.rulebook_choose(actor=compliance, institution=way.house.bank, pack="none")
    services.rulebook_choose(actor=compliance, institution=way.house.bank, pack="eu_entity")
    assert rules.rules_of(way.thread.calls.institution_id).name == "eu_entity"
    services.rulebook_choose(actor=compliance, institution=way.house.bank, pack="cn_bank")
    assert rules.rules_of(way.thread.calls.institution_id).name == "cn_bank"


def test_a_waiver_counts_once_it_is_approved_and_until_its_end(way, only):
    only(klass({"shut": "r", "hard": "r"}), never=["hard"])
    shut_gate("shut", Stage.SCOPE)
    shut_gate("hard", Stage.CONTRACT)
    asked = {"actor": way.office, "arrangement": way.thread.calls, "reason": "Only this once."}
    with pytest.raises(errors.NeverWaived):
        services.waiver_ask(gate="hard", ends_on=TOMORROW, **asked)
    for wrong in ({"gate": "nothing", "ends_on": TOMORROW}, {"gate": "shut", "ends_on": timezone.localdate()}):
        with pytest.raises(ValidationError):
            services.waiver_ask(**wrong, **asked)
    waiver = services.waiver_ask(gate="shut", ends_on=TOMORROW, **asked)
    with pytest.raises(errors.GatesShut):
        services.arrangement_advance(actor=way.office, arrangement=way.thread.calls)
    approved(way.house, way.office, waiver)
    [judged] = stages.gates_judged(way.thread.calls)
    assert (judged.waived_until, judged.holds_back) == (TOMORROW, False)
    Waiver.objects.filter(pk=waiver.pk).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert [one.holds_back for one in stages.gates_judged(way.thread.calls)] == [True]
    Waiver.objects.filter(pk=waiver.pk).update(ends_on=TOMORROW)
    assert services.arrangement_advance(actor=way.office, arrangement=way.thread.calls).stage == "requirement"
    assert not waivers_visible(actor=way.thread.manager[1]).exists()
    assert not waivers_visible(actor=way.house.person("far", way.house.other.organisation, "risk")[1]).exists()


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("verb", ["withdraw", "reject", "terminate"])
def test_it_is_given_up_before_it_is_a_contract_and_ended_after(way, stage, verb):
    arrangement = way.at(stage)
    actor = way.committee if verb == "reject" else way.office
    move = getattr(services, f"arrangement_{verb}")
    with pytest.raises(ValidationError):
        move(actor=actor, arrangement=arrangement, stage_reason=" ")
    with pytest.raises(NotPermitted):
        move(actor=way.thread.manager[1], arrangement=arrangement, stage_reason="Mine.")
    open_ = stage in BEFORE_CONTRACT or (verb == "terminate" and stage in (Stage.READINESS, Stage.OPERATION))
    if not open_:
        with pytest.raises(errors.MoveNotOpen):
            move(actor=actor, arrangement=arrangement, stage_reason="Now.")
        return
    moved = move(actor=actor, arrangement=arrangement, stage_reason="Now.")
    exits = verb == "terminate" and stage in (Stage.CONTRACT, Stage.READINESS, Stage.OPERATION)
    outcome = {"withdraw": "withdrawn", "reject": "rejected", "terminate": "terminated"}[verb]
    assert (moved.stage, moved.outcome, moved.ended_from) == ("renewal" if exits else "closed", outcome, stage)
    assert Entry.objects.order_by("-index")[0].after["stage_reason"] == "Now."


def test_what_is_to_be_ended_is_not_renewed_but_leaves_through_the_exit(way, only):
    only(klass({}))
    ending = services.arrangement_terminate(actor=way.office, arrangement=way.at("operation"), stage_reason="Fraud.")
    with pytest.raises(errors.MoveNotOpen):
        services.arrangement_renew(actor=way.office, arrangement=ending, back_to="contract", stage_reason="No.")
    closed = services.arrangement_advance(actor=way.office, arrangement=ending)
    assert (closed.stage, closed.outcome, closed.ended_from) == ("closed", "terminated", "renewal")
    usual = services.arrangement_advance(actor=way.office, arrangement=_at(way.thread.cards, "renewal"))
    assert (usual.outcome, usual.ended_from) == ("completed", "renewal")


@pytest.mark.parametrize("back_to", ["selection", "contract"])
def test_a_renewal_begins_at_the_selection_or_the_contract(way, back_to):
    renew = services.arrangement_renew
    for stage in STAGES:
        if stage != Stage.RENEWAL:
            with pytest.raises(errors.MoveNotOpen):
                renew(actor=way.office, arrangement=way.at(stage), back_to=back_to, stage_reason="Good.")
    with pytest.raises(ValidationError):
        renew(actor=way.office, arrangement=way.at("renewal"), back_to="operation", stage_reason="Good.")
    moved = renew(actor=way.office, arrangement=way.at("renewal"), back_to=back_to, stage_reason="Good.")
    assert (moved.stage, moved.renewals) == (back_to, 1)


def test_while_it_is_suspended_nothing_moves(way, only):
    only(klass({}))
    held = services.arrangement_suspend(actor=way.office, arrangement=way.at("scope"), suspension_reason="Audit.")
    assert held.suspended_on == timezone.localdate()
    with pytest.raises(errors.ArrangementSuspended, match="Audit"):
        services.arrangement_advance(actor=way.office, arrangement=held)
    with pytest.raises(errors.ArrangementSuspended):
        services.arrangement_suspend(actor=way.office, arrangement=held, suspension_reason="Again.")
    going = services.arrangement_resume(actor=way.office, arrangement=held)
    with pytest.raises(errors.NotSuspended):
        services.arrangement_resume(actor=way.office, arrangement=going)
    assert services.arrangement_advance(actor=way.office, arrangement=going).stage == "requirement"


def test_a_suspended_one_that_is_closed_is_not_suspended_any_more(way):
    held = services.arrangement_suspend(actor=way.office, arrangement=way.at("scope"), suspension_reason="Audit.")
    closed = services.arrangement_withdraw(actor=way.office, arrangement=held, stage_reason="Given up.")
    assert (closed.stage, closed.suspended_on, closed.suspension_reason) == ("closed", None, "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "rejected"},
        {"stage": "closed", "outcome": ""},
        {"stage": "renewal", "outcome": "completed"},
        {"suspended_on": date(2026, 1, 1)},
        {"suspension_reason": "Nothing."},
    ],
)
def test_the_database_itself_keeps_the_ways_off_the_line(thread, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Arrangement.objects.filter(pk=thread.calls.pk).update(**wrong)


def test_a_material_change_has_it_judged_approved_and_reported_anew(way, only):
    only(klass({"changes_are_settled": "r"}))
    stages.gate(title="Settled", leaves=None, rule="r")(gates.changes_are_settled)
    arrangement = way.at("operation", importance="general", importance_reason="")
    approval = approved(way.house, way.office, arrangement)
    assert approval.state == "approved"
    said = {"kind": "data", "description": "Cards too.", "happened_on": timezone.localdate()}
    with pytest.raises(ValidationError):
        services.material_change_record(actor=way.office, arrangement=arrangement, importance="important", **said)
    assert not MaterialChange.objects.exists()
    late = said | {"happened_on": TOMORROW, "importance": "general"}
    with pytest.raises(ValidationError):
        services.material_change_record(actor=way.office, arrangement=arrangement, **late)
    change = services.material_change_record(
        actor=way.office, arrangement=arrangement, importance="important", importance_reason="Card data.", **said
    )
    arrangement.refresh_from_db()
    assert (arrangement.importance, arrangement.revision, change.importance_before) == ("important", 1, "general")
    assert Approval.objects.get(pk=approval.pk).state == "void"
    with pytest.raises(errors.GatesShut, match="重大变更"):
        services.arrangement_advance(actor=way.office, arrangement=arrangement)
    with pytest.raises(errors.ChangeNotApproved):
        services.material_change_settle(actor=way.office, materialchange=change, reported_on=timezone.localdate())
    approved(way.house, way.office, arrangement)
    for wrong in ({}, {"reported_on": TOMORROW}):
        with pytest.raises(ValidationError):
            services.material_change_settle(actor=way.office, materialchange=change, **wrong)
    done = services.material_change_settle(actor=way.office, materialchange=change, reported_on=timezone.localdate())
    assert done.settled_on == timezone.localdate()
    with pytest.raises(errors.ChangeSettled):
        services.material_change_settle(actor=way.office, materialchange=change)
    assert services.arrangement_advance(actor=way.office, arrangement=arrangement).stage == "renewal"


def test_the_page_says_what_holds_it_back_by_which_rule_and_where_to_go(client, way):
    client.force_login(way.thread.office[0])
    page = client.get(f"/arrangements/{way.thread.calls.pk}/?tab=gates").content.decode()
    assert "GB/T 32314-2015" in page
    assert "Ahead, to leave «Contract»" in page
    client.force_login(way.thread.manager[0])
    theirs = client.get(f"/arrangements/{way.thread.calls.pk}/?tab=gates").content.decode()
    assert "GB/T 32314-2015" not in theirs
    assert client.get("/waivers/").status_code == 404


def test_what_is_late_is_told_by_the_rules_of_its_institution(client, way):
    today = timezone.localdate()
    days = rules.rule_packs()[rules.USUAL].days["selection"]
    row = way.at(Stage.SELECTION, stage_since=today - timedelta(days=days))
    assert list(arrangements_late(actor=way.office)) == [], "on the last day it is not late"
    way.at(Stage.SELECTION, stage_since=today - timedelta(days=days + 3))
    assert list(arrangements_late(actor=way.office)) == [row]
    client.force_login(way.thread.office[0])
    assert "3 days late" in client.get("/").content.decode()
    assert "Late: should have left this stage by" in client.get(f"/arrangements/{row.pk}/").content.decode()
    client.force_login(way.thread.manager[0])
    for page in ("/", f"/arrangements/{row.pk}/"):
        told = client.get(page).content.decode()
        assert "Late in their stage" not in told
        assert "should have left" not in told
    way.at(Stage.SELECTION, suspended_on=today, suspension_reason="Flood")
    assert not arrangements_late(actor=way.office).exists(), "nothing is asked for of what is suspended"


def test_what_ends_within_a_year_is_on_the_first_page(client, way):
    today = timezone.localdate()
    row = way.at(Stage.OPERATION, ends_on=today + timedelta(days=366))
    client.force_login(way.thread.office[0])
    assert "None ends within a year." in client.get("/").content.decode()
    way.at(Stage.OPERATION, ends_on=today + timedelta(days=30))
    assert "in 30 days" in client.get("/").content.decode()
    way.at(Stage.OPERATION, ends_on=today - timedelta(days=1))
    assert ">ended<" in client.get("/").content.decode()
    assert row.reference in client.get("/").content.decode()
