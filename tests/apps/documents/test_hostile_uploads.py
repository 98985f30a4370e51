"""Hostile files against a server as it is run: by page and by API, with a scanner, and its memory looked at."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clamd import clamd
from hostile import hostile, million_in_zip, ordinary

requests = pytest.importorskip("requests", reason="the development packages are not installed")
MOST_MIB = 512
LEAST = 200
PASSWORD = "a long enough password"  # noqa: S105 - of a server that lives for a test
BEGIN = textwrap.dedent(
    """
    import json
    from datetime import date

    from guanbao.cli.setting_up import django_ready

    django_ready()
    from django.core.management import call_command
    from django.utils import timezone

    from guanbao.apps.arrangements.services import arrangement_add
    from guanbao.apps.parties.services import contractor_add, contractor_stand, department_add, institution_add
    from guanbao.platform.access.models import Role
    from guanbao.platform.access.roles import roles_sync
    from guanbao.platform.access.services import grant_give
    from guanbao.platform.actors import SYSTEM
    from guanbao.platform.identity.services import membership_give, person_add
    from guanbao.platform.identity.tokens import token_make

    call_command("migrate", verbosity=0)
    roles_sync()
    bank = institution_add(actor=SYSTEM, name="East Bank", kind="bank")
    contractor = contractor_add(actor=SYSTEM, institution=bank, name="Calls Ltd", kind="it_service")
    contractor_stand(
        actor=SYSTEM, contractor=contractor, standing="admitted", standing_reason="x", standing_since=date(2026, 1, 1)
    )
    arrangement = arrangement_add(
        actor=SYSTEM, institution=bank, reference="WB-1", title="Calls", contractor=contractor, elements=["personnel"],
        department=department_add(actor=SYSTEM, institution=bank, code="CC", name="Cards"),
    )
    said, today = {"arrangement": arrangement.pk}, timezone.localdate()
    for login, role, party in (("manager", "service_manager", contractor), ("office", "outsourcing_office", bank)):
        person = person_add(actor=SYSTEM, login=login, name=login, password="PASSWORD")
        membership_give(actor=SYSTEM, person=person, organisation=party.organisation, since=today)
        role = Role.objects.get(code=role, institution=None)
        grant_give(actor=SYSTEM, person=person, organisation=party.organisation, role=role, since=today)
        said[login] = token_make(actor=SYSTEM, person=person, organisation=party.organisation, name="t")[1]
    print(json.dumps(said))
    """
).replace("PASSWORD", PASSWORD)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """`guanbao serve` beside a scanner; where it is, what it knows, and its process."""
    if not Path("/proc/self/status").is_file():
        pytest.skip("memory is read from /proc")
    home = tmp_path_factory.mktemp("home")
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with clamd() as (scanner, _heard):
        env = {name: value for name, value in os.environ.items() if not name.startswith(("GUANBAO_", "DATABASE_URL"))}
        env |= {"GUANBAO_HOME": str(home), "GUANBAO_MFA_BY_ROLE": "0", "GUANBAO_CLAMAV": scanner}
        made = subprocess.run([sys.executable, "-c", BEGIN], env=env, capture_output=True, text=True, check=True)
        guanbao = shutil.which("guanbao", path=str(Path(sys.executable).parent))
        command = [guanbao, "serve", "--port", str(port), "--no-worker"]
        with (
            (home / "said.txt").open("wb") as said,
            subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=said) as process,
        ):
            at = f"http://127.0.0.1:{port}"
            for _ in range(100):
                try:
                    requests.get(f"{at}/login", timeout=5)
                    break
                except requests.ConnectionError:
                    time.sleep(0.2)
            yield at, json.loads(made.stdout.splitlines()[-1]), process.pid
            process.terminate()


def most_mib(pid):
    """The most memory that a process ever had."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))[1]) // 1024


class Caller:
    """Somebody with a browser and a program."""

    def __init__(self, at, login, secret, arrangement):
        self.at, self.arrangement = at, arrangement
        self.program = requests.Session()
        self.program.headers["Authorization"] = f"Bearer {secret}"
        self.browser = requests.Session()
        self.browser.get(f"{at}/login", timeout=30)
        self.browser.post(f"{at}/login", self._csrf({"username": login, "password": PASSWORD}), timeout=30)
        assert self.browser.get(f"{at}/documents/", timeout=30).url.endswith("/documents/")

    def _csrf(self, said):
        return said | {"csrfmiddlewaretoken": self.browser.cookies["csrftoken"]}

    def by_page(self, name, data):
        return self.browser.post(
            f"{self.at}/documents/to/arrangements/{self.arrangement}",
            self._csrf({"kind": "other", "title": "Paper"}),
            files={"file": (f"{name}.html", data, "text/html")},
            allow_redirects=False,
            timeout=120,
        )

    def by_api(self, data):
        query = {"record": "arrangements", "record_id": self.arrangement, "kind": "other", "title": "Paper"}
        return self.program.post(
            f"{self.at}/api/v1/documents/content",
            params=query,
            data=data,
            headers={"Content-Type": "application/octet-stream"},
            timeout=120,
        )

    def fetch(self, pk):
        yield self.browser.get(f"{self.at}/documents/{pk}/content", timeout=60)
        yield self.program.get(f"{self.at}/api/v1/documents/{pk}/content", timeout=60)


def inline(answer):
    """Whether a browser might show what an answer brings."""
    headers = answer.headers
    return not (
        headers["Content-Disposition"].startswith("attachment; filename=")
        and headers["X-Content-Type-Options"] == "nosniff"
        and headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        and not re.search("html|svg|xml;|javascript", headers["Content-Type"])
    )


@pytest.fixture(scope="module")
def callers(server):
    at, said, _pid = server
    return {login: Caller(at, login, said[login], said["arrangement"]) for login in ("manager", "office")}


def test_no_hostile_file_comes_through(server, callers):
    manager, office, begun = callers["manager"], callers["office"], most_mib(server[2])
    count = kept = refused = shown = faults = 0
    for name, data, must_be_refused in hostile():
        count += 1
        plain = re.sub("[^a-z0-9 ]", "", name)
        for answer in (manager.by_page(plain, data), manager.by_api(data)):
            faults += answer.status_code >= 500
            taken = answer.status_code in (201, 302)
            assert taken or answer.status_code == 422, (name, answer.status_code, answer.text[:200])
            assert not (taken and must_be_refused), name
            refused += not taken
            if not taken:
                assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
                assert b"<script>alert" not in answer.content
                continue
            kept += 1
            pk = re.search(r"/(\d+)/?$", answer.headers["Location"])[1]
            for fetched in (*manager.fetch(pk), *office.fetch(pk)):
                faults += fetched.status_code >= 500
                if "EICAR" in name:
                    assert fetched.status_code == 409, name
                    continue
                assert fetched.status_code == 200, (name, fetched.status_code)
                assert fetched.content == data
                shown += inline(fetched)
    for ending, data in ordinary().items():
        assert manager.by_page(ending, data).status_code == 302
        assert manager.by_api(data).status_code == 201
    peak = most_mib(server[2])
    print(
        f"\n{count} hostile files by page and API: {refused} refused, {kept} kept, {shown} shown inline, "
        f"{faults} answers of 500 and above; memory of the server {begun} MiB before, at most {peak} MiB"
    )
    assert count >= LEAST
    assert (shown, faults) == (0, 0)
    assert peak < MOST_MIB


def test_large_files_at_once_need_little_memory(server, callers):
    manager = callers["manager"]
    bomb, noise = million_in_zip(), b"\x89PNG\r\n\x1a\n" + os.urandom(40 << 20) + b"IEND\xaeB`\x82"
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(manager.by_api, [bomb, noise, bomb, noise, bomb, noise]))
    assert {answer.status_code for answer in found} == {201, 422}, [answer.text[:200] for answer in found]
    peak = most_mib(server[2])
    print(f"\nsix of 40 to 49 MB at once: memory of the server at most {peak} MiB")
    assert peak < MOST_MIB
