"""Who is told of a duty: whoever has to do it, and the post above; and what the ledger says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation

from guanbao.platform.access.holders import holders
from guanbao.platform.access.roles import role_title
from guanbao.platform.actors import Actor, system_of
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.notices.declaring import NoticeKind
from guanbao.platform.notices.services import Value, notice_send
from guanbao.platform.obligations.declaring import carrier_named
from guanbao.platform.obligations.models import Duty
from guanbao.platform.obligations.permissions import DUTY_VIEW


def ledger_told(actor: Actor, duty: Duty, event: EventType, **said: Any) -> None:  # noqa: ANN401 - what the ledger takes
    """Tell the ledger, as the last thing in a transaction."""
    scopes = {"institution": duty.institution_id}
    if duty.shared_with_id is not None:
        scopes["contractor"] = duty.shared_with_id
    ledger_append(actor=actor, event=event, subject=duty, scopes=scopes, **said)


def owner_told(duty: Duty, kind: NoticeKind, *, key: str, values: Mapping[str, Value]) -> None:
    """Tell whoever has to do it: the person who is named while they may see it, else all who hold the post.

    Where nobody holds it, the post above is told.
    """
    to = duty.institution_id if duty.side == Side.INSTITUTION else duty.shared_with_id
    scopes = scopes_of(duty)
    if to is None or not scopes:
        return
    held = [each.pk for each in holders(DUTY_VIEW, organisation_id=to, scopes=scopes, role=duty.role)]
    person = duty.person_id
    if person is not None and person not in _everybody(to, scopes):
        person = None
    if person is None and not held and duty.escalate_to:
        above_told(duty, kind, key=key, values=values)
        return
    _send(duty, kind, to, scopes, key=key, role="" if person else duty.role, person_id=person, values=values)


def above_told(duty: Duty, kind: NoticeKind, *, key: str, values: Mapping[str, Value]) -> None:
    """Tell the institution's post above; the outsider who has to do it is the institution's to speak to."""
    if scopes := scopes_of(duty):
        to, role = duty.institution_id, duty.escalate_to or duty.role
        _send(duty, kind, to, scopes, key=key, role=role, person_id=None, values=values)


def owner_of(duty: Duty) -> dict[str, str]:
    """The post that has to do it, in both languages."""
    return _both(lambda: role_title(duty.role))


def scopes_of(duty: Duty) -> dict[str, int]:
    """Whose the record of a duty is; nothing where it is gone."""
    carrier = carrier_named(duty.record)
    row = carrier.row(duty.record_id) if carrier else None
    return carrier.scopes(row) if carrier and row is not None else {}


def _send(
    duty: Duty,
    kind: NoticeKind,
    to: int,
    scopes: Mapping[str, int],
    *,
    key: str,
    role: str,
    person_id: int | None,
    values: Mapping[str, Value],
) -> None:
    called = {"zh": duty.title, "en": duty.title_en or duty.title}
    notice_send(
        actor=system_of(to), kind=kind, organisation_id=to, scopes=scopes, key=key, url=f"/duties/{duty.pk}/",
        role=role, person_id=person_id,
        values={"record": duty.label, "duty": called, "due": duty.due_on.isoformat(), **values},
    )  # fmt: skip


def _everybody(organisation_id: int, scopes: Mapping[str, int]) -> set[int]:
    return {each.pk for each in holders(DUTY_VIEW, organisation_id=organisation_id, scopes=scopes)}


def _both(say: Any) -> dict[str, str]:  # noqa: ANN401 - a function of no arguments
    said = {}
    for lang, code in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(code):
            said[lang] = str(say())
    return said


def both(text: object) -> dict[str, str]:
    """A text that differs by language, in both."""
    return _both(lambda: text)
