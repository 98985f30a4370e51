"""One delivery, from claimed to ended. What may have gone out already is not sent again by itself."""

from __future__ import annotations

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone, translation

from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.identity.models import Person
from guanbao.platform.identity.selectors import memberships_current
from guanbao.platform.notices import channels
from guanbao.platform.notices.channels import Message
from guanbao.platform.notices.choices import Channel, State
from guanbao.platform.notices.endpoints import SEAL
from guanbao.platform.notices.errors import EndpointRefused
from guanbao.platform.notices.models import Delivery, Endpoint, Wishes
from guanbao.platform.sealing import unsealed
from guanbao.platform.wording import told

MOST_ATTEMPTS = 5
_PERMANENT = 500  # SMTP answers from here on


class NotYet(Exception):
    """A delivery did not succeed, and is tried again."""


def deliver(number: int) -> State:
    """Send a delivery that waits; how it stands then.

    One that another process began to send and did not end may have gone out: it is left for a person to decide.

    Raises:
        NotYet: it is to be tried again.
    """
    waits = Delivery.objects.filter(pk=number, state=State.WAITING)
    if not waits.update(state=State.SENDING, attempts=F("attempts") + 1):
        Delivery.objects.filter(pk=number, state=State.SENDING).update(state=State.UNCERTAIN)
        return State(Delivery.objects.values_list("state", flat=True).get(pk=number))
    row = Delivery.objects.select_related("notice", "person", "endpoint").get(pk=number)
    every = [row, *row.others.select_related("notice").order_by("pk")]
    try:
        is_sent = _to_endpoint(row) if row.endpoint is not None else _to_person(row, every)
    except (OSError, SMTPException, GuanbaoError) as error:
        return _failed(row, error)
    state = State.SENT if is_sent else State.DROPPED
    Delivery.objects.filter(pk__in=[one.pk for one in every]).update(
        state=state, sent_at=timezone.now() if is_sent else None, error_en="", error_zh=""
    )
    return state


def _to_person(row: Delivery, every: list[Delivery]) -> bool:
    """Whether it was sent: somebody who has gone is told nothing more."""
    person = row.person
    if person is None or not _belongs(person, row.notice.organisation_id):
        return False
    wishes = Wishes.objects.filter(person=person).first()
    to = person.email.clear if row.channel == Channel.EMAIL else (wishes.mobile if wishes else "")
    if not to:
        return False
    with translation.override("en" if person.language == "en" else "zh-hans"):
        messages = [_message(one) for one in every]
        title = told("{n} notices", n=len(messages))
        message = messages[0] if len(messages) == 1 else channels.together(messages, title)
        channels.TO_PEOPLE[row.channel](message, to=to)
    return True


def _to_endpoint(row: Delivery) -> bool:
    endpoint: Endpoint | None = row.endpoint
    if endpoint is None or endpoint.ended_at is not None:
        return False
    secret = unsealed(endpoint.secret_sealed, SEAL) if endpoint.secret_sealed else ""
    with translation.override("zh-hans"):
        channels.TO_ENDPOINTS[row.channel](
            _message(row), address=unsealed(endpoint.address_sealed, SEAL), secret=secret
        )
    return True


def _message(row: Delivery) -> Message:
    link = f"{settings.GUANBAO_ADDRESS}{row.notice.url}" if settings.GUANBAO_ADDRESS and row.notice.url else ""
    return Message(row.pk, row.notice.get_kind_display(), row.notice.text, link)


def _failed(row: Delivery, error: Exception) -> State:
    """Note why, and end it where another try cannot succeed, or was the last."""
    stated = error if isinstance(error, GuanbaoError) else EndpointRefused(answer=_answer(error))
    ended = isinstance(error, GuanbaoError) or _is_permanent(error) or row.attempts >= MOST_ATTEMPTS
    state = State.FAILED if ended else State.WAITING
    said = {"error_en": explain(stated, "en"), "error_zh": explain(stated, "zh")}
    Delivery.objects.filter(Q(pk=row.pk) | Q(together=row)).update(state=state, **said)
    if not ended:
        raise NotYet from error
    return state


def _is_permanent(error: Exception) -> bool:
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= _PERMANENT for code, _said in error.recipients.values())
    return isinstance(error, SMTPResponseException) and error.smtp_code >= _PERMANENT


def _answer(error: Exception) -> str:
    """What may be shown of an error: a code, or its kind; its text may hold an address."""
    if isinstance(error, SMTPResponseException):
        return f"SMTP {error.smtp_code}"
    return str(error) if str(error).startswith("HTTP ") else type(error).__name__


def _belongs(person: Person, organisation_id: int) -> bool:
    current = memberships_current(person=person, on=timezone.localdate())
    return person.is_active and current.filter(organisation=organisation_id).exists()
