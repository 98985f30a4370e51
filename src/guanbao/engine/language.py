"""Chinese and English: which one a reader gets, and every sentence in it.

English stands in the code, where it is used; Chinese in `guanbao/packs/language/zh*.yaml`: sentences by the
English, errors by their name, and the values that fill them (`it is before {column}`) by the English with
its holes. They are read as data.
"""

from __future__ import annotations

import locale
import os
import re
from functools import cache
from importlib import resources
from typing import Literal, cast

import yaml

from guanbao.engine.errors import GuanbaoError

Lang = Literal["zh", "en"]
# What an error's parameters and a value's holes of these names hold is a value of ours; all others hold data.
VALUES = ("expected", "reason", "inside", "known")
_HOLE = re.compile(r"\{(\w+)\}")


@cache
def _chinese() -> dict[str, dict[str, str]]:
    """The wording of every file, by `errors`, `sentences` and `values`."""
    wording: dict[str, dict[str, str]] = {"errors": {}, "sentences": {}, "values": {}}
    folder = resources.files("guanbao").joinpath("packs/language")
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.startswith("zh") and file.name.endswith(".yaml"):
            said = yaml.safe_load(file.read_text(encoding="utf-8"))
            for part, entries in wording.items():
                entries.update(said.get(part) or {})
    return wording


def say(sentence: str, lang: Lang, /, **params: object) -> str:
    """`sentence` in `lang`, its braces filled. A sentence without Chinese is said in English."""
    text = _chinese()["sentences"].get(sentence, sentence) if lang == "zh" else sentence
    return text.format(**params) if params else text


def say_value(text: str, lang: Lang) -> str:
    """A value that is filled already, such as a reason, in `lang`. One that is not known stays as it is."""
    if lang == "en":
        return text
    values = _chinese()["values"]
    if text in values:
        return values[text]
    for form, chinese in _forms():
        if found := form.fullmatch(text):
            return _filled(chinese, found.groupdict())
    return text


def _filled(chinese: str, held: dict[str, str]) -> str:
    """The Chinese with what the English held in its holes."""
    said = {name: say_value(text, "zh") if name in VALUES else text for name, text in held.items()}
    return _HOLE.sub(lambda hole: said[hole[1]], chinese)


@cache
def _forms() -> list[tuple[re.Pattern[str], str]]:
    """The form of each value with holes, and its Chinese: first what says how it begins, then what says most."""
    values = _chinese()["values"]
    holed = [english for english in values if _HOLE.search(english)]
    holed.sort(key=lambda english: (_HOLE.match(english) is not None, -len(_HOLE.sub("", english))))
    return [(form_of(english), values[english]) for english in holed]


def form_of(english: str) -> re.Pattern[str]:
    """What matches `english` with its holes filled. It never looks back: what fills a hole may be long and hostile."""
    first, *rest = _HOLE.split(english)
    holes = [(name, re.escape(literal)) for name, literal in zip(rest[::2], rest[1::2], strict=True)]
    form = [f"(?>(?P<{name}>.*?){literal})" for name, literal in holes[:-1]]
    form += [f"(?P<{name}>.*){literal}" for name, literal in holes[-1:]]
    return re.compile(re.escape(first) + "".join(form), re.DOTALL)


def explain(error: GuanbaoError, lang: Lang) -> str:
    """Where, what and how to mend, in `lang`."""
    if lang == "en":
        return error.message()
    text = _chinese()["errors"].get(type(error).__name__)
    if text is None:
        return error.message()
    fact, _, remedy = text.partition("\n")
    values = {name: error.params[name] for name in VALUES if name in error.params}
    said = {name: say_value(str(value), lang) for name, value in values.items() if isinstance(value, str | Exception)}
    return error.message((fact, remedy.strip()), error.params | said)


def _(sentence: str) -> str:
    """Marks a sentence that is said later, from a table."""
    return sentence


def preferred(asked: str | None = None) -> Lang:
    """The language asked for, else that of `GUANBAO_LANG`, else the locale's, else English.

    Raises:
        LanguageUnknown: `asked` is neither `zh` nor `en`.
    """
    if asked is not None:
        if asked not in ("zh", "en"):
            raise LanguageUnknown(lang=asked)
        return cast("Lang", asked)
    for name in ("GUANBAO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


class LanguageUnknown(GuanbaoError):
    """The language «{lang}» is not known.

    Write zh or en.
    """
