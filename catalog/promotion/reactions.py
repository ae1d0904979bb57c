"""Answers to what checkouts ask of promotions.

One handler for all events, so that one transaction takes its locks in one order.

Requests may repeat: each repetition is answered alike. After a release a request is a no-op, and a confirmation too:
an order that was cancelled has given back.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from catalog.promotion import states
from catalog.promotion.models import RedeemedRule, Redemption
from catalog.promotion.redemption import Wanted, hold, lock_counters, release, reserve
from chassis.subscriptions import Received, caused_by
from chassis.unit_of_work import publish
from contracts.catalog import RedemptionConfirmed, RedemptionRefused, RedemptionReleased, RedemptionReserved
from contracts.commerce import (
    OrderCancelled,
    RedemptionConfirmationRequested,
    RedemptionReleaseRequested,
    RedemptionRequested,
)

Held = dict[UUID, Redemption]


def redemption_events(batch: list[Received[Any]]) -> None:
    """Lock what the batch touches, then let each event act in its order."""
    events = [received.event for received in batch if received.event.saga is not None]
    sagas = [saga for event in events for saga in _sagas(event)]
    held = hold([row for event in events if (row := _row(event)) is not None], sagas)
    if len(sagas) > 1:
        _lock_counters(events, held)
    for received in batch:
        with caused_by(received.message):
            for saga in _sagas(received.event):
                if saga in held:
                    _REACTIONS[type(received.event)](received.event, held[saga])


def _requested(event: RedemptionRequested, redemption: Redemption) -> None:
    if redemption.state == states.REQUESTED:
        wanted = [Wanted(rule=one.rule, amount=one.amount, code=one.code) for one in event.promotions]
        refusal = reserve(redemption, wanted)
        if refusal is not None:
            _publish(
                redemption,
                RedemptionRefused(
                    saga=event.saga,
                    reason=refusal.reason,
                    promotion=refusal.wanted.rule,
                    coupon=refusal.wanted.code,
                ),
            )
            return
    if redemption.state in (states.RESERVED, states.CONFIRMED):
        _publish(redemption, RedemptionReserved(saga=event.saga))


def _released(event: RedemptionReleaseRequested, redemption: Redemption) -> None:
    _give_back(redemption, event.reason)


def _cancelled(event: OrderCancelled, redemption: Redemption) -> None:
    _give_back(redemption, "order_cancelled")


def _give_back(redemption: Redemption, reason: str) -> None:
    if redemption.state != states.RELEASED:
        release(redemption, reason=reason)
    _publish(redemption, RedemptionReleased(saga=redemption.saga, reason=redemption.reason))


def _confirmed(event: RedemptionConfirmationRequested, redemption: Redemption) -> None:
    if redemption.state == states.RESERVED:
        redemption.transition("confirm", order=event.order, order_number=event.order_number)
    if redemption.state == states.CONFIRMED:
        _publish(redemption, RedemptionConfirmed(saga=event.saga, order=event.order))


_REACTIONS: dict[type, Callable[[Any, Redemption], None]] = {
    RedemptionRequested: _requested,
    RedemptionReleaseRequested: _released,
    RedemptionConfirmationRequested: _confirmed,
    OrderCancelled: _cancelled,
}


def _sagas(event: Any) -> tuple[UUID, ...]:
    """Whose redemptions an event is about: a cancelled order gives back also what was added to it."""
    added = event.added if isinstance(event, OrderCancelled) else ()
    return added if event.saga is None else (event.saga, *added)


def _row(event: object) -> Redemption | None:
    """The row of a request that was not looked at yet, or the tombstone of a release that came before it."""
    if isinstance(event, RedemptionRequested):
        return Redemption(
            saga=event.saga, shopper=event.shopper, channel=event.channel, currency=event.currency
        )  # fmt: skip
    if isinstance(event, RedemptionReleaseRequested):
        return Redemption(saga=event.saga, state=states.RELEASED, reason=event.reason)
    return None


def _lock_counters(events: list[Any], held: Held) -> None:
    wanted = [one for event in events if isinstance(event, RedemptionRequested) for one in event.promotions]
    noted = RedeemedRule.objects.filter(redemption__in=held).values_list("rule_id", "code")
    lock_counters(
        {one.rule for one in wanted} | {rule for rule, _ in noted},
        {one.code for one in wanted} | {code for _, code in noted},
        {row.shopper for row in held.values()},
    )


def _publish(redemption: Redemption, event: Any) -> None:
    publish(
        event, aggregate_id=redemption.saga, aggregate_version=redemption.version, channel=redemption.channel or None
    )
