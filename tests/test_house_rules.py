"""The rules of the house, as lint. A rule yields faults; beside each stands a test that it can find one."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import jinja2
import jinja2.nodes
import pytest

import guanbao
from guanbao.engine import documents
from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import VALUES, say_value

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"
CLI = SRC / "guanbao/cli"
ENGINE = SRC / "guanbao/engine"
PACKS = SRC / "guanbao/packs"
TEMPLATES = {".html", ".j2", ".jinja"}

MOST_LINES = 400
# A file, and why it may be longer.
LONGER = {"src/guanbao_verify.py": "an auditor carries it away as one file, and runs it without us"}


def python_files(*folders: Path) -> list[Path]:
    """Every Python file of the folders, or of the whole project."""
    folders = folders or tuple(ROOT / name for name in ("src", "tests", "benchmarks", "tools"))
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def tracked_files() -> list[Path]:
    """What a commit would hold; without git, what the project's own folders hold."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        folders = (ROOT / name for name in ("src", "tests", "docs", "tools"))
        return [path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts]
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def placeholders(text: str) -> set[str]:
    """The names in braces: `a` of `{a}`, `{a!r}` and `{a.b:>3}`."""
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name is not None}


def name_of(node: ast.expr) -> str:
    """`f` of `f` and of `a.b.f`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def over(rule: Callable[[str], Iterator[str]], paths: list[Path]) -> list[str]:
    """The faults that a rule finds in each file, with the file's name."""
    assert paths, "a rule over no files holds nothing"
    return [f"{short(path)}:{fault}" for path in paths for fault in rule(path.read_text(encoding="utf-8"))]


# Names and sizes


VAGUE = {"utils", "util", "helpers", "helper", "core", "common", "misc", "base"}


def vague_names(path: Path) -> set[str]:
    return {part for part in path.with_suffix("").parts if part.lower().strip("_") in VAGUE}


def test_no_module_has_a_vague_name():
    assert [short(path) for path in python_files() if vague_names(path.relative_to(ROOT))] == []


def test_a_vague_name_is_found():
    assert vague_names(Path("src/guanbao/common/money.py")) == {"common"}
    assert vague_names(Path("src/guanbao/_utils.py")) == {"_utils"}
    assert not vague_names(Path("src/guanbao/database.py"))


def too_long(text: str) -> Iterator[str]:
    if (count := len(text.splitlines())) > MOST_LINES:
        yield f" {count} lines; at {MOST_LINES} a file becomes a package"


def test_no_file_is_too_long():
    written = [path for path in python_files(SRC) if "migrations" not in path.parts]  # those Django generates
    assert over(too_long, [path for path in written if short(path) not in LONGER]) == []


def test_every_longer_file_still_is_longer():
    assert [name for name in LONGER if not list(too_long((ROOT / name).read_text(encoding="utf-8")))] == []


def test_a_long_file_is_found():
    assert list(too_long("pass\n" * 401))
    assert not list(too_long("pass\n" * 400))


def test_no_two_test_files_share_a_name():
    loose = [path for path in python_files(ROOT / "tests") if not (path.parent / "__init__.py").exists()]
    names = [path.name for path in loose if path.name != "conftest.py"]
    assert [name for name in set(names) if names.count(name) > 1] == [], "pytest would load only one of them"


def code_in_data(text: str) -> Iterator[str]:
    for node in ast.parse(text).body:
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield f"{node.lineno} a pack holds data, never code"


def test_packs_hold_no_code():
    assert over(code_in_data, python_files(PACKS)) == []


def test_code_in_a_pack_is_found():
    assert list(code_in_data('"""Data."""\nRATE = 1'))
    assert not list(code_in_data('"""Data."""'))


# Imports and numbers


def inner_imports(text: str) -> Iterator[str]:
    """Imports inside functions, but in `ready` of an AppConfig: what it registers needs the models to be there."""
    for function in ast.walk(ast.parse(text)):
        if getattr(function, "name", "") == "ready":
            continue
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{node.lineno} an import inside a function"


def test_imports_stand_at_the_top():
    assert over(inner_imports, [path for path in python_files() if CLI not in path.parents]) == []


def test_an_inner_import_is_found():
    assert list(inner_imports("def f():\n    if True:\n        import os  # noqa: PLC0415"))
    assert not list(inner_imports("import os\ndef f():\n    return os"))


def floats(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{node.lineno} the float {node.value}"
        if isinstance(node, ast.Call) and name_of(node.func) == "float":
            yield f"{node.lineno} a call of float"


def test_figures_are_exact():
    exact = [path for path in python_files(ENGINE) if {"measures", "statements"} & set(path.with_suffix("").parts)]
    assert over(floats, exact) == []


def test_a_float_is_found():
    assert len(list(floats("share = 0.5\nwait = float(3)"))) == 2
    assert not list(floats("share = Fraction(1, 2)\nkind: float"))


# Errors


def subclasses(cls: type[GuanbaoError]) -> Iterator[type[GuanbaoError]]:
    for child in cls.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.fixture(scope="module")
def errors() -> dict[str, type[GuanbaoError]]:
    """Every error of ours by its name, whichever module it stands in."""
    for module in pkgutil.walk_packages(guanbao.__path__, "guanbao."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = {cls for cls in subclasses(GuanbaoError) if cls.__module__.startswith("guanbao.")}
    named = {cls.__name__: cls for cls in ours}
    assert len(named) == len(ours), "two errors share a name; the Chinese wording goes by name"
    return named


@pytest.fixture(scope="module")
def chinese() -> dict[str, dict[str, str]]:
    """The wording, read as the program reads its own files: a key that stands twice is refused."""
    wording: dict[str, dict[str, str]] = {"errors": {}, "sentences": {}, "values": {}}
    for file in sorted((PACKS / "language").glob("zh*.yaml")):
        for part, entries in documents.read(file).data.items():
            twice = wording[part].keys() & entries.keys()
            assert not twice, f"{file.name} says again what another file says: {sorted(twice)}"
            wording[part] |= entries
    return wording


def wording_faults(docstring: str | None, chinese: str | None) -> Iterator[str]:
    paragraphs = inspect.cleandoc(docstring or "").split("\n\n")
    if len(paragraphs) != 2 or not all(paragraphs):
        yield "its docstring needs two paragraphs: the fact, and how to mend it"
    if chinese is None:
        yield "it has no Chinese wording in zh.yaml"
    elif not all(line.strip() for line in chinese.strip().split("\n")) or len(chinese.strip().split("\n")) != 2:
        yield "its Chinese wording needs two lines: the fact, and how to mend it"
    elif extra := placeholders(chinese) - placeholders(docstring or ""):
        yield f"its Chinese wording names {sorted(extra)}, which the English does not"


def test_every_error_states_fact_and_remedy_in_both_languages(errors, chinese):
    said = {name: list(wording_faults(cls.__doc__, chinese["errors"].get(name))) for name, cls in errors.items()}
    assert {name: faults for name, faults in said.items() if faults} == {}


def test_no_wording_outlives_its_error(errors, chinese):
    assert set(chinese["errors"]) - set(errors) == set()


def test_a_fault_of_wording_is_found():
    good = "The key «{key}» stands twice.\n\nKeep one of them."
    assert list(wording_faults(good, "键 {key} 重复。\n请保留其一。")) == []
    assert list(wording_faults(None, "键重复。\n请保留其一。"))
    assert list(wording_faults("The key stands twice.", "键重复。\n请保留其一。"))
    assert list(wording_faults(good, None))
    assert list(wording_faults(good, "键 {key} 重复。"))
    assert list(wording_faults(good, "键 {name} 重复。\n请保留其一。"))


def unfilled(text: str, needs: dict[str, set[str]]) -> Iterator[str]:
    """Errors made without a parameter that their message names: it would fail while it is shown."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and (name := name_of(node.func)) in needs:
            given = {keyword.arg for keyword in node.keywords}
            if None not in given and (missing := needs[name] - given):
                yield f"{node.lineno} {name} is made without {sorted(missing)}"


def test_every_error_is_given_what_its_message_names(errors):
    needs = {name: placeholders(cls.__doc__ or "") for name, cls in errors.items() if "__init__" not in vars(cls)}
    assert over(lambda text: unfilled(text, needs), python_files(SRC)) == []


def test_a_missing_parameter_is_found():
    needs = {"KeyTwice": {"key"}}
    assert list(unfilled("raise KeyTwice(at)", needs))
    assert not list(unfilled("raise KeyTwice(at, key=1)\nraise KeyTwice(at, **params)", needs))


# Sentences


SAYS = {"say", "_", "title_", "told"}
TAG = re.compile(r"""\{%\s*say\s+("[^"]*"|'[^']*'|[^\s%]+)""")


def sentences_of_code(text: str) -> Iterator[tuple[int, str | None]]:
    """Line and sentence of each `say("…")` and `_("…")`; None where the sentence is put together."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and name_of(node.func) in SAYS and node.args:
            said = node.args[0]
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield node.lineno, said.value
            elif isinstance(said, ast.JoinedStr | ast.BinOp):
                yield node.lineno, None


def sentences_of_template(text: str) -> Iterator[tuple[int, str | None]]:
    """As `sentences_of_code`, of a Jinja template; also `{{ "…" | say }}`."""
    # The template is only parsed, never filled.
    tree = jinja2.Environment().parse(text)  # noqa: S701
    for node in tree.find_all((jinja2.nodes.Call, jinja2.nodes.Filter)):
        if isinstance(node, jinja2.nodes.Filter):
            name, said = node.name, node.node
        else:
            name, said = getattr(node.node, "name", ""), node.args[0] if node.args else None
        if name in SAYS and isinstance(said, jinja2.nodes.Const):
            yield node.lineno, said.value
        elif name in SAYS and isinstance(said, jinja2.nodes.Concat | jinja2.nodes.Add):
            yield node.lineno, None


def sentences_of_page(text: str) -> Iterator[tuple[int, str | None]]:
    """As `sentences_of_code`, of a Django template: each `{% say "…" %}`."""
    for n, line in enumerate(text.splitlines(), 1):
        for said in TAG.findall(line):
            yield n, said[1:-1] if said[0] in "\"'" else None


def sentence_faults(found: Iterator[tuple[int, str | None]], chinese: dict[str, str]) -> Iterator[str]:
    for line, sentence in found:
        if sentence is None:
            yield f"{line} a sentence that is put together cannot be translated: use its {{parameters}}"
        elif sentence not in chinese:
            yield f"{line} «{sentence}» has no Chinese in zh.yaml"
        elif placeholders(chinese[sentence]) != placeholders(sentence):
            yield f"{line} «{sentence}» and its Chinese name different parameters"


def sources() -> list[tuple[Path, Callable[[str], Iterator[tuple[int, Any]]]]]:
    templates = sorted(path for path in SRC.rglob("*") if path.suffix in TEMPLATES)
    pages = [(p, sentences_of_template if ENGINE in p.parents else sentences_of_page) for p in templates]
    return [*((p, sentences_of_code) for p in python_files(SRC)), *pages]


def test_every_sentence_has_its_chinese(chinese):
    found = ((path, scan(path.read_text(encoding="utf-8"))) for path, scan in sources())
    faults = [(short(path), list(sentence_faults(said, chinese["sentences"]))) for path, said in found]
    assert [(path, wrong) for path, wrong in faults if wrong] == []


def test_no_sentence_is_unused(chinese):
    said = {sentence for path, scan in sources() for _, sentence in scan(path.read_text(encoding="utf-8"))}
    assert set(chinese["sentences"]) - said == set()


def test_an_untranslated_sentence_is_found():
    chinese = {"One": "一", "{n} calls": "{n} 通电话", "{n} cases": "{m} 个案件"}
    assert not list(sentence_faults(sentences_of_code('say("One", lang)\nx._("{n} calls")\nsay(text)'), chinese))
    for wrong in ('say("Two", lang)', '_("{n} cases")', '_(f"{n} calls")', '_("One " + x)'):
        assert list(sentence_faults(sentences_of_code(wrong), chinese)), wrong
    assert not list(sentence_faults(sentences_of_template('<b>{{ _("One") }}</b>{{ "One" | say }}'), chinese))
    assert not list(sentence_faults(sentences_of_page("""{% say "One" %}{% say '{n} calls' n=3 %}"""), chinese))
    for wrong in ('{% say "Two" %}', "<p title='{% say sentence %}'>"):
        assert list(sentence_faults(sentences_of_page(wrong), chinese)), wrong
    for wrong in ('<p title="{{ say("Two") }}">', '{{ _("One " ~ x) }}', '{% set a = "Two" | _ %}'):
        assert list(sentence_faults(sentences_of_template(wrong), chinese)), wrong


# Values: what fills an error, why a row is rejected, the steps of progress


ASSIGNED = {"expected", "reason", "TYPE_MEANING"}  # what variables of values are called
TAKES = {"Fault": 3, "_fault": 2, "refuse": 1, "progress": 0, "ValueError": 0}  # which argument is a value
GIVES = {"expected", "_expected", "_refused", "_json_row"}  # what returns values
WRITTEN = {  # these are not said but written: what the reader is to write himself
    "month",
    "zone, week, holidays, except",
    "{amount, currency, per: month}",
    "{cap_of_fee, cap_amount, rounding, net}",
    "{from, to, reason, approved_by}",
    "{from|compute, format, near, at_least, unit, values, missing, when, take, optional}",
    "{places, mode}",
}


def texts_of(node: ast.expr | None) -> Iterator[str]:
    """The texts that an expression may be, with `{}` where something is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [next(texts_of(side), "{}") for side in (node.left, node.right)]
        yield from {"".join(sides)} - {"{}{}"}
    elif isinstance(node, ast.BoolOp | ast.IfExp | ast.Dict):
        either = node.values if isinstance(node, ast.BoolOp | ast.Dict) else (node.body, node.orelse)
        for part in either:
            yield from texts_of(part)
    elif isinstance(node, ast.Subscript):
        yield from texts_of(node.value)


def values_of_code(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of each value."""
    for node in ast.walk(ast.parse(text)):
        found: list[ast.expr | None] = []
        if isinstance(node, ast.Call):
            at = TAKES.get(name_of(node.func), len(node.args))
            found = [*node.args[at : at + 1], *(word.value for word in node.keywords if word.arg in VALUES)]
        elif isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            several = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            pairs = zip(target.elts, value.elts, strict=True) if several else [(target, value)]
            found = [value for target, value in pairs if name_of(target) in ASSIGNED]
        elif isinstance(node, ast.FunctionDef) and node.name in GIVES:
            found = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return)]
        for value in found:
            yield from ((value.lineno, said) for said in texts_of(value))


def values_of_schema(text: str) -> Iterator[tuple[int, str]]:
    """Each description of a JSON Schema, which stands for what was expected."""

    def walk(node: Any, described: bool) -> Iterator[tuple[int, str]]:
        if isinstance(node, list):
            for part in node:
                yield from walk(part, described)
        elif isinstance(node, dict):
            said = node.get("description")
            if isinstance(said, str):
                yield 0, said
            elif not described and {"type", "enum", "pattern"} & node.keys() and "properties" not in node:
                yield 0, f"a schema without a description: {node}"
            for key, part in node.items():
                yield from walk(part, key == "anyOf" and isinstance(said, str)) if key != "if" else ()

    yield from walk(json.loads(text), described=False)


def value_faults(found: Iterator[tuple[int, str]]) -> Iterator[str]:
    for line, text in found:
        parts = text.split("{}")
        filled = [f"<{i}>" for i in range(1, len(parts))]
        english = "".join(map("".join, zip(parts, [*filled, ""], strict=True)))
        chinese = say_value(english, "zh")
        if chinese == english and text not in WRITTEN and set(text) - set("{} :"):
            yield f"{line} «{text}» has no Chinese in zh-values.yaml"
        elif lost := [hole for hole in filled if hole not in chinese]:
            yield f"{line} «{text}»: its Chinese loses {lost}"


SCHEMAS = sorted((PACKS / "schemas").glob("*.json"))
# What config says it says to whom starts the server, before there is a language.
# guanbao-verify stands alone, without our wording.
SPOKEN = [
    path
    for path in python_files(SRC)
    if SRC / "guanbao/config" not in path.parents and path.name != "guanbao_verify.py"
]


def test_every_value_has_its_chinese():
    assert over(lambda text: value_faults(values_of_code(text)), SPOKEN) == []
    assert over(lambda text: value_faults(values_of_schema(text)), SCHEMAS) == []


def test_no_value_is_unused(chinese):
    ours = documents.read(PACKS / "language/zh-values.yaml").data["values"]
    said = {text for path in SPOKEN for _, text in values_of_code(path.read_text(encoding="utf-8"))}
    described = {text for path in SCHEMAS for _, text in values_of_schema(path.read_text(encoding="utf-8"))}
    used = said | described | set(chinese["sentences"])  # which way is good is a sentence, and also a reason
    assert [text for text in ours if re.sub(r"\{\w+\}", "{}", text) not in used] == []
    assert described >= WRITTEN


def test_every_value_keeps_what_fills_it(chinese):
    holes = re.compile(r"\{(\w+)\}")
    for english, said in chinese["values"].items():
        assert set(holes.findall(said)) <= set(holes.findall(english)), english


def test_an_untranslated_value_is_found():
    code = "raise X(where, {0})", "{0}", "def expected(kind):\n    return {0}"
    for wrong in ('expected="no such value"', 'reason=f"no {such} value"', 'known=names or "no such value"'):
        assert list(value_faults(values_of_code(code[0].format(wrong)))), wrong
    for wrong in (
        'expected = "no such value"',
        'said, reason = 1, f"no {such} value"',
        'Fault(1, "", "", "no such value")',
        '_fault(wrong, name, "no such value")',
        'self.refuse(node, f"no {such} value")',
        'progress(f"not {done}")',
        'raise ValueError("no such value")',
    ):
        assert list(value_faults(values_of_code(code[1].format(wrong)))), wrong
    for wrong in ('"no such value, " + kind', '{int: "no such value"}[kind]', 'kind if kind else "no such value"'):
        assert list(value_faults(values_of_code(code[2].replace("{0}", wrong)))), wrong
    good = 'X(reason="it is missing", inside=name)\nreason = str(error)\nprogress(f"reading {file.name}")'
    assert [text for _, text in values_of_code(good)] == ["it is missing", "reading {}"]
    assert list(value_faults(values_of_code(good))) == []
    assert list(value_faults(values_of_schema('{"items": {"type": "string", "description": "no such value"}}')))
    assert list(value_faults(values_of_schema('{"properties": {"a": {"type": "string"}}}')))
    assert not list(value_faults(values_of_schema('{"description": "text", "anyOf": [{"type": "string"}]}')))


# What is written down


MACHINE = re.compile(r"(?<!\w)/(?:work|farm)/|(?<!\w)[.]library\b")


def machine_paths(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        if found := MACHINE.search(line):
            yield f"{number} names a place on one machine: {found[0]}"


def test_no_file_names_a_place_on_one_machine():
    text_files = [path for path in tracked_files() if b"\0" not in path.read_bytes()]
    assert over(machine_paths, text_files) == []


def test_a_place_on_one_machine_is_found():
    assert list(machine_paths("see /WORK/main".lower()))
    assert list(machine_paths("see a/.LIBRARY".lower()))
    assert not list(machine_paths("see docs/work/plan and java.library.path"))


def unnamed_commands(text: str) -> Iterator[str]:
    yield from (f" does not name {command}" for command in ("make demo", "make test") if command not in text)


def test_both_readmes_name_the_commands():
    assert over(unnamed_commands, [ROOT / "README.md", ROOT / "README.zh-CN.md"]) == []


def test_an_unnamed_command_is_found():
    assert list(unnamed_commands("Run `make test`.")) == [" does not name make demo"]
