"""The documentation says what the program does: its commands run, its examples parse, its links lead somewhere.

`GUANBAO_WRITE_DOCS=1 pytest tests/test_docs.py` writes the tutorials' compared outputs anew.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from guanbao.cli import reference
from guanbao.engine import documents
from guanbao.engine.calendars import Calendar
from guanbao.engine.measures import MEASURES
from guanbao.engine.measures.catalogue import WAITING
from guanbao.engine.records import mappings
from guanbao.engine.records.datasets import DATASETS
from guanbao.engine.records.mappings import mapping_of
from guanbao.engine.statements import presets
from guanbao.engine.statements.levels import service_level_of

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
ENGLISH, CHINESE = DOCS / "tutorial.md", DOCS / "tutorial.zh-CN.md"
GUANBAO = shutil.which("guanbao", path=str(Path(sys.executable).parent))
ANY = "…"


@dataclass(frozen=True)
class Block:
    """A fenced block: the words after its fence, its lines, and the line on which they begin."""

    file: Path
    info: tuple[str, ...]
    lines: tuple[str, ...]
    first: int

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.first}"


def pages() -> list[Path]:
    return sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CONTRIBUTING.md"])


def blocks(file: Path) -> list[Block]:
    """The fenced blocks of a page."""
    found: list[Block] = []
    opened: tuple[tuple[str, ...], int] | None = None
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("```") and opened is None:
            opened = tuple(line[3:].split()), number + 1
        elif line == "```" and opened is not None:
            found.append(Block(file, opened[0], tuple(lines[opened[1] : number]), opened[1] + 1))
            opened = None
    assert opened is None, f"{file} leaves a block open"
    return found


# Links


def links(text: str) -> list[str]:
    """The relative targets of a page's links, without those inside code."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    broken = [
        target
        for target in links(page.read_text(encoding="utf-8"))
        if not (page.parent / target.split("#")[0]).exists()
    ]
    assert broken == []


def test_a_relative_link_is_found():
    assert links("[a](b.md) `[c](d.md)` [e](https://f.example)\n```\n[g](h.md)\n```\n") == ["b.md"]


# Reference


def test_the_reference_is_what_the_code_says():
    written = {page.name: page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md")}
    assert written == reference.pages(), "run make docs"


def test_everything_is_documented():
    said = "\n".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    names = [*MEASURES, *WAITING, *mappings.shipped(), *presets.shipped(), *DATASETS]
    assert [name for name in names if f"`{name}`" not in said] == []


def test_every_measure_is_in_the_glossary():
    said = (DOCS / "glossary.md").read_text(encoding="utf-8")
    assert [name for name in [*MEASURES, *WAITING] if f"`{name}`" not in said] == []


# Examples


def examples() -> list[Block]:
    return [block for page in pages() for block in blocks(page) if block.info[:1] == ("yaml",)]


FORMS = {
    "# service level": service_level_of,
    "# mapping": mapping_of,
    "# calendar": Calendar.of,
}


@pytest.mark.parametrize("block", examples(), ids=str)
def test_every_example_parses(block, tmp_path):
    form, _, name = block.lines[0].partition(":")
    if form == "# part":  # of a file; what stands around it is in the text
        assert documents.parse(block.text).data
        return
    assert form in FORMS, f"the first line of a YAML block is one of {', '.join(FORMS)}, # part"
    for other in examples():  # files that an example names stand on the same page, by their names
        if other.file == block.file and (beside := other.lines[0].partition(":")[2].strip()):
            (tmp_path / beside).write_text(other.text, encoding="utf-8")
    assert FORMS[form](documents.parse(block.text, file=tmp_path / (name.strip() or "example.yaml")))


def test_every_family_of_measures_has_an_example():
    measured = {
        term["measure"].split(".")[0]
        for block in examples()
        if block.file.name == "write-a-service-level.md" and block.lines[0] == "# service level"
        for term in documents.parse(block.text).data["terms"]
    }
    assert measured >= {name.split(".")[0] for name in MEASURES}


def test_the_measure_of_the_guide_can_be_added(tmp_path):
    [block] = [block for block in blocks(DOCS / "how-to/add-a-measure.md") if block.info == ("python",)]
    ask = "from guanbao.engine.measures import measure_named\nprint(measure_named('contact.long_hold').formula)\n"
    (tmp_path / "measure.py").write_text(block.text + ask, encoding="utf-8")
    said = subprocess.run([sys.executable, tmp_path / "measure.py"], capture_output=True, text=True, check=True)
    assert said.stdout.strip()


# The tutorials


@dataclass(frozen=True)
class Step:
    """Commands of one block, and the block of output after it that is compared, if one is."""

    commands: tuple[str, ...]
    output: Block | None


def steps(file: Path) -> list[Step]:
    """What a reader of a tutorial types, in order."""
    found: list[Step] = []
    for block in blocks(file):
        if block.info == ("console",):
            found.append(Step(tuple(line.removeprefix("$ ") for line in block.lines), None))
        elif block.info[:2] == ("text", "output"):
            found[-1] = Step(found[-1].commands, block)
    return found


def start(command: str, folder: Path, lang: str) -> subprocess.Popen[str]:
    """A command as a reader starts it, in a terminal 100 columns wide."""
    path = f"{Path(GUANBAO or '').parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(folder), "COLUMNS": "100", "LC_ALL": "C.UTF-8", "GUANBAO_LANG": lang}
    pipe = subprocess.PIPE
    return subprocess.Popen(["bash", "-c", command], cwd=folder, env=env, stdout=pipe, stderr=pipe, text=True)


def matches(expected: str, said: str) -> bool:
    """Line by line; `…` alone stands for any lines, within a line for any text."""
    lines = [re.escape(line.rstrip()).replace(ANY, r"[^\n]*") for line in expected.splitlines()]
    form = "".join(r"(?:[^\n]*\n)*" if line == r"[^\n]*" else f"{line}\n" for line in lines)
    return re.fullmatch(form, "".join(f"{line.rstrip()}\n" for line in said.splitlines())) is not None


def test_an_output_that_differs_is_found():
    assert matches("one\n…\nfour …\n", "one  \ntwo\nthree\nfour five\n")
    assert matches("…\nend", "end\n")
    assert not matches("one\n", "one\ntwo\n")
    assert not matches("one …\n", "two\n")


def test_both_tutorials_have_the_same_commands():
    assert [step.commands for step in steps(ENGLISH)] == [step.commands for step in steps(CHINESE)]


def outputs_of(english: Step, chinese: Step, folder: Path) -> list[tuple[Block, str]]:
    """Run the commands of a step, the last one in Chinese too where that is compared: what was printed, by block."""
    also = None
    for command in english.commands:
        last = command == english.commands[-1]
        if last and chinese.output is not None:
            also = start(command, folder, "zh")
        begun = start(command, folder, "en")
        said, complaint = begun.communicate()
        fails = last and english.output is not None and english.output.info[2:] == ("exit", "1")
        assert begun.returncode == (1 if fails else 0), f"{command}\n{said}{complaint}"
    made = [(english.output, said)] if english.output is not None else []
    if english.commands == ("guanbao demo",):
        made += [(block, said) for block in blocks(ROOT / "README.md") if block.info == ("text", "demo")]
    return [*made, (chinese.output, also.communicate()[0])] if also is not None else made


def test_the_tutorials_say_what_the_commands_print(tmp_path):
    """Every command runs once, in order."""
    assert GUANBAO, "the command guanbao is not installed beside this Python"
    made: list[tuple[Block, str]] = []
    for english, chinese in zip(steps(ENGLISH), steps(CHINESE), strict=True):
        made += outputs_of(english, chinese, tmp_path)
    if os.environ.get("GUANBAO_WRITE_DOCS"):
        write(made)
    wrong = [
        f"{block} says\n{block.text}but the command prints\n{printed}"
        for block, printed in made
        if not matches(block.text, printed)
    ]
    assert not wrong, "\n".join([*wrong, "GUANBAO_WRITE_DOCS=1 writes the compared outputs anew."])


def test_what_is_shown_in_chinese_is_said_in_chinese():
    """Chinese outputs that are not compared are put together from the wording, or stand in the tutorial's table."""
    wording = documents.read(ROOT / "src/guanbao/packs/language/zh.yaml").data["sentences"].values()
    [shown] = [block for block in blocks(ROOT / "README.zh-CN.md") if block.info == ("text", "demo")]
    table = {line for block in blocks(CHINESE) for line in block.lines}
    rows = shown.lines[shown.lines.index("") + 3 : shown.lines.index(ANY)]
    assert len(rows) == 7
    assert len([row for row in rows if row not in table]) == 1, "all but the term whose target the tutorial changes"
    plain = [line for block in blocks(CHINESE) if block.info == ("text",) for line in block.lines]
    assert plain
    assert [line for line in plain if line not in wording] == []


def write(made: list[tuple[Block, str]]) -> None:
    """Put what was printed into the blocks that stand for the whole of it, or for its beginning."""
    for file in {block.file for block, _ in made}:
        lines = file.read_text(encoding="utf-8").splitlines()
        for block, printed in sorted(made, key=lambda item: -item[0].first):
            said = [line.rstrip() for line in printed.splitlines()]
            if ANY in block.lines and block.info == ("text", "demo"):
                said = [*said[: said.index("", 2) if "" in said[2:] else len(said)][: len(block.lines) - 1], ANY]
            elif ANY in block.text:
                continue
            if block.file == file:
                lines[block.first - 1 : block.first - 1 + len(block.lines)] = said
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
