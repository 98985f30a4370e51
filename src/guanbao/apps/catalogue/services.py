"""Writes of the catalogue, and the hard stop of its rules of scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from guanbao.apps.catalogue import events
from guanbao.apps.catalogue.choices import Direction, State
from guanbao.apps.catalogue.errors import (
    NeverOutsourced,
    ScopeUnstated,
    ServiceGone,
    ServiceListed,
    ServiceNotProposed,
)
from guanbao.apps.catalogue.models import Function, Service
from guanbao.apps.catalogue.permissions import FUNCTION_EDIT, SERVICE_EDIT, SERVICE_LIST
from guanbao.apps.catalogue.selectors import FUNCTIONS, SERVICES, scope_check
from guanbao.apps.parties.models import Contractor, Institution
from guanbao.apps.parties.selectors import CONTRACTORS, INSTITUTIONS
from guanbao.platform.access.reach import need_object, reach
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.changes import Change, row_change
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told


def scope_need(*, services: Iterable[Service] = (), functions: Iterable[Function] = ()) -> None:
    """That none of these is what may never be outsourced. There is no way around it.

    Raises:
        NeverOutsourced: names the rule and its source. ScopeUnstated: nobody has stated it.
    """
    for what, rule in scope_check(services=services, functions=functions):
        if rule is None:
            raise ScopeUnstated(what=what)
        raise NeverOutsourced(what=what, rule=rule.name, source=rule.rule)


def service_add(
    *,
    actor: Actor,
    code: str,
    name: str,
    kind: str,
    since: date,
    institution: Institution | None = None,
    contractor: Contractor | None = None,
    **more: Any,  # noqa: ANN401 - the fields of the model that have a default
) -> Service:
    """Enter a service: one that a contractor offers, or, without one, that the institution requires.

    What a contractor's own people enter is proposed, and stands in the catalogue when the institution has taken it in.

    Raises NotPermitted; ValidationError by field.
    """
    if contractor is None and institution is None:
        raise ValidationError({"contractor": told("Say who offers it, or which institution requires it.")})
    if contractor is not None:
        need_object(actor, SERVICE_EDIT, contractor, CONTRACTORS)
        if institution is not None and institution.pk != contractor.institution_id:
            raise ValidationError({"contractor": told("This contractor is another institution's.")})
    elif institution is not None:
        need_object(actor, SERVICE_EDIT, institution, INSTITUTIONS)
    proposed = reach(actor, SERVICE_EDIT).side is Side.CONTRACTOR
    if proposed:
        more.pop("scope_rule", None)
    with transaction.atomic():
        service = Service()
        change = row_change(
            service,
            institution=contractor.institution if contractor else institution,
            contractor=contractor,
            direction=Direction.OFFERED if contractor else Direction.REQUIRED,
            state=State.PROPOSED if proposed else State.LISTED,
            code=code,
            name=name,
            kind=kind,
            since=since,
            **_only(more, events.SERVICE_FIELDS),
        )
        service.save()
        _told(actor, service, events.SERVICE_ADDED, change)
    return service


def service_edit(*, actor: Actor, service: Service, **fields: Any) -> Service:  # noqa: ANN401 - fields of the model
    """Correct a service; a contractor's people only what they proposed and nobody has taken in yet.

    Raises NotPermitted, ServiceListed, ServiceGone; ValidationError by field.
    """
    need_object(actor, SERVICE_EDIT, service, SERVICES)
    with transaction.atomic():
        service = _locked(service)
        if reach(actor, SERVICE_EDIT).side is Side.CONTRACTOR:
            fields.pop("scope_rule", None)
        if not may_correct(service, actor):
            raise ServiceListed(service=service)
        change = row_change(service, **_only(fields, events.SERVICE_FIELDS))
        if change.after:
            service.save()
            _told(actor, service, events.SERVICE_EDITED, change)
    return service


def may_withdraw(service: Service, actor: Actor) -> bool:
    """Whether it stands, and is the actor's to keep: what is required of a contractor is not."""
    return service.state != State.WITHDRAWN and reach(actor, SERVICE_EDIT).covers(service, SERVICES)


def may_correct(service: Service, actor: Actor) -> bool:
    """As `may_withdraw`; for a contractor's people, as long as nobody has taken it in."""
    settled = reach(actor, SERVICE_EDIT).side is Side.CONTRACTOR and service.state != State.PROPOSED
    return not settled and may_withdraw(service, actor)


def service_scope(*, actor: Actor, service: Service, scope: Mapping[str, str]) -> Service:
    """Say what a call centre's service comprises, with limits for what is allowed under limited conditions only.

    Raises NotPermitted, ServiceListed, ServiceGone; ValidationError by field.
    """
    return service_edit(actor=actor, service=service, scope=dict(scope))


def service_list(*, actor: Actor, service: Service, scope_rule: str) -> Service:
    """Take a proposed service into the catalogue, stating whether a rule of scope forbids to outsource it.

    Raises NotPermitted, ServiceNotProposed; ValidationError by field.
    """
    need_object(actor, SERVICE_LIST, service, SERVICES)
    with transaction.atomic():
        service = _locked(service)
        if service.state != State.PROPOSED:
            raise ServiceNotProposed(service=service)
        change = row_change(service, state=State.LISTED, scope_rule=scope_rule)
        service.save()
        _told(actor, service, events.SERVICE_LISTED, change)
    return service


def service_withdraw(*, actor: Actor, service: Service, until: date, withdrawn_reason: str) -> Service:
    """Withdraw a service from a day on. Raises NotPermitted, ServiceGone; ValidationError by field."""
    need_object(actor, SERVICE_EDIT, service, SERVICES)
    with transaction.atomic():
        service = _locked(service)
        if not withdrawn_reason.strip():
            raise ValidationError({"withdrawn_reason": told("Say why.")})
        change = row_change(service, state=State.WITHDRAWN, until=until, withdrawn_reason=withdrawn_reason)
        service.save()
        _told(actor, service, events.SERVICE_WITHDRAWN, change)
    return service


def function_add(
    *,
    actor: Actor,
    institution: Institution,
    code: str,
    name: str,
    scope_rule: str,
    **more: Any,  # noqa: ANN401 - the fields of the model that have a default
) -> Function:
    """Register a function of an institution. Raises NotPermitted; ValidationError by field."""
    need_object(actor, FUNCTION_EDIT, institution, INSTITUTIONS)
    return row_add(
        Function(),
        actor=actor,
        event=events.FUNCTION_ADDED,
        columns=FUNCTIONS,
        institution=institution,
        code=code,
        name=name,
        scope_rule=scope_rule,
        **_only(more, events.FUNCTION_FIELDS),
    )


def function_edit(*, actor: Actor, function: Function, **fields: Any) -> Function:  # noqa: ANN401 - fields of the model
    """Correct or assess a function. Raises NotPermitted; ValidationError by field."""
    need_object(actor, FUNCTION_EDIT, function, FUNCTIONS)
    given = _only(fields, events.FUNCTION_FIELDS)
    return row_edit(function, actor=actor, event=events.FUNCTION_EDITED, columns=FUNCTIONS, **given)


def _only(given: Mapping[str, Any], allowed: Iterable[str]) -> Mapping[str, Any]:
    """What was given, and nothing that is no field of the form: state, side and keys are not set by name."""
    if extra := given.keys() - set(allowed):
        raise TypeError(sorted(extra))
    return given


def _locked(service: Service) -> Service:
    """The service as it stands, held until the transaction ends. Raises ServiceGone."""
    found = Service.objects.select_for_update().get(pk=service.pk)
    if found.state == State.WITHDRAWN:
        raise ServiceGone(service=found)
    return found


def _told(actor: Actor, service: Service, event: EventType, change: Change) -> None:
    scopes = SERVICES.scopes_of(service)
    ledger_append(actor=actor, event=event, subject=service, before=change.before, after=change.after, scopes=scopes)
