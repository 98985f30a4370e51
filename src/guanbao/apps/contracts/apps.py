"""Registers contracts."""

from __future__ import annotations

from django.apps import AppConfig

_THREAD = ("importance", "has_personal_data", "uses_cloud", "is_cross_border", "is_related")


class ContractsConfig(AppConfig):
    """Contracts."""

    name = "guanbao.apps.contracts"
    label = "contracts"

    def ready(self) -> None:
        """Make the pages and the gates known, have contracts approved, and let personal data be revealed."""
        from guanbao.apps.contracts import choices, duties, gates, models, selectors  # noqa: F401, PLC0415 - models come first
        from guanbao.apps.contracts.pages import resources  # noqa: PLC0415
        from guanbao.apps.contracts.services import agreeing, drafting  # noqa: PLC0415
        from guanbao.platform.files.attaching import attach as attach_documents  # noqa: PLC0415
        from guanbao.platform.personal.attaching import attach as attach_personal  # noqa: PLC0415
        from guanbao.platform.workflow.attaching import attach  # noqa: PLC0415
        from guanbao.platform.workflow.hearing import hear  # noqa: PLC0415
        from guanbao.web.resource import add_panels, register  # noqa: PLC0415

        rows, columns = selectors.contracts_visible, selectors.CONTRACTS
        attach(models.Contract, "tiered_review", fields=drafting.BOUND, rows=rows, columns=columns,
               parts=("clauses", "payments"), thread="arrangement", thread_fields=_THREAD,
               is_settled=lambda row: row.state not in choices.UNSIGNED)  # fmt: skip
        hear(agreeing.approval_heard)
        register(*resources.RESOURCES)
        add_panels("arrangements", resources.OF_ARRANGEMENT)
        add_panels("contractors", *resources.OF_CONTRACTOR)
        attach_documents("contracts", models.Contract, rows=rows, columns=columns, ends=lambda row: row.runs_until)
        attach_personal("signatories", models.Signatory, rows=selectors.signatories_visible,
                        columns=selectors.OF_CONTRACT)  # fmt: skip
        attach_personal("confidentiality-agreements", models.Confidentiality,
                        rows=selectors.confidentialities_visible, columns=selectors.CONFIDENTIALITIES)  # fmt: skip
