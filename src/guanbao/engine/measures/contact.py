"""Measures of contacts: calls, chats, messages."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import ibis
import ibis.expr.types as ir
from ibis import _
from ibis.common.deferred import Deferred

from guanbao.engine.errors import InputError
from guanbao.engine.language import _ as title_
from guanbao.engine.measures.catalogue import Days, Direction, Labels, Seconds, Share, Unit, measure
from guanbao.engine.measures.frames import Interactions

ServiceLevel = Literal["agent_requests", "answered", "offered", "offered_less_short", "answered_plus_short"]
Abandonment = Literal["agent_requests", "offered", "queued"]
_FORMULAE = "GB/T 32314-2015; common contact-centre practice, variants named"
EVERY = None
ANSWERED = _.outcome == "answered"
ABANDONED = _.outcome == "abandoned"
REQUESTED = ANSWERED | ABANDONED


def _within(seconds: int) -> Deferred:
    return (_.wait_ms <= seconds * 1000).fill_null(False)  # noqa: FBT003


@measure(
    "contact.offered",
    title=title_("Contacts offered"),
    unit=Unit.COUNT,
    direction=Direction.NEITHER,
    formula=title_("all contacts, after the mapping's filters"),
    source=_FORMULAE,
)
def offered(calls: Interactions) -> Labels:
    """Every contact."""
    return Labels(counted=EVERY, total=True)


@measure(
    "contact.answered",
    title=title_("Contacts answered"),
    unit=Unit.COUNT,
    direction=Direction.NEITHER,
    formula=title_("contacts that a person took"),
    source=_FORMULAE,
)
def answered(calls: Interactions) -> Labels:
    """Contacts that a person took."""
    return Labels(counted=ANSWERED, total=True, value=calls.wait_ms)


@measure(
    "contact.abandoned",
    title=title_("Contacts abandoned in queue"),
    unit=Unit.COUNT,
    direction=Direction.LOWER,
    formula=title_("contacts that left while queueing"),
    source=_FORMULAE,
)
def abandoned(calls: Interactions) -> Labels:
    """Contacts that left while queueing."""
    return Labels(counted=ABANDONED, total=True, value=calls.wait_ms)


@measure(
    "contact.service_level",
    title=title_("Answered in time"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    formula=title_("answered within within_s seconds ÷ the contacts that variant counts"),
    source=_FORMULAE,
)
def service_level(
    calls: Interactions,
    *,
    within_s: Seconds = Seconds(20),
    variant: ServiceLevel = "agent_requests",
    short_s: Seconds | None = None,
) -> Labels:
    """Share of contacts answered within `within_s` seconds, over the contacts that `variant` counts."""
    in_time = ANSWERED & _within(within_s)
    short = ABANDONED & _within(within_s if short_s is None else short_s)
    counted, hit = {
        "agent_requests": (REQUESTED, in_time),
        "answered": (ANSWERED, in_time),
        "offered": (EVERY, in_time),
        "offered_less_short": (REQUESTED & ~short, in_time),
        "answered_plus_short": (REQUESTED, in_time | short),
    }[variant]
    return Labels(counted=counted, hit=hit, value=calls.wait_ms)


@measure(
    "contact.abandonment",
    title=title_("Abandonment"),
    unit=Unit.SHARE,
    direction=Direction.LOWER,
    formula=title_("abandoned ÷ the contacts that variant counts; with short_s, without those who left that soon"),
    source=_FORMULAE,
)
def abandonment(
    calls: Interactions, *, variant: Abandonment = "agent_requests", short_s: Seconds | None = None
) -> Labels:
    """Share of contacts that gave up, over the contacts that `variant` counts.

    Raises:
        ShortNotUsed: `short_s` with a variant that has no use for it.
    """
    if short_s is not None and variant != "agent_requests":
        raise ShortNotUsed(variant=variant)
    if variant == "offered":
        return Labels(counted=EVERY, hit=~ANSWERED, value=calls.wait_ms)
    if variant == "queued":
        return Labels(counted=calls.queued_at.notnull(), hit=ABANDONED, value=calls.wait_ms)
    counted = REQUESTED if short_s is None else REQUESTED & ~(ABANDONED & _within(short_s))
    return Labels(counted=counted, hit=ABANDONED, value=calls.wait_ms)


@measure(
    "contact.speed_of_answer",
    title=title_("Average speed of answer"),
    unit=Unit.SECONDS,
    direction=Direction.LOWER,
    formula=title_("Σ wait of the answered ÷ answered"),
    source=_FORMULAE,
)
def speed_of_answer(calls: Interactions) -> Labels:
    """Mean wait of the answered."""
    return Labels(counted=ANSWERED & calls.wait_ms.notnull(), amount=calls.wait_ms, value=calls.wait_ms)


@measure(
    "contact.wait_percentile",
    title=title_("Wait, percentile"),
    unit=Unit.SECONDS,
    direction=Direction.LOWER,
    formula=title_("the smallest wait that at least the share p of contacts did not exceed"),
    source=_FORMULAE,
)
def wait_percentile(calls: Interactions, *, p: Share, of: Literal["answered", "abandoned"] = "answered") -> Labels:
    """Discrete percentile of the wait."""
    which = ANSWERED if of == "answered" else ABANDONED
    return Labels(counted=which & calls.wait_ms.notnull(), amount=calls.wait_ms, p=Fraction(p), value=calls.wait_ms)


def _handled() -> Deferred:
    return _.talk_ms.fill_null(0) + _.hold_ms.fill_null(0) + _.wrap_ms.fill_null(0)


@measure(
    "contact.handling_time",
    title=title_("Average handling time"),
    unit=Unit.SECONDS,
    direction=Direction.LOWER,
    formula=title_("Σ (talk + hold + wrap-up) of the answered ÷ answered"),
    source=_FORMULAE,
)
def handling_time(calls: Interactions) -> Labels:
    """Mean time that an answered contact took: talk, hold and wrap-up."""
    return Labels(counted=ANSWERED & calls.talk_ms.notnull(), amount=_handled(), value=_handled())


@measure(
    "contact.transfer",
    title=title_("Transfers"),
    unit=Unit.SHARE,
    direction=Direction.LOWER,
    formula=title_("answered and passed on ÷ answered, where the source says so"),
    source=_FORMULAE,
)
def transfer(calls: Interactions) -> Labels:
    """Share of answered contacts that were passed on."""
    return Labels(counted=ANSWERED & calls.transferred.notnull(), hit=calls.transferred)


@measure(
    "contact.first_contact_resolution",
    title=title_("Resolved at first contact"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    formula=title_(
        "judge: flag – answered and marked resolved ÷ answered and marked; judge: no_repeat – answered, and the same "
        "customer did not come again within window_days of arriving ÷ answered of known customers; "
        "open while the window reaches past the last contact that is known of"
    ),
    source=_FORMULAE,
)
def first_contact_resolution(
    calls: Interactions, *, window_days: Days = Days(7), judge: Literal["flag", "no_repeat"] = "no_repeat"
) -> Labels:
    """Share of answered contacts that needed no second one."""
    if judge == "flag":
        return Labels(counted=ANSWERED & calls.resolved.notnull(), hit=calls.resolved)
    calls.step("next_contact", _with_next_contact)
    window = window_days * 86_400_000
    again = (calls.next_at - calls.arrived_at <= window).fill_null(False)  # noqa: FBT003
    known = ANSWERED & calls.customer.notnull()
    # Open even if the customer came again: else the last days of the records would hold nothing but misses.
    running = calls.last_at - calls.arrived_at < window
    return Labels(counted=known & ~running, hit=~again, open=known & running, value=calls.next_at - calls.arrived_at)


def _with_next_contact(table: ir.Table) -> ir.Table:
    """`next_at`: when the same customer came next; `last_at`: the last contact that is known of at all."""
    order = ibis.window(group_by="customer", order_by=["arrived_at", "id"])
    following = ibis.cases((_.customer.notnull(), _.arrived_at.lead().over(order)), else_=ibis.null("int64"))
    return table.mutate(next_at=following, last_at=_.arrived_at.max().over(ibis.window()))


@measure(
    "contact.short_service",
    title=title_("Suspiciously short service"),
    unit=Unit.SHARE,
    direction=Direction.LOWER,
    formula=title_("answered with talk under under_s seconds ÷ answered"),
    source=_FORMULAE,
)
def short_service(calls: Interactions, *, under_s: Seconds = Seconds(10)) -> Labels:
    """Share of answered contacts that were over almost at once."""
    return Labels(counted=ANSWERED & calls.talk_ms.notnull(), hit=calls.talk_ms < under_s * 1000, value=calls.talk_ms)


class ShortNotUsed(InputError):
    """The parameter short_s changes nothing of contact.abandonment with the variant {variant}.

    Leave it out, or use the variant agent_requests.
    """
