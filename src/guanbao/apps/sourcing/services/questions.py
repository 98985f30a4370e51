"""Questions of bidders, and what all are answered."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.sourcing import events
from guanbao.apps.sourcing.choices import State
from guanbao.apps.sourcing.errors import TooLate
from guanbao.apps.sourcing.models import Clarification, Invitation, Question
from guanbao.apps.sourcing.permissions import QUESTION_ANSWER, QUESTION_ASK
from guanbao.apps.sourcing.selectors import INVITATIONS, OWN, TENDERS
from guanbao.apps.sourcing.services.tenders import held
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add
from guanbao.platform.actors import Actor
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told


def question_ask(*, actor: Actor, invitation: Invitation, text: str) -> Question:
    """Ask about a tender; other bidders never learn who asked. Raises NotPermitted, TenderElsewhere, TooLate."""
    need_object(actor, QUESTION_ASK, invitation, OWN)
    with transaction.atomic():
        tender = held(invitation.tender, State.PUBLISHED)
        if timezone.now() >= tender.questions_until:
            raise TooLate(until=timezone.localtime(tender.questions_until).strftime("%Y-%m-%d %H:%M"))
        question = Question(
            institution_id=invitation.institution_id, shared_with=invitation.shared_with,
            asked_by_id=actor.person_id, asked_at=timezone.now(),
        )  # fmt: skip
        event = events.QUESTION_ASKED
        return row_add(question, actor=actor, event=event, columns=INVITATIONS, invitation=invitation, text=text)


def question_answer(*, actor: Actor, question: Question, text: str, answer: str) -> Question:
    """Answer all who are invited, the question in words that do not tell who asked it.

    Raises NotPermitted, TenderElsewhere; ValidationError by field.
    """
    need_object(actor, QUESTION_ANSWER, question, INVITATIONS)
    with transaction.atomic():
        tender = held(question.invitation.tender, State.PUBLISHED)
        question = Question.objects.select_for_update().get(pk=question.pk)
        if question.is_answered:
            raise ValidationError(told("This question was answered."))
        made = Clarification(tender=tender, text=text, answer=answer, answered_at=timezone.now())
        made.full_clean()
        made.save()
        question.is_answered = True
        question.save()
        said = {"text": text, "answer": answer}
        event = events.QUESTION_ANSWERED
        ledger_append(actor=actor, event=event, subject=made, after=said, scopes=TENDERS.scopes_of(tender))
    return question
