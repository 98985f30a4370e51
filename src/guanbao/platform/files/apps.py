"""Registers files with Django."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Documents and their bytes."""

    name = "guanbao.platform.files"
    label = "files"

    def ready(self) -> None:
        """Have entries of the ledger tell kinds of documents by what they are called."""
        from guanbao.platform.files.kinds import kind_title  # noqa: PLC0415 - models must be there first
        from guanbao.platform.ledger.telling import tell_names  # noqa: PLC0415

        tell_names(document_kind=kind_title)
