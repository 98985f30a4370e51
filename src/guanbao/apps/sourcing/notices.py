"""What bidders are told by notice: that a tender is decided, and where they read what that means for them."""

from __future__ import annotations

from guanbao.apps.sourcing.models import Invitation
from guanbao.apps.sourcing.permissions import BID_SUBMIT
from guanbao.apps.sourcing.selectors import OWN
from guanbao.engine.language import _
from guanbao.platform.actors import Actor
from guanbao.platform.notices.declaring import notice_kind
from guanbao.platform.notices.services import notice_send
from guanbao.platform.wording import _ as title_

DECIDED = notice_kind(
    "tender.decided",
    title_("A tender was decided"),
    _("{tender} is decided; your invitation says what became of your bid."),
    BID_SUBMIT,
)


def decided_tell(actor: Actor, invitation: Invitation) -> None:
    """Tell the people of whom was invited, within the transaction of the award."""
    if invitation.shared_with_id is None:
        return
    notice_send(
        actor=actor,
        kind=DECIDED,
        organisation_id=invitation.shared_with_id,
        scopes=OWN.scopes_of(invitation),
        key=str(invitation.pk),
        url=f"/tender-invitations/{invitation.pk}/",
        values={"tender": str(invitation)},
    )
