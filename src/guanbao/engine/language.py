"""Chinese and English: which one a reader gets, and every sentence in it.

English stands in the code, where it is used; Chinese in `guanbao/packs/language/zh*.yaml`, by the English
sentence or by the name of the error. They are read as data.
"""

from __future__ import annotations

import locale
import os
from functools import cache
from importlib import resources
from typing import Literal, cast

import yaml

from guanbao.engine.errors import GuanbaoError

Lang = Literal["zh", "en"]


@cache
def _chinese() -> dict[str, dict[str, str]]:
    """The wording of every file, by `errors` and `sentences`."""
    wording: dict[str, dict[str, str]] = {"errors": {}, "sentences": {}}
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


def explain(error: GuanbaoError, lang: Lang) -> str:
    """Where, what and how to mend, in `lang`."""
    if lang == "en":
        return error.message()
    text = _chinese()["errors"].get(type(error).__name__)
    if text is None:
        return error.message()
    fact, _, remedy = text.partition("\n")
    return error.message((fact, remedy.strip()))


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
