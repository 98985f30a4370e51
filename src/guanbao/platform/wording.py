"""Sentences of the application in the reader's language, by the same wording as the engine's."""

from __future__ import annotations

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
