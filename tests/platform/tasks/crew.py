"""A program for tests with real processes: `crew.py FOLDER VERB` works in an installation of its own."""

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

FOLDER = Path(sys.argv[1])
os.environ |= {"GUANBAO_HOME": str(FOLDER), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "guanbao.config.settings"}

import django  # noqa: E402 - the settings first

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from guanbao.platform.actors import SYSTEM  # noqa: E402
from guanbao.platform.identity.services import organisation_add  # noqa: E402
from guanbao.platform.tasks.declaring import job, schedule  # noqa: E402
from guanbao.platform.tasks.models import Job, Schedule  # noqa: E402
from guanbao.platform.tasks.running import STOPPING  # noqa: E402
from guanbao.platform.tasks.services import job_start  # noqa: E402
from guanbao.platform.tasks.whens import Hourly  # noqa: E402
from guanbao.platform.tasks.working import work  # noqa: E402


@job("crew.dig", title="Dig")
def dig(running, *, actor):  # noqa: ARG001
    """Begins, and at the first attempt never ends by itself."""
    with (FOLDER / "begun").open("a") as file:
        file.write("begun\n")
    while Job.objects.get(pk=running.number).attempts == 1 and not (FOLDER / "go").exists():
        running.progress(1, 2)
        time.sleep(0.05)
    with (FOLDER / "ended").open("a") as file:
        file.write("ended\n")


@schedule(Hourly())
@job("crew.ring", title="Ring")
def ring(running, *, actor):  # noqa: ARG001
    with (FOLDER / "rung").open("a") as file:
        file.write("rung\n")


match sys.argv[2]:
    case "init":
        call_command("migrate", verbosity=0)
    case "ask":
        job_start(actor=SYSTEM, kind="crew.dig")
    case "due":  # every schedule came due an hour ago, unseen
        before = timezone.now() - timedelta(hours=1)
        for kind in ("crew.ring",):
            Schedule.objects.create(kind=kind, last_due=before - timedelta(hours=1), next_due=before)
    case "work":
        quick = timedelta(seconds=0.3)
        work(once="--once" in sys.argv, beat=quick, lost=quick * 5, wait=STOPPING.wait)
    case "gentle":
        signal.signal(signal.SIGTERM, lambda _number, _frame: STOPPING.set())
        work(wait=STOPPING.wait)
    case "write":  # as the pages do, as fast as it can
        for n in range(100):
            organisation_add(actor=SYSTEM, side="contractor", name=f"Contractor {n}")
