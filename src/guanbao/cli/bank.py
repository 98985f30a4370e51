"""`guanbao bank`: a demonstration bank, with real sample records, people for every role, and statements; served."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from os import environ
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from guanbao.cli import (
    bank_approvals,
    bank_contracts,
    bank_duties,
    bank_initiatives,
    bank_personal,
    bank_sourcing,
    bank_subsidiary,
    speech,
)
from guanbao.cli.bank_documents import documents_send
from guanbao.cli.bank_questionnaires import questionnaires_put
from guanbao.cli.house import run_server
from guanbao.cli.setting_up import django_ready
from guanbao.cli.speech import _

_PACK = "packs/demonstration/bank.yaml"
Tell = Callable[[str], None]


def add(app: typer.Typer) -> None:
    """Register the verb."""

    @app.command(help=_("Make a demonstration bank from the samples, print its accounts, and serve it."))
    def bank(
        home: Annotated[
            Path, typer.Option(help=_("The folder of the demonstration; what was in it is removed."))
        ] = Path("demo-output/bank"),
        port: Annotated[int, typer.Option(help=_("The port to listen on."))] = 8000,
        check: Annotated[
            bool, typer.Option("--check", help=_("Fetch the main pages, say how they answered, and end."))
        ] = False,
    ) -> None:
        """Everything anew: folder, database, bank; then pages."""
        if home.exists() and not (home / "demonstration").exists():
            raise typer.BadParameter(_("{folder} is no demonstration's; name another folder.", folder=home))
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        (home / "demonstration").touch()
        # Everybody may know these passwords, so nothing but this machine is served, and no second factor is asked for.
        environ.update(GUANBAO_HOME=str(home.absolute()), GUANBAO_MFA_BY_ROLE="0")
        environ.pop("DATABASE_URL", None)
        django_ready()
        from django.core.management import call_command

        from guanbao.platform.access.roles import roles_sync

        with speech.working() as tell:
            tell(_("creating the database"))
            call_command("migrate", verbosity=0)
            roles_sync()
            accounts = _bank(tell)
        speech.table(_("Accounts"), [_("Login"), _("Post"), _("Side")], accounts)
        from guanbao.apps.operations.checks import DEMONSTRATION_PASSWORD

        told = _("All have the password {password}", password=DEMONSTRATION_PASSWORD)
        speech.out.print(told, markup=False, style="bold")
        if check:
            raise typer.Exit(0 if _pages_answer() else 1)
        run_server("127.0.0.1", port)


def _bank(tell: Tell) -> list[list[object]]:
    """The bank of the pack: parties, people, arrangements, then records and statements. The accounts, for printing."""
    from guanbao.apps.parties.services.institutions import department_add, institution_add
    from guanbao.apps.parties.services.particulars import identifier_add
    from guanbao.engine import documents
    from guanbao.platform.actors import SYSTEM
    from guanbao.platform.ledger.services import checkpoint_make

    text = resources.files("guanbao").joinpath(_PACK).read_text(encoding="utf-8")
    data: dict[str, Any] = documents.parse(text, file=Path("bank.yaml")).data
    bank = institution_add(actor=SYSTEM, kind="bank", **data["institution"])
    departments = {said["code"]: department_add(actor=SYSTEM, institution=bank, **said) for said in data["departments"]}
    for scheme, value in data["identifiers"].items():
        identifier_add(actor=SYSTEM, institution=bank, scheme=scheme, value=str(value))
    contractors = {key: _contractor(bank, said) for key, said in data["contractors"].items()}
    known = _Known(bank, departments, contractors, *_catalogue(bank, departments, data), data["before"])
    tell(_("people for every role"))
    accounts, actors = _people(bank, contractors)
    accounts += bank_approvals.people(bank, data["people"], actors)
    calendars = {key: _calendar(bank, dict(said)) for key, said in data["calendars"].items()}
    for said in data["arrangements"]:
        tell(said["reference"])
        _arrangement(said, known, calendars, actors)
    tell(_("strategy and intentions"))
    bank_initiatives.strategy_made(bank, actors)
    bank_initiatives.intentions_made(known, actors)
    tell(_("tenders"))
    bank_sourcing.tenders(contractors, actors)
    tell(_("documents"))
    documents_send(actors)
    for key, said in data["contractors"].items():
        if said["standing"] != "admitted":
            _stand(contractors[key], said["standing"], said["reason"])
    tell(_("approvals"))
    bank_approvals.approvals(data, actors)
    tell(_("duties"))
    bank_duties.duties(data, actors)
    bank_contracts.drafts(actors)
    bank_personal.reveals(data, actors)
    questionnaires_put(actors)
    accounts += bank_subsidiary.subsidiary(bank, data["before"])
    checkpoint_make()
    return accounts


class _Known(NamedTuple):
    """What arrangements name, each by its key in the pack."""

    bank: Any
    departments: dict[str, Any]
    contractors: dict[str, Any]
    functions: dict[str, Any]
    services: dict[str, Any]
    before: str


def _catalogue(bank: Any, departments: dict[str, Any], data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401
    """The functions of the bank and the services that it requires."""
    from guanbao.apps.catalogue.services import function_add, service_add
    from guanbao.apps.catalogue.taxonomies import NO_RULE
    from guanbao.platform.actors import SYSTEM

    functions, services = {}, {}
    for code, said in data["functions"].items():
        facts = said | {"department": departments[said["department"]], "assessed_on": date(2026, 1, 5)}
        functions[code] = function_add(actor=SYSTEM, institution=bank, code=code, scope_rule=NO_RULE, **facts)
    for code, said in data["services"].items():
        facts = said | {"scope_rule": NO_RULE, "since": date(2026, 1, 1)}
        services[code] = service_add(actor=SYSTEM, institution=bank, code=code, **facts)
    return functions, services


def _contractor(bank: Any, said: dict[str, Any]) -> Any:  # noqa: ANN401 - models are there once Django is
    from django.utils import timezone

    from guanbao.apps.parties.services.certificates import certificate_add
    from guanbao.apps.parties.services.contractors import contractor_add
    from guanbao.apps.parties.services.particulars import contact_add
    from guanbao.platform.actors import SYSTEM

    facts = {name: said[name] for name in ("name", "name_en", "kind", "uscc", "lei") if name in said}
    made = contractor_add(actor=SYSTEM, institution=bank, **facts)
    for one in said.get("certificates", ()):
        # Days from now: there is always one that is soon to end.
        facts = {name: value for name, value in one.items() if name != "days_left"}
        until = timezone.localdate() + timedelta(days=one["days_left"])
        certificate_add(actor=SYSTEM, contractor=made, valid_until=until, **facts)
    for one in said.get("contacts", ()):
        contact_add(actor=SYSTEM, contractor=made, **one)
    return _stand(made, "admitted", said.get("admitted_for", said["reason"]))


def _stand(contractor: Any, standing: str, reason: str) -> Any:  # noqa: ANN401
    from guanbao.apps.parties.services.contractors import contractor_stand
    from guanbao.platform.actors import SYSTEM

    return contractor_stand(
        actor=SYSTEM,
        contractor=contractor,
        standing=standing,
        standing_reason=reason,
        standing_since=date(2026, 1, 5),
    )


def _people(bank: Any, contractors: dict[str, Any]) -> tuple[list[list[object]], dict[str, Any]]:  # noqa: ANN401
    """Somebody for every role of the bank and of each contractor, named by post; accounts to print, and actors."""
    from django.utils import timezone

    from guanbao.apps.operations.checks import DEMONSTRATION_PASSWORD
    from guanbao.platform.access.models import Role
    from guanbao.platform.access.services import grant_give
    from guanbao.platform.actors import SYSTEM, Actor
    from guanbao.platform.identity.choices import Side
    from guanbao.platform.identity.services import membership_give, person_add

    today, accounts, actors = timezone.localdate(), [], {}
    sides = [(Side.INSTITUTION, "", bank)] + [(Side.CONTRACTOR, f"{key}.", row) for key, row in contractors.items()]
    for side, prefix, party in sides:
        for role in Role.objects.filter(side=side, institution=None).order_by("pk"):
            login = f"{prefix}{role.code}"
            person = person_add(actor=SYSTEM, login=login, name=role.name, password=DEMONSTRATION_PASSWORD)
            organisation = party.organisation
            membership_give(actor=SYSTEM, person=person, organisation=organisation, since=today, post=role.name)
            grant_give(actor=SYSTEM, person=person, organisation=organisation, role=role, since=today)
            actors[login] = Actor("person", f"person {person.pk}", person_id=person.pk, organisation_id=organisation.pk)
            accounts.append([login, str(role), party.name])
    return accounts, actors


def _calendar(bank: Any, said: dict[str, Any]) -> Any:  # noqa: ANN401
    import yaml

    from guanbao.apps.service_levels.services.levels import calendar_add
    from guanbao.platform.actors import SYSTEM

    name, is_office = said.pop("name"), said.pop("is_office", False)
    text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False)
    return calendar_add(actor=SYSTEM, institution=bank, name=name, definition=text, is_office=is_office)


def _arrangement(said: dict[str, Any], known: _Known, calendars: dict[str, Any], actors: dict[str, Any]) -> None:
    from guanbao.apps.arrangements.choices import STAGES, Stage
    from guanbao.apps.arrangements.services import (
        arrangement_add,
        arrangement_advance,
        arrangement_take_over,
        link_add,
        place_add,
    )
    from guanbao.apps.privacy.services import entrustment_add
    from guanbao.platform.actors import SYSTEM

    office = actors["outsourcing_office"]
    made = arrangement_add(
        actor=office,
        institution=known.bank,
        reference=said["reference"],
        title=said["title"],
        title_en=said["title_en"],
        department=known.departments[said["department"]],
        contractor=known.contractors.get(said.get("contractor", "")),
        function=known.functions.get(said.get("function", "")),
        services=[known.services[code] for code in said.get("services", ())],
        elements=said["elements"],
        importance=said.get("importance", "general"),
        importance_reason=said.get("importance_reason", ""),
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 12, 31),
        fee_monthly=Decimal(said["fee"]),
        **dict.fromkeys(said.get("marks", ()), True),  # type: ignore[arg-type] # names of flags
    )
    for rank, name, part in said.get("links", ()):
        link_add(actor=office, arrangement=made, rank=rank, name=name, part=part)
    for activity, place in said.get("places", ()):
        place_add(actor=office, arrangement=made, activity=activity, place=place)
    term = {"begins_on": made.starts_on, "finishes_on": made.ends_on, "assessed_on": date(2025, 12, 1)}
    for processing in said.get("processing", ()):
        entrustment_add(actor=office, arrangement=made, **term, **processing)
    at = STAGES.index(said["stage"])
    has_contract = at > STAGES.index(Stage.CONTRACT)
    stage = "contract" if has_contract else said["stage"]
    made = arrangement_take_over(actor=SYSTEM, arrangement=made, stage=stage, reason=known.before)
    if has_contract:
        bank_contracts.signed(made, actors)
        for _n in range(at - STAGES.index(Stage.CONTRACT)):
            made = arrangement_advance(actor=office, arrangement=made)
    if "records" in said:
        _records(
            made, said, calendars[said["level"]["calendar"]], office, actors[f"{said['contractor']}.service_manager"]
        )


def _records(made: Any, said: dict[str, Any], calendar: Any, office: Any, manager: Any) -> None:  # noqa: ANN401
    """The service level, the contractor's records, and the months' statements with what both sides say of them."""
    from guanbao.apps.service_levels.services.exclusions import exclusion_propose
    from guanbao.apps.service_levels.services.imports import import_announce, import_receive, import_run, mappings_for
    from guanbao.apps.service_levels.services.statements import (
        remark_add,
        standing_refresh,
        statement_draft,
        statement_issue,
    )
    from guanbao.platform.actors import SYSTEM

    _promise(made, said["level"], calendar, office)
    file, mapping = said["records"]["file"], said["records"]["mapping"]
    packed = resources.files("guanbao").joinpath(f"packs/samples/{file}").read_bytes()
    announced = import_announce(
        actor=manager,
        arrangement=made,
        dataset=mappings_for()[mapping],
        mapping=mapping,
        file_name=file,
        size=len(packed),
    )
    import_run(actor=manager, import_=import_receive(actor=manager, import_=announced, offset=0, pieces=[packed]))
    for month in said["months"]:
        draft = statement_draft(actor=SYSTEM, arrangement=made, month=date.fromisoformat(f"{month}-01"))
        dispute, proposal = said.get("dispute", {}), said.get("proposal", {})
        if month == proposal.get("month"):
            exclusion_propose(
                actor=manager,
                arrangement=made,
                period_from=draft.period_from,
                reason=proposal["reason"],
                starts_at=proposal["from"],
                ends_at=proposal["to"],
            )
            remark_add(actor=manager, statement=draft, text=proposal["reason"])
            continue
        statement_issue(actor=office, statement=draft)
        if month == dispute.get("month"):
            _dispute(draft, dispute, office, manager)
    standing_refresh(arrangement=made)


def _promise(made: Any, said: dict[str, Any], calendar: Any, office: Any) -> None:  # noqa: ANN401
    from guanbao.apps.service_levels.services.levels import TERM_FIELDS, level_begin, level_enforce, term_add, term_edit

    level = level_begin(
        actor=office,
        arrangement=made,
        calendar=calendar,
        title=said.get("title", ""),
        preset=said.get("preset", ""),
        cap_percent=Decimal(said["cap"]),
    )
    for n, (code, (title, measure, target)) in enumerate(said.get("terms", {}).items(), 1):
        weight = Decimal(1 if target else 0)
        facts = {"code": code, "title": title, "measure": measure, "target": target, "weight": weight}
        term_add(actor=office, level=level, position=10 * n, **facts)
    targets, credits_ = said.get("targets", {}), said["credit"]
    for code in {**targets, **credits_}:
        term = level.terms.get(code=code)
        facts = {name: getattr(term, name) for name in TERM_FIELDS}
        facts |= {"target": targets.get(code, term.target), "credit": credits_.get(code, "")}
        term_edit(actor=office, term=term, **facts)
    level_enforce(actor=office, level=level, holds_from=date.fromisoformat(said["from"]))


def _dispute(issued: Any, said: dict[str, Any], office: Any, manager: Any) -> None:  # noqa: ANN401
    """Calls that the contractor disputes and the bank accepts; the month's second version."""
    import duckdb

    from guanbao.apps.service_levels.services.exclusions import exclusion_decide, exclusion_propose
    from guanbao.apps.service_levels.services.statements import evidence_folder, statement_draft, statement_issue
    from guanbao.platform.actors import SYSTEM

    file = evidence_folder(issued) / f"{said['term']}.parquet"
    with duckdb.connect() as con:
        found = con.execute(
            "select id from read_parquet($file) where label = 'missed' order by id limit $n",
            {"file": str(file), "n": said["records"]},
        ).fetchall()
    proposed = exclusion_propose(
        actor=manager,
        arrangement=issued.arrangement,
        period_from=issued.period_from,
        reason=said["reason"],
        records=[key for (key,) in found],
        terms=[said["term"]],
    )
    exclusion_decide(actor=office, exclusion=proposed, state="accepted", decision=said["decision"])
    again = statement_draft(actor=SYSTEM, arrangement=issued.arrangement, month=issued.period_from)
    statement_issue(actor=office, statement=again)


def _pages_answer() -> bool:
    """Fetch the main pages as the office, a contractor's manager and audit would; print how each answered."""
    from django.test import Client

    from guanbao.apps.arrangements.models import Arrangement
    from guanbao.apps.operations.checks import DEMONSTRATION_PASSWORD
    from guanbao.apps.service_levels.models import Statement

    arrangement, statement = Arrangement.objects.order_by("pk")[0], Statement.objects.order_by("pk")[0]
    pages = ["/", "/arrangements/", f"/arrangements/{arrangement.pk}/", f"/statements/{statement.pk}/"]
    pages += [f"/statements/{statement.pk}/records/service-level", "/statements/", "/amounts/", "/imports/"]
    rows, good = [], True
    for login in ("outsourcing_office", "calls.service_manager", "internal_audit"):
        browser = Client(headers={"host": "localhost"})
        browser.post("/login", {"username": login, "password": DEMONSTRATION_PASSWORD})
        for page in pages:
            response = browser.get(page)
            good &= response.status_code == 200
            rows.append([login, page, response.status_code])
    speech.table(_("Pages"), [_("Login"), _("Page"), _("Answer")], rows)
    return good
