"""A statement as one page that needs nothing else: no script, no request, made for screen and paper."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from guanbao.engine.language import Lang, say
from guanbao.engine.records.imports import ImportReport
from guanbao.engine.reports.charts import charts_of
from guanbao.engine.reports.content import sheet_of
from guanbao.engine.reports.worst import worst_of
from guanbao.engine.statements import evidence
from guanbao.engine.statements.statement import Computation


def html_report(computation: Computation, *, lang: Lang, reports: Sequence[ImportReport] = ()) -> str:
    """The statement as one HTML page; its engine must still be open."""
    pages = Environment(
        loader=PackageLoader("guanbao.engine.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    with evidence.kept(computation) as held:
        return pages.get_template("statement.html.j2").render(
            sheet=sheet_of(held, lang, reports),
            charts=charts_of(held, lang),
            worst=worst_of(held, lang),
            lang="zh-CN" if lang == "zh" else "en",
            _=partial(_said, lang),
        )


def _said(lang: Lang, sentence: str) -> str:
    return say(sentence, lang)
