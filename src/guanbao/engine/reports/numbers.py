"""Exact figures as people read them: thousands separated, rounded half even, durations in their units."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from guanbao.engine.calendars import Calendar
from guanbao.engine.language import Lang, say
from guanbao.engine.measures.catalogue import Unit
from guanbao.engine.statements.levels import Target
from guanbao.engine.statements.money import rounded

_PLACES = {Unit.SHARE: 2, Unit.SECONDS: 1, Unit.COUNT: 0, Unit.PER_RECORD: 2}
_MOST_PLACES = 12
_IN_SECONDS = 600
_DASH = "—"


def decimal_shown(value: Fraction, places: int, *, trimmed: bool = False) -> str:
    """`value` to so many places with thousands separated; `trimmed` of trailing zeros."""
    text = f"{rounded(value, places):,f}"
    return text.rstrip("0").rstrip(".") if trimmed and "." in text else text


def percent_text(value: Fraction, places: int = 2, *, trimmed: bool = False) -> str:
    """A share as percent."""
    return f"{decimal_shown(value * 100, places, trimmed=trimmed)}%"


def duration_text(seconds: Fraction, lang: Lang, places: int = 1) -> str:
    """`40.8 s`, `20 min 14 s`, `4 h 12 min`: seconds up to ten minutes, minutes up to an hour, then hours."""
    sign = "−" if seconds < 0 else ""
    seconds = abs(seconds)
    if seconds < _IN_SECONDS:
        return sign + seconds_text(seconds, lang, places)
    if (whole := int(rounded(seconds, 0))) < 3600:
        minutes, rest = divmod(whole, 60)
        if not rest:
            return sign + say("{m} min", lang, m=minutes)
        return sign + say("{m} min {s} s", lang, m=minutes, s=rest)
    hours, minutes = divmod(int(rounded(seconds / 60, 0)), 60)
    if not minutes:
        return sign + say("{h} h", lang, h=f"{hours:,}")
    return sign + say("{h} h {m} min", lang, h=f"{hours:,}", m=minutes)


def seconds_text(seconds: Fraction, lang: Lang, places: int = 3) -> str:
    """A duration in seconds; zeros at the end of its places say that it was rounded."""
    exact = (seconds * 10**places).denominator == 1
    return say("{n} s", lang, n=decimal_shown(seconds, places, trimmed=exact))


def exact_duration_text(seconds: Fraction, lang: Lang) -> str:
    """A duration to the millisecond, in the largest units that leave nothing out."""
    if seconds >= _IN_SECONDS and seconds % 60 == 0:
        return duration_text(seconds, lang)
    if _IN_SECONDS <= seconds < 3600 and seconds.denominator == 1:
        return duration_text(seconds, lang)
    return seconds_text(seconds, lang)


def value_text(value: Fraction | None, unit: Unit, lang: Lang, *, against: Target | None = None) -> str:
    """A term's value; — without activity.

    With `against`, it has as many places as it takes that what is printed meets the target if the value does.
    """
    if value is None:
        return _DASH
    places = _PLACES[unit]
    if against is not None:
        scale = 100 if unit is Unit.SHARE else 1
        if unit is Unit.SECONDS and _shown_seconds(value) and _agrees(_shown_seconds(value), value, against):
            return duration_text(value, lang)
        while places < _MOST_PLACES and not _agrees(Fraction(rounded(value * scale, places)) / scale, value, against):
            places += 1
        if unit is Unit.SECONDS:
            return seconds_text(value, lang, places)
    if unit is Unit.SHARE:
        return percent_text(value, places)
    if unit is Unit.SECONDS:
        return duration_text(value, lang)
    return decimal_shown(value, places)


def _agrees(shown: Fraction, value: Fraction, target: Target) -> bool:
    return target.met_by(shown) == target.met_by(value)


def _shown_seconds(value: Fraction) -> Fraction:
    """What `duration_text` leaves of a value."""
    if abs(value) < _IN_SECONDS:
        return Fraction(rounded(value, 1))
    step = 1 if abs(value) < 3600 else 60
    return Fraction(rounded(value / step, 0)) * step


def numerator_text(numerator: int, unit: Unit, value: Fraction | None, lang: Lang) -> str:
    """A numerator, exactly: durations, summed in ms, in seconds, or in hours where the value is hours."""
    if unit is not Unit.SECONDS:
        return f"{numerator:,}"
    if value is not None and value >= 3600 and numerator % 60_000 == 0:
        return duration_text(Fraction(numerator, 1000), lang)
    return seconds_text(Fraction(numerator, 1000), lang)


def money_text(amount: Decimal | None, currency: str | None, lang: Lang) -> str:
    """An amount with its currency, all its places; — where none is due to be stated."""
    if amount is None:
        return _DASH
    sign = {"CNY": "¥"}.get(currency or "", currency) if lang == "zh" else currency
    return f"{sign} {amount:,f}" if sign else f"{amount:,f}"


def instant_shown(ms: int | None, calendar: Calendar) -> str:
    """An instant as the calendar's wall clock shows it; — if there is none."""
    if ms is None:
        return _DASH
    at = calendar.local(ms)
    text = at.strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}.{ms % 1000:03d}" if ms % 1000 else text


def minute_shown(ms: int, calendar: Calendar) -> str:
    """As `instant_shown`, without seconds where there are none."""
    return instant_shown(ms, calendar).removesuffix(":00")
