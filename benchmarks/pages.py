"""Pages and lists of the API with 100,000 arrangements and 1,000,000 ledger entries on SQLite, while others write.

One process answers, as one worker of a server would: requests go through Django's handler in this process, with a
logged-in session (pages) or a token (the API), middleware and all; no socket is in between. Meanwhile a second process
works as `guanbao worker` and imports records, and a third writes rows with their ledger entries. A bare Django list
view of the same table, with the same login, is measured in the same run, taking turns with the pages.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils.module_loading import import_string

MOST_MS, TIMES_PAGE, TIMES_API = 80, 10, 5
HERE = Path(__file__).resolve()
DAY = date(2026, 1, 1)
_WARM = 5
PASSWORD = "a long enough password"  # noqa: S105 - of nobody
_BARE = """<table>{% for row in rows %}<tr><td>{{ row.reference }}</td><td>{{ row.title }}</td><td>{{ row.contractor }}
</td><td>{{ row.department }}</td><td>{{ row.stage }}</td><td>{{ row.importance }}</td><td>{{ row.ends_on }}</td></tr>
{% endfor %}</table>"""


def filled(arrangements: int, entries: int) -> dict[str, Any]:
    """A bank with departments, contractors and people, by services; then rows in bulk, which no service would make."""
    system = import_string("guanbao.platform.actors.SYSTEM")
    import_string("guanbao.platform.access.roles.roles_sync")()
    parties = "guanbao.apps.parties.services"
    bank = import_string(f"{parties}.institution_add")(actor=system, name="Bank", kind="bank")
    units = [
        import_string(f"{parties}.department_add")(actor=system, institution=bank, code=f"D{n}", name=f"Department {n}")
        for n in range(20)
    ]
    firms = [
        import_string(f"{parties}.contractor_add")(
            actor=system, institution=bank, name=f"Contractor {n}", kind="it_service"
        )
        for n in range(100)
    ]
    model = import_string("guanbao.apps.arrangements.models.Arrangement")
    model.objects.bulk_create(
        (
            model(
                institution=bank, reference=f"EB-{n:06d}", title=f"Service {n} of {words(n)}", elements=["personnel"],
                department=units[n % 20], contractor=firms[n % 100], ends_on=DAY + timedelta(days=n % 2000),
                stage_since=DAY,
            )
            for n in range(arrangements)
        ),
        batch_size=2000,
    )  # fmt: skip
    first = model.objects.order_by("pk").values_list("pk", flat=True)[0]
    write_entries(entries, bank, first, arrangements)
    person = import_string("guanbao.platform.identity.services.person_add")(
        actor=system, login="office", name="office", password=PASSWORD
    )
    whose = {"person": person, "organisation": bank.organisation, "since": DAY}
    import_string("guanbao.platform.identity.services.membership_give")(actor=system, **whose)
    roles = import_string("guanbao.platform.access.models.Role")
    for code in ("outsourcing_office", "internal_audit"):
        role = roles.objects.get(code=code, institution=None)
        import_string("guanbao.platform.access.services.grant_give")(actor=system, role=role, **whose)
    _, secret = import_string("guanbao.platform.identity.tokens.token_make")(
        actor=system, person=person, organisation=bank.organisation, name="bench"
    )
    return {"person": person.pk, "secret": secret, "first": first, "department": units[3].pk}


def words(n: int) -> str:
    """A few words that differ."""
    kinds = ("cards", "loans", "calls", "payments", "archives", "printing", "testing", "hosting", "couriers", "cash")
    return f"{kinds[n % 10]} {kinds[n // 10 % 10]} {n * 7919 % 100_003}"


def write_entries(entries: int, bank: Any, first: int, arrangements: int) -> None:
    """Entries as the ledger writes them, in bulk: by SQL, from one that it has written itself."""
    entry = import_string("guanbao.platform.ledger.models.Entry")
    head = import_string("guanbao.platform.ledger.models.Head")
    at, start = datetime(2026, 1, 1, tzinfo=UTC), head.objects.get().size
    entry.objects.bulk_create(
        (
            entry(
                index=start + n, at=at + timedelta(seconds=20 * n), event="arrangement.edited", actor_kind="person",
                actor_name="office", person_id=1, organisation_id=bank.organisation_id,
                institution=bank.organisation_id, object_type="arrangements.arrangement",
                object_id=str(first + n % arrangements), object_label=f"EB-{n % arrangements:06d}",
                scopes={"institution": bank.organisation_id}, before={"title": "a"}, after={"title": "b"},
                redacted=[], request_id=f"{n:032x}", body=b"{}", leaf=b"0" * 32,
            )
            for n in range(entries)
        ),
        batch_size=5000,
    )  # fmt: skip
    with import_string("guanbao.platform.ledger.triggers.disarmed")(connection):  # it goes on by one at a time
        head.objects.update(size=start + entries)


def asked(known: dict[str, Any], arrangements: int) -> dict[str, str]:
    """What is measured, by name: addresses of pages and of the API."""
    half = arrangements // 2
    place = ["arrangements", "reference", False, f"EB-{half:06d}", known["first"] + half]
    deep = import_string("django.core.signing.dumps")(place, salt="guanbao.cursor")  # as the page before gives it
    return {
        "list": "/arrangements/",
        "sorted": "/arrangements/?sort=-ends_on",
        "filter": f"/arrangements/?department={known['department']}&stage=scope",
        "search": "/arrangements/?q=couriers+7919",
        "search few": f"/arrangements/?q=EB-{arrangements // 2:06d}",
        "deep": f"/arrangements/?cursor={deep}",
        "detail": f"/arrangements/{known['first'] + arrangements // 2}/",
        "start": "/",
        "ledger": "/ledger/",
        "ledger deep": "/ledger/?before=500000",
        "ledger filter": "/ledger/?event=arrangement.edited",
        "ledger object": f"/ledger/?object_type=arrangements.arrangement&object_id={known['first'] + 77}",
        "api list": "/api/v1/arrangements",
        "api sorted": "/api/v1/arrangements?sort=-ends_on",
        "api deep": f"/api/v1/arrangements?cursor={deep}",
        "api filter": f"/api/v1/arrangements?department={known['department']}",
        "api search": f"/api/v1/arrangements?q=EB-{arrangements // 2:06d}",
    }


def bare(request: HttpRequest) -> HttpResponse:
    """What a Django view of the list costs at least: 50 rows of the table with their names, for who is logged in."""
    model = import_string("guanbao.apps.arrangements.models.Arrangement")
    rows = model.objects.select_related("contractor", "department").order_by("pk")[:50]
    return HttpResponse(_template().render({"rows": rows}, request))


def _template() -> Any:
    if not hasattr(bare, "template"):
        bare.template = engines["django"].from_string(_BARE)  # type: ignore[attr-defined]
    return bare.template  # type: ignore[attr-defined]


def measured(known: dict[str, Any], addresses: dict[str, str], times: int) -> dict[str, list[float]]:
    """Milliseconds of every request, those of each address taking turns with the others and with the bare view."""
    client = import_string("django.test.Client")(raise_request_exception=True, SERVER_NAME="localhost")
    people = import_string("guanbao.platform.identity.models.Person")
    client.force_login(people.objects.get(pk=known["person"]), "django.contrib.auth.backends.ModelBackend")
    token = {"Authorization": f"Bearer {known['secret']}"}

    def once(address: str) -> float:
        # As a server does it: each request has its own connection to the database.
        start = time.perf_counter()
        answer = client.get(address, headers=token if address.startswith("/api/") else {})
        took = (time.perf_counter() - start) * 1000
        if answer.status_code != 200:
            raise RuntimeError((address, answer.status_code, answer.content[:500]))
        return took

    every = addresses | {"bare": "/bare/"}
    for address in every.values():
        for _ in range(_WARM):
            once(address)
    gc.collect()
    gc.freeze()
    found: dict[str, list[float]] = {name: [] for name in every}
    for _ in range(times):
        for name, address in every.items():
            found[name].append(once(address))
    return found


def busy_worker(home: str) -> subprocess.Popen[bytes]:
    """`guanbao worker`, in a process of its own."""
    return subprocess.Popen([sys.executable, "-c", "from guanbao.cli import main; main()", "worker"], env=env_of(home))


def busy(home: str) -> subprocess.Popen[bytes]:
    """A process that imports records, one file after another, and writes rows with their ledger entries."""
    return subprocess.Popen([sys.executable, str(HERE), "--busy"], env=env_of(home))


def env_of(home: str) -> dict[str, str]:
    """The environment of all processes."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "guanbao.config.settings",
        "GUANBAO_HOME": home,
        "DATABASE_URL": "",
        "GUANBAO_SECRET_KEY": "of the benchmark",
        "GUANBAO_MFA_BY_ROLE": "0",
    }


def write_on() -> None:
    """Announce, send and import files, and change an arrangement ten times a second, until it is ended."""
    django.setup()
    system = import_string("guanbao.platform.actors.SYSTEM")
    imports = "guanbao.apps.service_levels.services.imports"
    announce, receive = import_string(f"{imports}.import_announce"), import_string(f"{imports}.import_receive")
    model = import_string("guanbao.apps.arrangements.models.Arrangement")
    append = import_string("guanbao.platform.ledger.services.ledger_append")
    atomic = import_string("django.db.transaction.atomic")
    row = model.objects.order_by("-pk").first()
    event = import_string("guanbao.apps.arrangements.events.ARRANGEMENT_EDITED")
    for n in range(1_000_000):
        if n % 50 == 0:
            data = b"".join(
                b'{"id": "c%d", "arrived_at": "2026-11-02T09:%02d:00+08:00", "outcome": "answered"}\n'
                % (n * 1000 + i, i % 60)
                for i in range(20_000)
            )
            facts = {"dataset": "interactions", "mapping": "interactions-jsonl", "file_name": "calls.jsonl"}
            made = announce(actor=system, arrangement=row, size=len(data), **facts)
            receive(actor=system, import_=made, offset=0, pieces=[data])
        with atomic():
            row.title = f"Service {n}"
            row.save(update_fields=["title"])
            append(actor=system, event=event, subject=row, after={"title": row.title}, scopes=row.ledger_scopes)
        time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arrangements", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--home", type=Path, help="a folder to fill, or one that was filled before")
    parser.add_argument("--only", default="", help="names of what to measure, with commas")
    parser.add_argument("--busy", action="store_true", help="write on, for the other process to be measured")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.busy:
        write_on()
        return
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        home.mkdir(exist_ok=True)
        os.environ.update(env_of(str(home)))
        django.setup()
        report(home, options)


def report(home: Path, options: argparse.Namespace) -> None:
    """Fill the database unless it is, measure, print."""
    known_file = home / "known.json"
    if not known_file.exists():
        call_command("migrate", verbosity=0)
        known_file.write_text(json.dumps(filled(options.arrangements, options.entries)), encoding="utf-8")
    known = json.loads(known_file.read_text(encoding="utf-8"))
    addresses = asked(known, options.arrangements)
    if options.only:
        addresses = {name: at for name, at in addresses.items() if name in options.only.split(",")}
    urls = import_string("guanbao.config.urls.urlpatterns")
    urls.insert(0, import_string("django.urls.path")("bare/", bare))
    connection.close()
    others = [busy_worker(str(home)), busy(str(home))]
    try:
        time.sleep(8)  # they have begun
        found = measured(known, addresses, options.times)
    finally:
        for process in others:
            process.terminate()
        for process in others:
            process.wait(60)
    told(found, options)


def told(found: dict[str, list[float]], options: argparse.Namespace) -> None:
    """A table and JSON."""
    quantile: Callable[[list[float], float], float] = lambda took, part: sorted(took)[int(len(took) * part)]  # noqa: E731
    median = {name: round(quantile(took, 0.5), 2) for name, took in found.items()}
    p95 = {name: round(quantile(took, 0.95), 2) for name, took in found.items()}
    ratio = {name: round(median[name] / median["bare"], 2) for name in found if name != "bare"}
    required = {name: TIMES_API if name.startswith("api") else TIMES_PAGE for name in ratio}
    print(f"{'':<16}{'median ms':>10}{'p95 ms':>10}{'x bare':>8}{'at most':>9}")
    for name in found:
        print(f"{name:<16}{median[name]:>10}{p95[name]:>10}{ratio.get(name, 1):>8}{required.get(name, ''):>9}")
    result = {
        "benchmark": "pages",
        "arrangements": options.arrangements,
        "entries": options.entries,
        "requests": options.times,
        "how": "in-process, through Django's handler and all middleware; worker and writer in other processes",
        "median_ms": median,
        "p95_ms": p95,
        "most_p95_ms": MOST_MS,
        "ratio": ratio,
        "required": required,
    }
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
