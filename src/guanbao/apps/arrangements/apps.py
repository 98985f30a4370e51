"""Registers arrangements."""

from __future__ import annotations

from django.apps import AppConfig


class ArrangementsConfig(AppConfig):
    """Arrangements."""

    name = "guanbao.apps.arrangements"
    label = "arrangements"

    def ready(self) -> None:
        """Make the pages and the gates known."""
        from guanbao.apps.arrangements import (  # noqa: PLC0415
            course,
            duties,  # noqa: F401
            gates,  # noqa: F401
            models,
            overview,
            pages,
            selectors,
            services,
        )
        from guanbao.apps.arrangements.rules import pack_title  # noqa: PLC0415
        from guanbao.apps.arrangements.stages import gate_title  # noqa: PLC0415
        from guanbao.platform.files.attaching import attach as attach_documents  # noqa: PLC0415
        from guanbao.platform.ledger.telling import tell_names  # noqa: PLC0415
        from guanbao.platform.questionnaires.attaching import attach as attach_questionnaires  # noqa: PLC0415
        from guanbao.platform.workflow.attaching import attach  # noqa: PLC0415
        from guanbao.web.resource import add_panels, add_verbs, register  # noqa: PLC0415

        tell_names(pack=pack_title, gate=gate_title)
        attach(models.Arrangement, "tiered_review", fields=(*services.EDITED, "revision"), parts=("links", "places"),
               rows=selectors.arrangements_visible, columns=selectors.ARRANGEMENTS)  # fmt: skip
        attach(models.Waiver, "tiered_review", fields=("gate", "reason", "ends_on"), thread="arrangement",
               thread_fields=selectors.CHOOSING, rows=selectors.waivers_visible,
               columns=selectors.OF_ARRANGEMENT)  # fmt: skip
        register(pages.ARRANGEMENTS, pages.LINKS, pages.PLACES, course.CHANGES, course.WAIVERS)
        add_panels("arrangements", *course.OF_ARRANGEMENT)
        add_panels("institutions", course.OF_INSTITUTION)
        add_verbs("institutions", course.RULES)
        add_panels("start", overview.BY_STAGE, overview.LATE, overview.ENDING)
        add_panels("contractors", pages.OF_CONTRACTOR)
        add_panels("functions", pages.OF_FUNCTION)
        rows, columns = selectors.arrangements_visible, selectors.ARRANGEMENTS
        attach_questionnaires("arrangements", models.Arrangement, rows=rows, columns=columns)
        attach_documents("arrangements", models.Arrangement, rows=rows, columns=columns, ends=lambda row: row.ends_on)
