"""A term day by day as inline SVG: bars, the target as a dashed line, red and green only.

Widths are in percent and heights in pixels, so that one drawing is sharp at every width. Coordinates are the
only binary floats; labels and comparisons come from exact figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from markupsafe import Markup

from guanbao.engine.language import Lang, _, say
from guanbao.engine.measures.catalogue import Unit
from guanbao.engine.reports import words
from guanbao.engine.reports.numbers import decimal_shown, percent_text, seconds_text, value_text
from guanbao.engine.statements import evidence
from guanbao.engine.statements.evidence import Bucket
from guanbao.engine.statements.statement import Computation, Outcome

TOP, HEIGHT, BOTTOM = 8, 132, 20
_STEPS = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5), Fraction(10))
_HOURS = tuple(Fraction(n * 3600) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000))


@dataclass(frozen=True)
class Chart:
    """A drawing with its heading and what it says in words."""

    title: str
    caption: str
    axis: Markup
    bars: Markup
    level: Markup


def charted(outcome: Outcome) -> bool:
    """Whether a term is drawn: what is judged a day, and means."""
    measure = outcome.term.measure
    if measure is None or measure.unit is Unit.COUNT:
        return False
    if outcome.value is None or not evidence.has_series(outcome):
        return False
    labels = outcome.labelled.labels[outcome.index] if outcome.labelled else None
    return outcome.term.target is not None or (labels is not None and labels.amount is not None and labels.p is None)


def charts_of(computation: Computation, lang: Lang) -> list[Chart]:
    """The charts of a statement, in the order of its terms."""
    drawn = [outcome for outcome in computation.outcomes if charted(outcome)]
    return [chart_of(outcome, evidence.series(outcome, computation), lang) for outcome in drawn]


def chart_of(outcome: Outcome, buckets: Sequence[Bucket], lang: Lang) -> Chart:
    """One term's days or months."""
    term, unit = outcome.term, evidence.measured(outcome.term).unit
    target = term.target
    values = [bucket.value for bucket in buckets if bucket.value is not None]
    ticks = ticks_of([*values, *([target.level] if target else [])], unit)
    daily = is_daily(buckets)
    title = words.data_text(words.measure_title(term, lang), most=80)
    judged = [bucket.met for bucket in buckets if bucket.met is not None]
    if target is None:
        caption = say("no target", lang)
    else:
        days, months = (
            _("target {target}; met on {n} of {m} days"),
            _("target {target}; met in {n} of {m} months"),
        )
        level = words.target_text(term, lang)
        caption = say(days if daily else months, lang, target=level, n=sum(judged), m=len(judged))
    heading = say("{title}, by day", lang, title=title) if daily else say("{title}, by month", lang, title=title)
    return Chart(
        heading,
        caption,
        _axis(ticks, unit, lang),
        _bars(buckets, ticks, outcome, lang),
        _level(outcome, ticks, lang),
    )


def is_daily(buckets: Sequence[Bucket]) -> bool:
    """Whether the buckets are days, not months."""
    return all((bucket.end - bucket.first).days == 1 for bucket in buckets)


def ticks_of(values: Sequence[Fraction], unit: Unit) -> list[Fraction]:
    """Round levels from 0 to above every value, few and evenly spaced; a share's to 100% if it comes near."""
    top = max(values, default=Fraction(1)) or Fraction(1)
    if unit is Unit.SHARE and top > Fraction(1, 2):
        return [Fraction(n, 5) for n in range(6)]
    if unit is Unit.SECONDS and top > 7200:
        step = next((hours for hours in _HOURS if hours * 5 >= top), _HOURS[-1] * (top // (_HOURS[-1] * 5) + 1))
    else:
        power = Fraction(10) ** (len(str(int(top))) - 1) if top >= 1 else Fraction(1)
        while power > top:
            power /= 10
        step = next(nice * power / 5 for nice in (*_STEPS, Fraction(20)) if nice * power >= top)
    count = -(-top // step)
    return [step * n for n in range(count + 1)]


def tick_text(level: Fraction, unit: Unit, lang: Lang) -> str:
    """A tick, short: percent, hours, seconds or a number."""
    if unit is Unit.SHARE:
        return percent_text(level, 3, trimmed=True)
    if unit is Unit.SECONDS and level >= 3600 and level % 3600 == 0:
        return say("{h} h", lang, h=decimal_shown(level / 3600, 0))
    if unit is Unit.SECONDS and level:
        return seconds_text(level, lang)
    return decimal_shown(level, 3, trimmed=True)


def _y(level: Fraction, ticks: Sequence[Fraction]) -> float:
    return TOP + HEIGHT * (1 - float(level / ticks[-1]))


def _axis(ticks: Sequence[Fraction], unit: Unit, lang: Lang) -> Markup:
    texts = [
        f'<text x="46" y="{_y(level, ticks) + 4:.1f}">{escape(tick_text(level, unit, lang))}</text>' for level in ticks
    ]
    return Markup("".join(texts))  # noqa: S704 - every text in it is escaped


def _level(outcome: Outcome, ticks: Sequence[Fraction], lang: Lang) -> Markup:
    target = outcome.term.target
    if target is None:
        return Markup("")
    text = escape(words.level_text(target.level, evidence.measured(outcome.term).unit, lang))
    return Markup(f'<text x="5" y="{_y(target.level, ticks) + 4:.1f}">{text}</text>')  # noqa: S704 - escaped above


def _bars(buckets: Sequence[Bucket], ticks: Sequence[Fraction], outcome: Outcome, lang: Lang) -> Markup:
    base, width, unit = TOP + HEIGHT, 100 / max(len(buckets), 1), evidence.measured(outcome.term).unit
    drawn = [
        f'<line class="{"zero" if not level else "grid"}" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        for level in ticks
        for y in (round(_y(level, ticks)) + 0.5,)
    ]
    every = -(-len(buckets) // 31)
    narrow = 7 if len(buckets) > 14 else 2 if len(buckets) > 7 else 1
    for i, bucket in enumerate(buckets):
        if bucket.value is not None:
            top = min(_y(bucket.value, ticks), base - 1.5)
            said = escape(_said(bucket, unit, outcome, lang))
            tone = {True: "good", False: "bad", None: "flat"}[bucket.met]
            drawn.append(
                f'<rect class="{tone}" x="{(i + 0.15) * width:.3f}%" width="{0.7 * width:.3f}%" '
                f'y="{top:.1f}" height="{base - top:.1f}"><title>{said}</title></rect>'
            )
        if i % every == 0:
            kept = ' class="k"' if i % (every * narrow) == 0 else ""
            drawn.append(f'<text{kept} x="{(i + 0.5) * width:.3f}%" y="{base + 15}">{_bucket_mark(buckets, i)}</text>')
    if outcome.term.target is not None:
        y = _y(outcome.term.target.level, ticks)
        drawn.append(f'<line class="target" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
    return Markup("".join(drawn))  # noqa: S704 - every text in it is escaped


def _bucket_mark(buckets: Sequence[Bucket], i: int) -> str:
    first = buckets[i].first
    if not is_daily(buckets):
        return f"{first.year % 100:02d}-{first.month:02d}"
    return str(first.day)


def _said(bucket: Bucket, unit: Unit, outcome: Outcome, lang: Lang) -> str:
    when = f"{bucket.first:%Y-%m-%d}" if (bucket.end - bucket.first).days == 1 else f"{bucket.first:%Y-%m}"
    value = value_text(bucket.value, unit, lang, against=outcome.term.target)
    over = f" = {bucket.figures.numerator:,} ÷ {bucket.figures.denominator:,}" if unit is Unit.SHARE else ""
    return f"{when}  {value}{over}"
