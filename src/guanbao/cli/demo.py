"""`guanbao demo`: a month of real calls and real incidents, measured, with page and workbook."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import typer

from guanbao.cli import speech
from guanbao.cli.measure import Given, gathered, outputs, print_statement
from guanbao.cli.speech import _
from guanbao.engine.statements.engines import engine_named
from guanbao.engine.statements.levels import service_level_read
from guanbao.engine.statements.periods import period
from guanbao.engine.statements.presets import preset, preset_filled
from guanbao.engine.statements.statement import statement_compute

# The bank's opening hours as the data's own documentation gives them; Saturday evening begins about 20:00.
_CALLS_CALENDAR = {
    "zone": "Asia/Jerusalem",
    "week": {"sun-thu": ["07:00-24:00"], "fri": ["07:00-14:00"], "sat": ["20:00-24:00"]},
}
_OFFICE = {"zone": "UTC", "week": {"mon-fri": ["09:00-12:00", "13:30-18:00"]}}


def _calls() -> dict[str, Any]:
    terms = [dict(term) for term in preset("call-centre").data["terms"]]
    terms[1]["credit"] = [{"below": "80%", "of_fee": "2%"}, {"below": "70%", "of_fee": "5%"}]
    terms[2]["credit"] = [{"above": "5%", "of_fee": "1%"}, {"above": "15%", "of_fee": "3%"}]
    return {
        "arrangement": "WB-1999-001",
        "contractor": "Anonymous Bank call centre (Technion)",
        "calendar": _CALLS_CALENDAR,
        "fee": {"amount": "200000.00", "currency": "CNY", "per": "month"},
        "terms": terms,
        "credit": {"cap_of_fee": "10%", "rounding": {"places": 2, "mode": "half_even"}},
    }


def _incidents() -> dict[str, Any]:
    return {"arrangement": "IT-2016-001", "contractor": "UCI 498 service desk", "calendar": _OFFICE}


def add(app: typer.Typer) -> None:
    """Add `demo`."""

    @app.command(help=_("Measure the sample records that come with guanbao and write statement, page and workbook."))
    def demo(
        out: Annotated[Path, typer.Option(help=_("The folder to write to."))] = Path("demo-output"),
    ) -> None:
        """Run the main job on real records."""
        out.mkdir(parents=True, exist_ok=True)
        samples = resources.files("guanbao").joinpath("packs/samples")
        jobs = (
            (
                "calls",
                "call-centre",
                _calls(),
                "interactions",
                "calls_1999_02.txt.gz",
                "anonymous-bank",
                "1999-02",
            ),
            (
                "incidents",
                "operations",
                _incidents(),
                "tickets",
                "incidents_2016_03.csv.gz",
                "servicenow-incident-log",
                "2016-03",
            ),
        )
        for name, source, ours, dataset, file, mapping, when in jobs:
            levels = out / f"{name}.yaml"
            levels.write_text(preset_filled(source, **ours), encoding="utf-8")
            with samples.joinpath(file).open("rb") as packed, (out / file).open("wb") as target:
                shutil.copyfileobj(packed, target)
            level = service_level_read(levels)
            given = Given([f"{dataset}={out / file}@{mapping}"], None, None, None, None)
            with ExitStack() as stack:
                tell = stack.enter_context(speech.working())
                runner = stack.enter_context(engine_named("duckdb"))
                records, reports = stack.enter_context(gathered(given, level, tell))
                computation = statement_compute(level, records, period(when), engine=runner, progress=tell)
                outputs(
                    computation,
                    reports,
                    json=str(out / f"{name}.json"),
                    html=out / f"{name}.html",
                    xlsx=out / f"{name}.xlsx",
                    tell=tell,
                )
            print_statement(computation)
            speech.out.print()
        speech.out.print(_("Written to {folder}:", folder=out.resolve()), style="bold", markup=False)
        kinds = (
            ("html", _("the page, for any browser")),
            ("xlsx", _("the workbook, with the breaches")),
            ("json", _("the statement, to verify")),
            ("yaml", _("the service level, to change")),
        )
        for name in ("calls", "incidents"):
            for ending, what in kinds:
                speech.out.print(f"  {name}.{ending:<5} {what}", markup=False)
        source = f"interactions={out}/calls_1999_02.txt.gz@anonymous-bank"
        speech.out.print(_("Compute it again yourself:"), markup=False)
        speech.out.print(f"  guanbao verify {out}/calls.json {out}/calls.yaml --records {source}", markup=False)
