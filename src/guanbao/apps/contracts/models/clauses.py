"""The clauses of a contract."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from guanbao.apps.contracts.models.contracts import Contract
from guanbao.platform.wording import _, reader_language

_TEXT = 4000


class Clause(models.Model):
    """A clause as it stands in a contract: one of the library at a version, or a text of one's own.

    A text of one's own meets the demands that somebody says it meets, once another has checked that.
    """

    tenants = ("contract__institution__organisation", "contract__shared_with")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="clauses", verbose_name=_("Contract"))
    position = models.PositiveSmallIntegerField(_("Number"))
    code = models.CharField(_("Clause of the library"), max_length=40)
    library_version = models.PositiveSmallIntegerField(_("Version of the library"), null=True, blank=True)
    title = models.CharField(_("Heading"), max_length=200)
    title_en = models.CharField(_("English heading"), max_length=200, blank=True)
    text = models.TextField(_("Text"), max_length=_TEXT)
    text_en = models.TextField(_("English text"), max_length=_TEXT, blank=True)
    numbers = models.JSONField(_("Numbers"), default=dict, blank=True)
    demands = models.JSONField(_("Demands that it meets"), default=list, blank=True)
    reason = models.CharField(_("Why it meets them"), max_length=1000, blank=True)
    written_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Written by")
    )
    checked_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Checked by")
    )
    checked_at = models.DateTimeField(_("Checked at"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contract", "code"),
                name="clause_once",
                violation_error_message=_("The contract has this clause already."),
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | (Q(written_by__isnull=False) & ~Q(checked_by=F("written_by"))),
                name="clause_checked_by_another",
                violation_error_message=_("Whoever wrote a clause does not check it."),
            ),
            models.CheckConstraint(
                condition=Q(library_version__isnull=False) | ~Q(reason=""),
                name="clause_own_says_why",
                violation_error_message=_("Say why the text meets what is demanded."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.position}. {(reader_language() == 'en' and self.title_en) or self.title}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.contract.ledger_label} {self.code}"

    @property
    def is_own(self) -> bool:
        """Whether it is a text of one's own."""
        return self.library_version is None

    @property
    def counts(self) -> bool:
        """Whether what it says that it meets is met: of the library, or checked by another."""
        return not self.is_own or self.checked_by_id is not None
