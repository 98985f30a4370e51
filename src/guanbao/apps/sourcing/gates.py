"""What holds an arrangement at its selection."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils import timezone

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.stages import Shut, gate
from guanbao.apps.sourcing.choices import AwardState, Substitute, Verdict
from guanbao.apps.sourcing.models import Award, Backup, Tender
from guanbao.apps.sourcing.selectors import WELCOME, concentration_latest, contractor_chosen, diligence_lacking
from guanbao.platform.wording import _, told


@gate(title=_("The contractor was chosen by an award"), leaves=Stage.SELECTION, rule="GB/T 32314-2015, 5.3.2")
def contractor_is_awarded(arrangement: Arrangement) -> Shut | None:
    """An approved award since the latest renewal names the contractor that the arrangement has."""
    awards = Award.objects.filter(arrangement=arrangement, state=AwardState.AWARDED, renewals=arrangement.renewals)
    latest = awards.order_by("concluded_at").last()
    if latest is not None and latest.contractor_id == arrangement.contractor_id:
        return None
    if latest is not None:
        return Shut(told("The contractor is not the one that the award names."), f"/awards/{latest.pk}/")
    tender = Tender.objects.filter(arrangement=arrangement).exclude(state="cancelled").order_by("pk").last()
    said = told("No award is concluded.")
    return Shut(said, f"/tenders/{tender.pk}/" if tender else f"/tenders/add?arrangement={arrangement.pk}")


@gate(
    title=_("A back-up contractor is planned for"),
    leaves=Stage.SELECTION,
    rule="《银行IT服务外包管理最佳实践模板》二",
)
def backup_is_planned(arrangement: Arrangement) -> Shut | None:
    """Somebody else than the contractor could go on, and that was reviewed and is not to be reviewed anew yet."""
    rows = Backup.objects.filter(arrangement=arrangement)
    fit = Q(substitute=Substitute.IN_HOUSE) | (
        Q(contractor__standing__in=WELCOME) & ~Q(contractor=F("arrangement__contractor"))
    )
    if arrangement.contractor_id is None:
        fit = Q(substitute=Substitute.IN_HOUSE) | Q(contractor__standing__in=WELCOME)
    if rows.filter(fit, review_by__gte=timezone.localdate()).exists():
        return None
    if rows.exists():
        said = told("No plan for a substitute is reviewed, with one who may take over.")
        return Shut(said, f"/arrangements/{arrangement.pk}/?tab=backup-plans")
    return Shut(told("There is no plan for a substitute."), f"/backup-plans/add?arrangement={arrangement.pk}")


@gate(title=_("Concentration is judged"), leaves=Stage.SELECTION, rule="银保监办发〔2021〕141号 16, 33; DORA 29")
def concentration_is_judged(arrangement: Arrangement) -> Shut | None:
    """What the award concentrates was accepted for this contractor, within a year, and nothing changed since."""
    contractor = contractor_chosen(arrangement)
    row = concentration_latest(arrangement, contractor)
    if row is not None and row.holds(timezone.localdate()):
        return None
    if row is not None and not row.outcome:
        said = told("The assessment of concentration waits for its judgement.")
        return Shut(said, f"/concentration-assessments/{row.pk}/")
    asked = f"arrangement={arrangement.pk}&contractor={contractor or ''}"
    if row is None:
        said = told("Concentration is not assessed for the contractor that is to be awarded.")
    elif row.outcome == Verdict.UNACCEPTABLE:
        said = told("The concentration was found not acceptable.")
    else:
        said = told("The assessment of concentration counts no more.")
    return Shut(said, f"/concentration-assessments/add?{asked}")


@gate(title=_("Due diligence is made"), leaves=Stage.SELECTION, rule="银保监办发〔2021〕141号 17")
def diligence_is_done(arrangement: Arrangement) -> Shut | None:
    """Of each type that the rule pack names the contractor was found fit, within a year, and nothing changed since."""
    return _looked_into(arrangement)


@gate(title=_("Due diligence still counts"), leaves=Stage.CONTRACT, rule="银保监办发〔2021〕141号 17")
def diligence_is_fresh(arrangement: Arrangement) -> Shut | None:
    """The same on the day of the signature, which asks every gate of its stage."""
    return _looked_into(arrangement)


def _looked_into(arrangement: Arrangement) -> Shut | None:
    lacking = diligence_lacking(arrangement, timezone.localdate())
    if not lacking:
        return None
    said = told("No due diligence that counts: {kinds}.", kinds=" · ".join(str(kind.label) for kind in lacking))
    asked = f"arrangement={arrangement.pk}&contractor={contractor_chosen(arrangement) or ''}&kind={lacking[0].value}"
    return Shut(said, f"/due-diligence/add?{asked}")
