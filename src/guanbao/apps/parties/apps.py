"""Registers parties."""

from __future__ import annotations

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Parties."""

    name = "guanbao.apps.parties"
    label = "parties"

    def ready(self) -> None:
        """Make the pages known."""
        from guanbao.apps.parties import duties, models, pages, selectors  # noqa: F401, PLC0415 - models must be there first
        from guanbao.platform.files.attaching import attach  # noqa: PLC0415
        from guanbao.platform.personal import attaching as personal  # noqa: PLC0415
        from guanbao.platform.questionnaires.attaching import attach as attach_questionnaires  # noqa: PLC0415
        from guanbao.web.resource import register  # noqa: PLC0415

        register(
            pages.CONTRACTORS,
            pages.CERTIFICATES,
            pages.ENDING,
            pages.CONTACTS,
            pages.INSTITUTIONS,
            pages.DEPARTMENTS,
            pages.BRANCHES,
            pages.IDENTIFIERS,
            pages.STANDINGS,
        )
        personal.attach("contacts", models.Contact, rows=selectors.contacts_visible, columns=selectors.PARTICULARS)
        rows, columns = selectors.contractors_visible, selectors.CONTRACTORS
        attach("contractors", models.Contractor, rows=rows, columns=columns)
        attach_questionnaires("contractors", models.Contractor, rows=rows, columns=columns)
        attach(
            "certificates",
            models.Certificate,
            rows=selectors.certificates_visible,
            columns=selectors.PARTICULARS,
            ends=lambda row: row.valid_until,
        )
