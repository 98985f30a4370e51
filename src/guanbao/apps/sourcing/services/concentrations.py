"""Concentration before an award: assessed with the figures of the day, judged by another."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS
from guanbao.apps.parties.models import Contractor
from guanbao.apps.sourcing import events
from guanbao.apps.sourcing.choices import Substitutability, Verdict
from guanbao.apps.sourcing.concentration import fee_yearly as twelve_of
from guanbao.apps.sourcing.concentration import judged
from guanbao.apps.sourcing.errors import ConcentrationElsewhere, ConcentrationOutdated
from guanbao.apps.sourcing.holdings import arrangements_live, held_of, holdings, tops
from guanbao.apps.sourcing.models import Concentration
from guanbao.apps.sourcing.permissions import CONCENTRATION_ASSESS, CONCENTRATION_JUDGE
from guanbao.apps.sourcing.selectors import TENDERS, WELCOME
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.obligations.calendars import workdays_of
from guanbao.platform.obligations.days import Rule
from guanbao.platform.wording import told
from guanbao.platform.workflow.attaching import digest_of

_YEAR = Rule(offset="12m after")


def concentration_assess(
    *, actor: Actor, arrangement: Arrangement, contractor: Contractor, substitutability: str,
    substitutability_reason: str, alternatives: str, fee_yearly: Decimal | None = None,
) -> Concentration:  # fmt: skip
    """Assess what an award to a contractor would concentrate; the figures are those of now.

    Without an expected fee that of the arrangement counts. Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, CONCENTRATION_ASSESS, arrangement, ARRANGEMENTS)
    if contractor.institution_id != arrangement.institution_id or contractor.standing not in WELCOME:
        raise ValidationError({"contractor": told("Only candidates and admitted contractors are assessed.")})
    if substitutability not in Substitutability.values:
        raise ValidationError({"substitutability": told("Choose how easily the contractor can be substituted.")})
    said = {"substitutability_reason": substitutability_reason.strip(), "alternatives": alternatives.strip()}
    if missing := {name: told("State it.") for name, text in said.items() if not text}:
        raise ValidationError(missing)
    with transaction.atomic():
        held = Arrangement.objects.select_for_update(of=("self",)).get(pk=arrangement.pk)
        if held.stage == Stage.CLOSED:
            raise ValidationError({"arrangement": told("The arrangement is closed.")})
        groups = tops(held.institution_id)
        fee = twelve_of(held.fee_monthly) if fee_yearly is None else fee_yearly
        award = held_of(held, contractor, groups[contractor.pk], fee)
        figures = judged(holdings(arrangements_live(held.institution_id), groups), award)
        made = Concentration(
            revision=held.revision, assessed_by_id=actor.person_id, figures=figures, assessed_on=timezone.localdate()
        )
        return row_add(
            made, actor=actor, event=events.CONCENTRATION_ASSESSED, columns=TENDERS, arrangement=held,
            contractor=contractor, fee_yearly=fee, substitutability=substitutability, digest=digest_of(figures), **said,
        )  # fmt: skip


def concentration_judge(*, actor: Actor, concentration: Concentration, outcome: str, conclusion: str) -> Concentration:
    """Say whether it is accepted; that counts for a year from the day of its figures.

    Raises NotPermitted, also to who made it; ConcentrationElsewhere, ConcentrationOutdated; ValidationError by field.
    """
    need_object(actor, CONCENTRATION_JUDGE, concentration, TENDERS)
    if outcome not in Verdict.values:
        raise ValidationError({"outcome": told("Choose a conclusion.")})
    if not conclusion.strip():
        raise ValidationError({"conclusion": told("State the reasons.")})
    with transaction.atomic():
        rows = Concentration.objects.select_for_update(of=("self",)).select_related("arrangement__institution")
        row = rows.get(pk=concentration.pk)
        if row.outcome:
            raise ConcentrationElsewhere
        if row.assessed_by_id == actor.person_id:
            raise NotPermitted(actor=actor.name, permission=CONCENTRATION_JUDGE.name)
        if outcome != Verdict.UNACCEPTABLE and row.revision != row.arrangement.revision:
            raise ConcentrationOutdated(reference=row.arrangement.reference)
        working = workdays_of(row.arrangement.institution.organisation_id)
        Concentration.objects.filter(pk=row.pk).update(judged_by=actor.person_id)
        return row_edit(
            row, actor=actor, event=events.CONCENTRATION_JUDGED, columns=TENDERS, outcome=outcome,
            conclusion=conclusion.strip(), judged_on=timezone.localdate(),
            valid_until=_YEAR.due(row.assessed_on, 0, working).day,
        )  # fmt: skip
