"""Races of two: nobody approves twice or for themselves, and nothing is decided that is no longer so.

GUANBAO_RACES=1000 is the long form.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RACES = int(os.environ.get("GUANBAO_RACES", "48"))


@pytest.mark.database
def test_races_leave_one_decision_and_none_on_changed_content(tmp_path):
    env = {**os.environ, "GUANBAO_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "guanbao.config.settings"}
    env["PYTHONPATH"] = str(Path(__file__).parent)
    program = f"import django; django.setup(); import racing; racing.main({RACES})"
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], env=env, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    said = json.loads(ran.stdout.splitlines()[-1])
    print(ran.stdout)
    assert said["races"] == RACES
    assert (said["self"], said["double"], said["faults"]) == (0, 0, []), said
    assert said["decisions"] >= RACES // 2
