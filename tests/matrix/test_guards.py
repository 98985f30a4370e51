"""The switches at the guards: where they are put, and that one of them takes one guard away."""

import ast
import re
import types

import mutants
from guards import SOURCE, Switcher, guards, switched

MODULE = """
def rows(actor):
    need_object(actor, "row")
    return reach(actor).rows(every, COLUMNS)

RESOURCE = Resource(model=Model, search=("name",), inside=frozenset({"price"}))
"""


def run(off):
    """The module with that guard off; what it asked of `need_object` and of `rows`, and its resource."""
    switcher = Switcher("module.py", MODULE.splitlines())
    tree = switcher.visit(ast.parse(MODULE))
    key = next((guard.key for guard in switcher.found if guard.what == off), "")
    told = []
    fields = [types.SimpleNamespace(name=name, get_internal_type=lambda: "TextField") for name in ("name", "secret")]
    names = {
        "need_object": lambda *_: told.append("need_object"),
        "reach": lambda _: types.SimpleNamespace(rows=lambda *_: told.append("rows")),
        "every": "every",
        "COLUMNS": (),
        "Resource": lambda **said: said,
        "Model": types.SimpleNamespace(_meta=types.SimpleNamespace(concrete_fields=fields)),
        "__builtins__": {"frozenset": frozenset, "tuple": tuple, "__import__": lambda *_: asked},
    }
    asked = types.SimpleNamespace(guard_is_off=lambda name: name == key)
    exec(compile(ast.fix_missing_locations(tree), "module.py", "exec"), names)  # noqa: S102 - the text above
    return names["rows"]("somebody"), told, names["RESOURCE"]


def test_without_a_switch_all_guards_stand():
    resource = run("")[2]
    assert run("")[:2] == (None, ["need_object", "rows"])
    assert (resource["search"], resource["inside"]) == (("name",), {"price"})


def test_each_switch_takes_its_guard_away():
    assert run("need_object")[1] == ["rows"]
    assert run("rows")[:2] == ("every", ["need_object"])
    assert run("search")[2]["search"] == ("name", "secret")
    assert run("inside")[2]["inside"] == frozenset()


def test_every_check_of_the_source_is_a_guard():
    found = {(guard.file, guard.line) for guard in guards()}
    missing = [
        f"{path}:{number}"
        for path in sorted((SOURCE / "guanbao").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.match(r"\s+(need|need_object)\(", line) and (str(path.relative_to(SOURCE)), number) not in found
    ]
    assert missing == []


def test_every_module_can_be_imported_with_its_switches():
    for file in {guard.file for guard in guards()}:
        compile(switched(file)[0], file, "exec")


def test_what_is_said_to_be_doubled_is_a_guard():
    mutants.doubled(guards())
