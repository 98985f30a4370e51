"""Pages about members that are no verbs of a row: ends of sessions and tokens, and a machine's new token."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from guanbao.apps.people import ending
from guanbao.apps.people.accounts import TokenPage
from guanbao.apps.people.pages import PEOPLE
from guanbao.apps.people.permissions import PERSON_ADD, PERSON_END
from guanbao.apps.people.selectors import machines_visible, people_visible, sessions_visible, tokens_visible
from guanbao.apps.people.services import machine_token_make
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Person


@require_POST
def session_end_page(request: HttpRequest, person: int, pk: int) -> HttpResponse:
    """End a session of a member."""
    actor, whose = _asked(request, person, PERSON_END)
    ending.member_session_end(
        actor=actor, session=get_object_or_404(sessions_visible(actor=actor, person=whose), pk=pk)
    )
    return redirect(PEOPLE.url("detail", person))


@require_POST
def token_revoke_page(request: HttpRequest, person: int, pk: int) -> HttpResponse:
    """End a token of a member or a machine."""
    actor, whose = _asked(request, person, PERSON_END)
    ending.member_token_revoke(actor=actor, token=get_object_or_404(tokens_visible(actor=actor, person=whose), pk=pk))
    return redirect(PEOPLE.url("detail", person))


class MachineTokenPage(TokenPage):
    """The form that makes a token for a machine."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as Django calls it
        """Find the machine first: what is not ours is not there."""
        actor, machine = _asked(request, kwargs["person"], PERSON_ADD)
        self.machine = get_object_or_404(machines_visible(actor=actor), pk=machine.pk)
        return super().dispatch(request, *args, **kwargs)

    def make(self, actor: Actor, **given: Any) -> str:  # noqa: ANN401
        """The secret."""
        return machine_token_make(actor=actor, person=self.machine, **given)[1]


def _asked(request: HttpRequest, person: int, permission: Permission) -> tuple[Actor, Person]:
    actor = actor_of(request)
    if reach(actor, permission).is_empty:
        raise Http404
    return actor, get_object_or_404(people_visible(actor=actor), pk=person)
