"""Registers sourcing."""

from __future__ import annotations

from django.apps import AppConfig


class SourcingConfig(AppConfig):
    """Sourcing."""

    name = "guanbao.apps.sourcing"
    label = "sourcing"

    def ready(self) -> None:
        """Make the pages known."""
        from guanbao.api.application import register_router  # noqa: PLC0415 - models must be there first
        from guanbao.apps.arrangements.selectors import CHOOSING  # noqa: PLC0415
        from guanbao.apps.sourcing import api, gates, models, notices, selectors  # noqa: F401, PLC0415
        from guanbao.apps.sourcing.pages import awards, concentrations, diligences, portal, tenders  # noqa: PLC0415
        from guanbao.platform.access.roles import role_title  # noqa: PLC0415
        from guanbao.platform.ledger.telling import tell_names  # noqa: PLC0415
        from guanbao.platform.questionnaires.attaching import attach as attach_questionnaires  # noqa: PLC0415
        from guanbao.platform.workflow.attaching import attach  # noqa: PLC0415
        from guanbao.web.frame import register_pages  # noqa: PLC0415
        from guanbao.web.resource import add_panels, register  # noqa: PLC0415

        register(tenders.TENDERS, portal.INVITATIONS, portal.QUESTIONS, portal.CLARIFICATIONS)
        register(tenders.BIDS, tenders.EVALUATIONS, awards.AWARDS, awards.BACKUPS, diligences.DILIGENCES)
        register(concentrations.CONCENTRATIONS)
        register_pages(concentrations.PAGE)
        attach(models.Award, "tiered_review", fields=awards.BOUND, thread="arrangement", thread_fields=CHOOSING,
               rows=selectors.awards_visible, columns=selectors.TENDERS)  # fmt: skip
        register_router("tenders", api.of_tenders)
        register_router("tender-invitations", api.of_invitations)
        tell_names(post=role_title)
        register_router("evaluations", api.of_evaluations)
        attach_questionnaires(diligences.DILIGENCES.name, models.Diligence, rows=selectors.diligences_visible,
                              columns=selectors.DILIGENCES)  # fmt: skip
        add_panels("arrangements", tenders.OF_ARRANGEMENT, *awards.OF_ARRANGEMENT, diligences.OF_ARRANGEMENT,
                   concentrations.OF_ARRANGEMENT)  # fmt: skip
        add_panels("contractors", diligences.OF_CONTRACTOR, concentrations.OF_CONTRACTOR)
