"""What was entered as an answer, turned into what is kept of it; and what is kept, into what scoring goes by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from guanbao.platform.questionnaires.choices import Kind
from guanbao.platform.questionnaires.conditions import Value
from guanbao.platform.questionnaires.definitions import Question
from guanbao.platform.questionnaires.models import Answer
from guanbao.platform.questionnaires.scoring import Given
from guanbao.platform.wording import told

MOST_TEXT = 4000
MOST_EXPLAINED = 2000
_MOST_DIGITS = 20
Kept = str | list[str] | None


def answer_read(question: Question, entered: Any) -> Kept:  # noqa: ANN401 - from a form, a file or JSON
    """What is kept of what was entered; None for nothing. Raises ValueError, with what is wrong for who entered it."""
    if question.kind is Kind.MULTIPLE:
        given = [entered] if isinstance(entered, str) else list(entered or ())
        chosen = {_option(question, str(one)) for one in given if str(one).strip()}
        return [each.code for each in question.options if each.code in chosen] or None
    if isinstance(entered, list | tuple):
        raise ValueError(told("One answer alone is taken here."))  # noqa: TRY004 - told to who entered it
    text = "" if entered is None else str(entered).strip()
    if not text:
        return None
    match question.kind:
        case Kind.PARTIAL | Kind.CHOICE:
            return _option(question, text)
        case Kind.NUMBER:
            return _number(question, text)
        case Kind.DATE:
            return _day(text)
        case Kind.FILE:
            raise ValueError(told("Documents answer this; choose or send some."))
    if len(text) > MOST_TEXT:
        raise ValueError(told("At most {n} characters.", n=MOST_TEXT))
    if "\0" in text:
        raise ValueError(told("It holds a character that cannot be kept."))
    return text


def value_of(question: Question, kept: Kept) -> Value:
    """What conditions and scores go by."""
    if kept is None:
        return None
    if isinstance(kept, list):
        return tuple(kept)
    return Decimal(kept) if question.kind is Kind.NUMBER else kept


def given_of(questions: Mapping[str, Question], answers: Mapping[str, Answer]) -> dict[str, Given]:
    """Answers as scoring takes them; those to questions that are not there are left out."""
    return {
        code: Given(value_of(questions[code], each.value), each.is_unfit, len(each.documents))
        for code, each in answers.items()
        if code in questions
    }


def kept_told(question: Question, kept: Kept) -> str:
    """What was answered, in the reader's words."""
    if kept is None:
        return ""
    codes = kept if isinstance(kept, list) else [kept]
    if question.options:
        return " · ".join(str(question.option(code).text) for code in codes)
    return str(kept)


def _option(question: Question, entered: str) -> str:
    """The code of an option, which may be named by its text in either language."""
    said = entered.strip().casefold()
    for each in question.options:
        if said in (each.code, each.text.zh.casefold(), each.text.en.casefold()):
            return each.code
    raise ValueError(told("It is none of the answers that can be chosen: {answers}.", answers=_offered(question)))


def _offered(question: Question) -> str:
    return ", ".join(str(each.text) for each in question.options)


def _number(question: Question, text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(told("Write a number, with digits and a point.")) from None
    if not number.is_finite() or len(text) > _MOST_DIGITS or abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(told("Write a number, with digits and a point."))
    if question.low is not None and question.high is not None and not question.low <= number <= question.high:
        raise ValueError(told("A number from {low} to {high}.", low=question.low, high=question.high))
    return format(number.normalize(), "f") if number else "0"


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.removesuffix(" 00:00:00").replace("/", "-")).isoformat()
    except ValueError:
        raise ValueError(told("Write a day as 2026-11-30.")) from None
