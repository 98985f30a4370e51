"""The strategy in its versions, its targets and what was reached of them, and the library of rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from guanbao.apps.initiatives import events
from guanbao.apps.initiatives.errors import StrategyApproved
from guanbao.apps.initiatives.models import Policy, Review, Strategy, Target
from guanbao.apps.initiatives.permissions import STRATEGY_EDIT
from guanbao.apps.initiatives.selectors import OF_INSTITUTION, OF_STRATEGY, OF_TARGET, is_draft
from guanbao.apps.parties.models import Institution
from guanbao.platform.access.reach import Columns, need_object
from guanbao.platform.access.writes import row_add, row_edit, row_remove
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known
from guanbao.platform.wording import told

_INSTITUTIONS = Columns(institution="organisation")


def strategy_add(*, actor: Actor, institution: Institution, **facts: object) -> Strategy:
    """Write the next version of an institution's strategy. Raises NotPermitted; ValidationError by field."""
    need_object(actor, STRATEGY_EDIT, institution, _INSTITUTIONS)
    need_known(facts, events.STRATEGY)
    with transaction.atomic():
        Institution.objects.select_for_update().get(pk=institution.pk)  # or two would take one number
        last = Strategy.objects.filter(institution=institution).aggregate(Max("version"))["version__max"] or 0
        facts |= {"institution": institution, "version": last + 1}
        return row_add(Strategy(), actor=actor, event=events.STRATEGY_ADDED, columns=OF_INSTITUTION, **facts)


def strategy_edit(*, actor: Actor, strategy: Strategy, **facts: object) -> Strategy:
    """Change a version that nobody decides about yet. Raises NotPermitted, StrategyApproved; ValidationError."""
    need_object(actor, STRATEGY_EDIT, strategy, OF_INSTITUTION)
    need_known(facts, events.STRATEGY)
    with transaction.atomic():
        _need_draft(strategy)
        return row_edit(strategy, actor=actor, event=events.STRATEGY_EDITED, columns=OF_INSTITUTION, **facts)


def target_add(*, actor: Actor, strategy: Strategy, **facts: object) -> Target:
    """Set a target of a version that nobody decides about yet.

    Raises NotPermitted, StrategyApproved; ValidationError by field.
    """
    need_object(actor, STRATEGY_EDIT, strategy, OF_INSTITUTION)
    need_known(facts, events.TARGET)
    with transaction.atomic():
        _need_draft(strategy)
        event = events.TARGET_ADDED
        return row_add(Target(), actor=actor, event=event, columns=OF_STRATEGY, strategy=strategy, **facts)


def target_remove(*, actor: Actor, target: Target) -> Target:
    """Take a target away from a version that nobody decides about yet. Raises NotPermitted, StrategyApproved."""
    need_object(actor, STRATEGY_EDIT, target, OF_STRATEGY)
    with transaction.atomic():
        _need_draft(target.strategy)
        told_ = ("strategy", *events.TARGET)
        return row_remove(target, actor=actor, event=events.TARGET_REMOVED, columns=OF_STRATEGY, told=told_)


def target_review(
    *, actor: Actor, target: Target, reached: Decimal, reviewed_on: date | None, remark: str = ""
) -> Target:
    """Say what was reached of a target on a day. Raises NotPermitted; ValidationError by field."""
    need_object(actor, STRATEGY_EDIT, target, OF_STRATEGY)
    if reviewed_on is None or reviewed_on > timezone.localdate():
        raise ValidationError({"reviewed_on": told("State a day that has come.")})
    facts = {"target": target, "reviewed_on": reviewed_on, "reached": reached, "remark": remark}
    row_add(Review(), actor=actor, event=events.TARGET_REVIEWED, columns=OF_TARGET, **facts)
    return target


def policy_add(*, actor: Actor, institution: Institution, **facts: object) -> Policy:
    """Enter a rule into the library; it counts once a second person approved it.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, STRATEGY_EDIT, institution, _INSTITUTIONS)
    need_known(facts, events.POLICY)
    event = events.POLICY_ADDED
    return row_add(Policy(), actor=actor, event=event, columns=OF_INSTITUTION, institution=institution, **facts)


def policy_edit(*, actor: Actor, policy: Policy, **facts: object) -> Policy:
    """Correct a rule; an approval of what it was is void. Raises NotPermitted; ValidationError by field."""
    need_object(actor, STRATEGY_EDIT, policy, OF_INSTITUTION)
    need_known(facts, events.POLICY)
    return row_edit(policy, actor=actor, event=events.POLICY_EDITED, columns=OF_INSTITUTION, **facts)


def policy_withdraw(*, actor: Actor, policy: Policy, withdrawn_on: date | None) -> Policy:
    """Have a rule count no more from a day on. Raises NotPermitted; ValidationError by field."""
    need_object(actor, STRATEGY_EDIT, policy, OF_INSTITUTION)
    if withdrawn_on is None or withdrawn_on < policy.issued_on:
        raise ValidationError({"withdrawn_on": told("State a day after the rule was issued.")})
    event = events.POLICY_WITHDRAWN
    return row_edit(policy, actor=actor, event=event, columns=OF_INSTITUTION, withdrawn_on=withdrawn_on)


def _need_draft(strategy: Strategy) -> None:
    """That nobody decides about it, nor has; it stays so until the transaction ends. Raises StrategyApproved."""
    held = Strategy.objects.select_for_update(of=("self",)).get(pk=strategy.pk)
    if not is_draft(held):
        raise StrategyApproved(strategy=str(held))
