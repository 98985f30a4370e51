"""`guanbao bank --check`: the demonstration is made anew and its pages answer."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

GUANBAO = Path(sys.executable).with_name("guanbao")


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
