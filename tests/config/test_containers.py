"""The files for containers start what there is, by settings that are documented."""

import json
import re
from pathlib import Path

import yaml

from guanbao.cli.application import build

ROOT = Path(__file__).parents[2]
HOW_TO = (ROOT / "docs/how-to/run-the-web-application.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_every_process_is_a_command():
    verbs = {command.name or command.callback.__name__ for command in build().registered_commands}
    started = [service["command"] for service in COMPOSE["services"].values() if "command" in service]
    started.append(json.loads(re.search(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[1]))
    assert {command[0] for command in started} == {"guanbao"}
    assert {command[1] for command in started} == {"init", "worker", "serve"}
    assert {command[1] for command in started} <= verbs


def test_every_setting_is_documented():
    named = set(re.findall(r"\bGUANBAO_[A-Z_]+|DATABASE_URL", (ROOT / "compose.yaml").read_text() + DOCKERFILE))
    assert len(named) > 3
    assert {name for name in named if f"`{name}`" not in HOW_TO} == set()


def test_what_is_copied_is_there():
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    assert copied
    assert [name for names in copied for name in names.split() if not (ROOT / name).exists()] == []
