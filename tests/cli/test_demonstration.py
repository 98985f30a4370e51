"""`guanbao bank --check`: the demonstration is made anew and its pages answer."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

GUANBAO = Path(sys.executable).with_name("guanbao")
STANDING = """
import django, json
django.setup()
from guanbao.apps.arrangements import choices, models, stages
rows = list(models.Arrangement.objects.all())
shut = {one.gate.name for row in rows for one in stages.gates_judged(row) if one.holds_back and one.shut.because}
print(json.dumps({"stages": sorted({str(stage) for stage in choices.STAGES} - {row.stage for row in rows}),
                  "gates": sorted(stages.gates().keys() - shut)}))
"""


def test_the_demonstration_is_made_and_its_pages_answer(tmp_path):
    env = os.environ | {"DATABASE_URL": "", "GUANBAO_LANG": "en"}
    asked = [GUANBAO, "bank", "--home", str(tmp_path / "bank"), "--check"]
    done = subprocess.run(asked, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.count(" 200 ") >= 20
    with sqlite3.connect(tmp_path / "bank/guanbao.sqlite3") as made:
        rows = made.execute("select name, state, outcome, returned from questionnaires_issue").fetchall()
    assert ("site", "concluded", "passed", 0) in rows
    assert ("it_audit_during", "review", "", 2) in rows
    assert ("it_audit_before", "concluded", "critical", 0) in rows
    assert ("compliance_assessment", "sent", "", 0) in rows
    # No stage is empty, and no gate is open everywhere.
    env |= {"GUANBAO_HOME": str(tmp_path / "bank"), "DJANGO_SETTINGS_MODULE": "guanbao.config.settings"}
    said = subprocess.run([sys.executable, "-c", STANDING], env=env, capture_output=True, text=True, check=True).stdout
    assert json.loads(said.splitlines()[-1]) == {"stages": [], "gates": []}
