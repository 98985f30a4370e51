"""What a plain model costs: a whole app of one, with its tests, which run here on a database of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from guanbao.engine.language import say

HERE = Path(__file__).parent
SAMPLE = HERE / "sample"
MOST = 120


def test_a_plain_model_costs_little():
    texts = {file.name: file.read_text(encoding="utf-8") for file in SAMPLE.glob("*.py")}
    lines = {name: sum(bool(line.strip()) for line in text.splitlines()) for name, text in texts.items()}
    # What is said here for the first time wants its Chinese, a line each.
    said = {sentence for text in texts.values() for sentence in re.findall(r'_\("([^"]+)"\)', text)}
    new = {sentence for sentence in said if say(sentence, "zh") == sentence}
    print(lines, f"new sentences: {len(new)}", f"together: {sum(lines.values()) + len(new)}")
    assert "tests.py" in lines
    assert sum(lines.values()) + len(new) < MOST


@pytest.mark.database
def test_it_works():
    """In a process of its own: an app is installed when Django starts, or not at all."""
    command = [sys.executable, "-m", "pytest", "--ds=sample_settings", "-p", "no:xdist", str(SAMPLE / "tests.py")]
    place = {"PYTHONPATH": str(HERE)}
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))}
    done = subprocess.run(command, cwd=HERE.parents[1], env=env | place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
