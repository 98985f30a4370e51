"""Registers questionnaires with Django."""

from __future__ import annotations

from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    """Questionnaires."""

    name = "guanbao.platform.questionnaires"
    label = "questionnaires"

    def ready(self) -> None:
        """Attach documents to issues."""
        from guanbao.platform.files.attaching import attach  # noqa: PLC0415 - models must be there first
        from guanbao.platform.questionnaires.models import Issue  # noqa: PLC0415
        from guanbao.platform.questionnaires.selectors import ISSUES, RECORD, issues_visible  # noqa: PLC0415

        attach(RECORD, Issue, rows=issues_visible, columns=ISSUES)
