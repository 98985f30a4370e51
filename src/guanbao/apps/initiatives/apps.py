"""Registers initiatives."""

from __future__ import annotations

from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    """Initiatives."""

    name = "guanbao.apps.initiatives"
    label = "initiatives"

    def ready(self) -> None:
        """Make the pages and the gates known, and say what is decided about by whom."""
        from guanbao.apps.arrangements.selectors import CHOOSING, OF_ARRANGEMENT  # noqa: PLC0415
        from guanbao.apps.initiatives import events, gates, models, pages, selectors  # noqa: F401, PLC0415
        from guanbao.platform.files.attaching import attach as attach_documents  # noqa: PLC0415
        from guanbao.platform.workflow.attaching import attach  # noqa: PLC0415
        from guanbao.web.resource import add_panels, register  # noqa: PLC0415

        ours = selectors.OF_INSTITUTION
        attach(models.Strategy, "three_reviews", fields=events.STRATEGY, parts=("targets",),
               rows=selectors.strategies_visible, columns=ours)  # fmt: skip
        attach(models.Policy, "dual_control", fields=events.POLICY, rows=selectors.policies_visible, columns=ours)
        attach(models.BusinessCase, "tiered_review", fields=events.CASE, parts=("lines", "candidates", "parts"),
               thread="arrangement", thread_fields=CHOOSING, rows=selectors.cases_visible,
               columns=OF_ARRANGEMENT)  # fmt: skip
        register(*pages.ALL)
        add_panels("arrangements", *pages.OF_ARRANGEMENT)
        attach_documents("policies", models.Policy, rows=selectors.policies_visible, columns=ours)
        rows = selectors.cases_visible
        attach_documents("business-cases", models.BusinessCase, rows=rows, columns=OF_ARRANGEMENT)
