"""A million records through the API, from the first byte to the import done, against the engine's own import.

A server process (uvicorn, one worker) and a worker process, as `guanbao serve` starts them, on loopback; the file is
announced, sent in one request, and waited for. The engine imports the same file into a store of its own, in a process
of its own, before and after: the mean of both counts. Memory is the peak of each process (VmHWM).
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import django
import duckdb
from django.core.management import call_command
from django.utils.module_loading import import_string

REQUIRED = 0.5  # of the engine's throughput
MOST_MIB = 512
MAPPING = "interactions-jsonl"
PASSWORD = "a long enough password"  # noqa: S105 - of nobody
DAY = date(2026, 1, 1)
ENGINE = """
import sys
from pathlib import Path
from guanbao.engine.records.imports import Inputs, records_import
from guanbao.engine.records.mappings import mapping
from guanbao.engine.records.store import Store
files = Inputs([Path(sys.argv[1])], mapping(sys.argv[2]))
report = records_import(files, arrangement="BENCH", store=Store(Path(sys.argv[3])))
print(report.counts.accepted)
"""


def generate(path: Path, rows: int) -> None:
    """Calls of a month, by their canonical names."""
    time_of = "strftime({}, '%Y-%m-%dT%H:%M:%SZ')"
    duckdb.execute(f"""
        copy (select 'c' || i as id, 'voice' as channel, 'customer ' || (hash(i * 3) % 200000) as customer,
            {time_of.format("o")} as arrived_at,
            {time_of.format("o + to_seconds((hash(i * 5) % 60)::bigint)")} as answered_at,
            {time_of.format("o + to_seconds((hash(i * 5) % 60 + hash(i * 7) % 600)::bigint)")} as ended_at,
            ((hash(i * 5) % 60) * 1000)::bigint as wait_ms, 'answered' as outcome,
            'agent ' || (hash(i * 11) % 400) as agent
        from (select i, timestamp '2026-10-01' + to_seconds((hash(i * 17) % 2600000)::bigint) as o
            from range({rows}) t(i))
        ) to '{path}' (format json)""")


def prepared() -> tuple[int, str]:
    """A bank with an arrangement, and a machine's token; the arrangement's key and the token."""
    django.setup()
    call_command("migrate", verbosity=0)
    # Django's models can be imported only now.
    system = import_string("guanbao.platform.actors.SYSTEM")
    parties = "guanbao.apps.parties.services"
    import_string("guanbao.platform.access.roles.roles_sync")()
    bank = import_string(f"{parties}.institution_add")(actor=system, name="Bank", kind="bank")
    facts = {"institution": bank, "name": "Calls Ltd", "kind": "it_service"}
    contractor = import_string(f"{parties}.contractor_add")(actor=system, **facts)
    unit = import_string(f"{parties}.department_add")(actor=system, institution=bank, code="CC", name="Calls")
    arrangement = import_string("guanbao.apps.arrangements.services.arrangement_add")(
        actor=system, institution=bank, reference="BENCH", title="Calls", department=unit, contractor=contractor,
        elements=["personnel"],
    )  # fmt: skip
    person = import_string("guanbao.platform.identity.services.person_add")(
        actor=system, login="machine", name="machine", password=PASSWORD
    )
    whose = {"person": person, "organisation": contractor.organisation, "since": DAY}
    import_string("guanbao.platform.identity.services.membership_give")(actor=system, **whose)
    role = import_string("guanbao.platform.access.models.Role").objects.get(code="service_manager", institution=None)
    import_string("guanbao.platform.access.services.grant_give")(actor=system, role=role, **whose)
    _, secret = import_string("guanbao.platform.identity.tokens.token_make")(
        actor=system, person=person, organisation=contractor.organisation, name="bench"
    )
    return arrangement.pk, secret


@contextmanager
def running(env: dict[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process, ended with the block."""
    process = subprocess.Popen([sys.executable, *command], env=env)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def peak_mib(process: subprocess.Popen[bytes]) -> float:
    """The most memory that a process has held."""
    said = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    found = next(line for line in said.splitlines() if line.startswith("VmHWM"))
    return round(int(found.split()[1]) / 1024, 1)


class Api:
    """A program that sends records."""

    def __init__(self, port: int, secret: str) -> None:
        self.port, self.secret = port, secret

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, f"/api/v1/{path}", body, given | {"Authorization": f"Bearer {self.secret}"})
        answer = line.getresponse()
        text = answer.read()
        line.close()
        return answer.status, json.loads(text) if text else None

    def wait(self) -> None:
        """Until the server answers."""
        for _ in range(300):
            try:
                self("GET", "imports")
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise TimeoutError


def uploaded(api: Api, arrangement: int, file: Path, rows: int) -> tuple[float, float]:
    """Seconds until the last byte was taken, and until the import was done."""
    said = json.dumps({"mapping": MAPPING, "file_name": file.name, "size": file.stat().st_size})
    status, made = api("POST", f"arrangements/{arrangement}/imports", said, Content_Type="application/json")
    if status != 201:
        raise RuntimeError(made)
    start = time.perf_counter()
    with file.open("rb") as data:
        length = str(file.stat().st_size)
        kind = {"Content_Type": "application/offset+octet-stream", "Content_Length": length, "Upload_Offset": "0"}
        status, answer = api("PATCH", f"imports/{made['id']}/content", data, **kind)
    received = time.perf_counter() - start
    if status != 204:
        raise RuntimeError(answer)
    while (found := api("GET", f"imports/{made['id']}")[1])["state"] == "waiting":
        time.sleep(0.1)
    done = time.perf_counter() - start
    if found["counts"].get("accepted") != rows:
        raise RuntimeError(found)
    return received, done


def engine_import(file: Path, store: Path, rows: int) -> float:
    """Seconds of the engine's own import, in a process of its own; without what the process takes to begin."""
    script = f"import time\n{ENGINE}".replace("report =", "start = time.perf_counter(); report =")
    script += "print(time.perf_counter() - start)\n"
    command = [sys.executable, "-c", script, str(file), MAPPING, str(store)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[
        -2:
    ]  # a bar may stand before
    if int(said[0]) != rows:
        raise RuntimeError(said)
    return float(said[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, socket.socket() as free:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "guanbao.config.settings", "GUANBAO_HOME": home, "DATABASE_URL": ""}
        os.environ |= {"GUANBAO_SECRET_KEY": "of the benchmark", "GUANBAO_MFA_BY_ROLE": "0"}
        file = Path(home, "calls.jsonl")
        generate(file, options.rows)
        arrangement, secret = prepared()
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        alone = [engine_import(file, Path(home, "before"), options.rows)]
        env = dict(os.environ)
        web = ("-m", "uvicorn", "guanbao.config.asgi:application", "--port", str(port), "--log-level", "warning")
        with (
            running(env, *web) as server,
            running(env, "-c", "from guanbao.cli import main; main()", "worker") as worker,
        ):
            api = Api(port, secret)
            api.wait()
            received, done = uploaded(api, arrangement, file, options.rows)
            memory = {"web": peak_mib(server), "worker": peak_mib(worker)}
        alone.append(engine_import(file, Path(home, "after"), options.rows))
        result = {
            "benchmark": "uploads",
            "rows": options.rows,
            "megabytes": file.stat().st_size // 1_000_000,
            "received_s": round(received, 2),
            "done_s": round(done, 2),
            "engine_s": [round(each, 2) for each in alone],
            "peak_mib": memory,
            "most_mib": MOST_MIB,
            "ratio": round(sum(alone) / len(alone) / done, 2),
            "required": REQUIRED,
        }
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
