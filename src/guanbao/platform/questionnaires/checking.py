"""What can be wrong with a definition beyond its form: questions that are not there, circles, scores of nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guanbao.engine import documents
from guanbao.engine.documents import Document, Step, ValueWrong
from guanbao.engine.errors import InputError
from guanbao.platform.questionnaires.choices import Kind, Partial
from guanbao.platform.questionnaires.conditions import DEEPEST, WORDS

MOST_QUESTIONS = 300
_CHOSEN = (Kind.CHOICE, Kind.MULTIPLE)
_ONLY = {
    "shares": (Kind.PARTIAL,),
    "options": _CHOSEN,
    "from": (Kind.NUMBER,),
    "to": (Kind.NUMBER,),
}
_UNFIT = "nothing here: this kind of question has none"
_ONCE = "a code that stands once"
_UNKNOWN = "the code of a question of this questionnaire"
_NO_CIRCLE = "another question: this one is asked only by the answer to what it decides itself"
_SCORED = "0: without options with shares, or a scale, nothing can be scored"
_SCALE = "a scale from a smaller to a greater number, with both ends"
_ANSWER = "one of the answers that the question offers"
_NUMBER = "a condition that fits the kind of the question it names"
_ONE_WORD = "{question, is | is_not | at_least | at_most | answered}, or all | any with a list of these"
_SHALLOW = "conditions no more than three deep"
_FEWER = "at most 300 questions"
_NEEDS = "options: this kind of question has some to choose from"

At = tuple[Step, ...]


def definition_faults(document: Document) -> Iterator[InputError]:
    """What is wrong, the first fault of its form alone, or else all that its parts say of each other."""
    try:
        documents.check(document, "questionnaire")
    except InputError as error:
        yield error
        return
    except RecursionError:  # conditions in conditions, hundreds of times
        yield ValueWrong(document.where(), key="when", value="…", expected=_SHALLOW)
        return
    yield from _Check(document).faults()


class _Check:
    """One definition that has the right form."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.at: dict[str, At] = {}
        self.questions: dict[str, Mapping[str, Any]] = {}

    def faults(self) -> Iterator[InputError]:
        """Everything that is wrong."""
        sections: set[str] = set()
        for s, section in enumerate(self.document.data["sections"]):
            if section["code"] in sections:
                yield self._wrong(("sections", s, "code"), section["code"], _ONCE)
            sections.add(section["code"])
            for q, question in enumerate(section["questions"]):
                at = ("sections", s, "questions", q)
                if question["code"] in self.questions:
                    yield self._wrong((*at, "code"), question["code"], _ONCE)
                self.questions[question["code"]], self.at[question["code"]] = question, at
        if len(self.questions) > MOST_QUESTIONS:
            yield self._wrong(("sections",), len(self.questions), _FEWER)
        for code, question in self.questions.items():
            yield from self._question(question, self.at[code])
        yield from self._circles()

    def _wrong(self, at: At, value: object, expected: str) -> ValueWrong:
        return ValueWrong(self.document.where(*at), key=".".join(map(str, at)), value=value, expected=expected)

    def _question(self, question: Mapping[str, Any], at: At) -> Iterator[InputError]:
        kind = question["kind"]
        for name, kinds in _ONLY.items():
            if name in question and kind not in kinds:
                yield self._wrong((*at, name), kind, _UNFIT)
        if kind in _CHOSEN and "options" not in question:
            yield self._wrong(at, kind, _NEEDS)
        codes = [option["code"] for option in question.get("options", ())]
        for place, code in enumerate(codes):
            if code in codes[:place]:
                yield self._wrong((*at, "options", place, "code"), code, _ONCE)
        yield from self._scoring(question, at)
        if "when" in question:
            yield from self._condition(question["when"], (*at, "when"), 1)

    def _scoring(self, question: Mapping[str, Any], at: At) -> Iterator[InputError]:
        low, high = question.get("from"), question.get("to")
        if (low is None) is not (high is None) or (low is not None and high is not None and low >= high):
            yield self._wrong((*at, "from" if "from" in question else "to"), low if high is None else high, _SCALE)
        if not _can_score(question):
            for name in ("weight", "critical"):
                if question.get(name):
                    yield self._wrong((*at, name), question[name], _SCORED)

    def _condition(self, said: Mapping[str, Any], at: At, depth: int) -> Iterator[InputError]:
        groups = [word for word in ("all", "any") if word in said]
        words = [word for word in WORDS if word in said]
        if depth > DEEPEST:
            yield self._wrong(at, "", _SHALLOW)
        elif len(groups) + len(words) != 1 or bool(words) is not ("question" in said):
            yield self._wrong(at, " ".join(said), _ONE_WORD)
        elif groups:
            for place, part in enumerate(said[groups[0]]):
                yield from self._condition(part, (*at, groups[0], place), depth + 1)
        elif said["question"] not in self.questions:
            yield self._wrong((*at, "question"), said["question"], _UNKNOWN)
        else:
            yield from self._test(self.questions[said["question"]], words[0], said[words[0]], (*at, words[0]))

    def _test(self, question: Mapping[str, Any], word: str, wanted: Any, at: At) -> Iterator[InputError]:  # noqa: ANN401
        kind = question["kind"]
        if word == "answered":
            return
        if (word in ("is", "is_not")) is not (kind in (*_CHOSEN, Kind.PARTIAL)) or (
            word in ("at_least", "at_most") and kind != Kind.NUMBER
        ):
            yield self._wrong(at, f"{word} · {kind}", _NUMBER)
        elif word in ("is", "is_not"):
            offered = {option["code"] for option in question.get("options", ())}
            offered |= set(Partial.values) if kind == Kind.PARTIAL else set()
            for place, code in enumerate(wanted):
                if code not in offered:
                    yield self._wrong((*at, place), code, _ANSWER)

    def _circles(self) -> Iterator[InputError]:
        """Questions that are reached again from themselves, going on to those that they ask about."""
        leads = {code: set(_asked_about(each.get("when", {}))) for code, each in self.questions.items()}
        for code, first in leads.items():
            seen: set[str] = set()
            ahead = list(first)
            while ahead:
                here = ahead.pop()
                if here == code:
                    yield self._wrong((*self.at[code], "when"), code, _NO_CIRCLE)
                    break
                if here not in seen:
                    seen.add(here)
                    ahead += leads.get(here, ())


def _can_score(question: Mapping[str, Any]) -> bool:
    match question["kind"]:
        case Kind.PARTIAL | Kind.FILE:
            return True
        case Kind.NUMBER:
            return "from" in question
        case Kind.CHOICE | Kind.MULTIPLE:
            return all("share" in option for option in question.get("options", ()))
    return False


def _asked_about(said: Mapping[str, Any]) -> Iterator[str]:
    if "question" in said:
        yield said["question"]
    for word in ("all", "any"):
        for part in said.get(word, ()):
            yield from _asked_about(part)
