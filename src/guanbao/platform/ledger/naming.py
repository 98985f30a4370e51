"""Rows that have a name of their own."""

from __future__ import annotations

from typing import Any

from django.db import models

from guanbao.platform.wording import reader_language


class Named(models.Model):
    """A row that the ledger knows by its `name`, and readers in English by `name_en`, where it has one.

    People are not: the ledger never holds their names.
    """

    name: models.CharField[Any, Any]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        english = getattr(self, "name_en", "")
        return str(english if english and reader_language() == "en" else self.name)

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return str(self.name)
