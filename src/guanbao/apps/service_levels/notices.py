"""What people are told of service levels: what waits for their side, and what the other side decided."""

from __future__ import annotations

from collections.abc import Mapping

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS
from guanbao.apps.service_levels.choices import ExclusionState
from guanbao.apps.service_levels.models import Exclusion, Statement
from guanbao.apps.service_levels.permissions import EXCLUSION_DECIDE, EXCLUSION_PROPOSE, STATEMENT_REMARK
from guanbao.engine.language import _
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.notices.declaring import NoticeKind, notice_kind
from guanbao.platform.notices.services import Value, notice_send
from guanbao.platform.wording import _ as title_

EXCLUSION_PROPOSED = notice_kind(
    "exclusion.proposed",
    title_("An exclusion to decide"),
    _("The other side proposes to leave records of {reference} out of {month}: decide, with a reason."),
    EXCLUSION_DECIDE,
)
EXCLUSION_ACCEPTED = notice_kind(
    "exclusion.accepted",
    title_("An exclusion was accepted"),
    _("The other side accepted to leave records of {reference} out of {month}; the statement is computed anew."),
    EXCLUSION_PROPOSE,
)
EXCLUSION_REJECTED = notice_kind(
    "exclusion.rejected",
    title_("An exclusion was rejected"),
    _("The other side does not leave records of {reference} out of {month}."),
    EXCLUSION_PROPOSE,
)
STATEMENT_DRAFTED = notice_kind(
    "statement.drafted",
    title_("A statement to comment on"),
    _("The statement of {reference} for {month} (version {version}) is drafted: comment on it before it is issued."),
    STATEMENT_REMARK,
)
STATEMENT_ISSUED = notice_kind(
    "statement.issued",
    title_("A statement was issued"),
    _("The statement of {reference} for {month} (version {version}) is issued and signed."),
    STATEMENT_REMARK,
)


def exclusion_proposed(actor: Actor, exclusion: Exclusion) -> None:
    """Tell those of the other side who may decide it."""
    _exclusion(actor, exclusion, EXCLUSION_PROPOSED, {Side.INSTITUTION, Side.CONTRACTOR} - {Side(exclusion.side)})


def exclusion_decided(actor: Actor, exclusion: Exclusion) -> None:
    """Tell the side that proposed it."""
    kind = EXCLUSION_ACCEPTED if exclusion.state == ExclusionState.ACCEPTED else EXCLUSION_REJECTED
    _exclusion(actor, exclusion, kind, {Side(exclusion.side)})


def statement_told(actor: Actor, statement: Statement, kind: NoticeKind) -> None:
    """Tell both sides."""
    month = f"{statement.period_from:%Y-%m}"
    _send(
        actor, statement.arrangement, kind, {Side.INSTITUTION, Side.CONTRACTOR}, key=str(statement.pk),
        url=f"/statements/{statement.pk}/", said={"month": month, "version": statement.version},
    )  # fmt: skip


def _exclusion(actor: Actor, exclusion: Exclusion, kind: NoticeKind, sides: set[Side]) -> None:
    _send(
        actor, exclusion.arrangement, kind, sides, key=str(exclusion.pk), url=f"/exclusions/{exclusion.pk}/",
        said={"month": f"{exclusion.period_from:%Y-%m}"},
    )  # fmt: skip


def _send(
    actor: Actor,
    arrangement: Arrangement,
    kind: NoticeKind,
    sides: set[Side],
    *,
    key: str,
    url: str,
    said: Mapping[str, Value],
) -> None:
    scopes = ARRANGEMENTS.scopes_of(arrangement)
    for side in sorted(sides):
        notice_send(
            actor=actor, kind=kind, organisation_id=scopes[side], scopes=scopes, key=key, url=url,
            values={"reference": arrangement.reference, **said},
        )  # fmt: skip
