"""What holds an arrangement at its selection."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils import timezone

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.stages import Shut, gate
from guanbao.apps.sourcing.choices import AwardState, Substitute
from guanbao.apps.sourcing.models import Award, Backup, Tender
from guanbao.apps.sourcing.selectors import WELCOME
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
