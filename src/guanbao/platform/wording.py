"""Sentences of the application in the reader's language, by the same wording as the engine's."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import lazy
from django.utils.translation import get_language

from guanbao.engine.language import Lang, say


def reader_language() -> Lang:
    """The language of who is being answered; English where Django wants no translation, as in migrations."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def told(sentence: str, /, **params: object) -> str:
    """`sentence` now, in the reader's language, its braces filled."""
    return say(sentence, reader_language(), **params)


_ = lazy(told, str)
lazily = lazy(str, str)  # `lazily(said)`: a `Said` in the language of who reads it, when they read it


@dataclass(frozen=True)
class Said:
    """A text in both languages, as packs hold it."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if reader_language() == "zh" else self.en
