"""What other domains' events mean to gift cards, store credit and points.

One handler for all of them, so that one transaction takes its locks in one order: what checkouts hold, then accounts.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from chassis.subscriptions import Received, caused_by
from contracts.commerce import (
    AdditionPaid,
    OrderPaid,
    OrderRefunded,
    TenderConfirmationRequested,
    TenderRefundRequested,
    TenderReleaseRequested,
    TenderRequested,
)
from contracts.postpurchase import POINTS
from postpurchase.loyalty import ledger as points
from postpurchase.selling.queries import given_back_for
from postpurchase.tenders import reactions as tenders
from postpurchase.tenders.reactions import Held
from postpurchase.tenders.reservations import hold


def value_events(batch: list[Received[Any]]) -> None:
    """Lock what the batch touches, then let each event act in its order."""
    events = [received.event for received in batch]
    customers = {event.customer for event in events if isinstance(event, _OF_POINTS) and event.customer is not None}
    points.open_accounts(customers)
    asked = [event for event in events if not isinstance(event, _OF_POINTS)]
    held = hold(
        [row for event in asked if (row := tenders.row(event)) is not None],
        {event.saga for event in asked},
        {*((POINTS, customer) for customer in customers), *_accounts(asked)},
    )
    for received in batch:
        with caused_by(received.message):
            _REACTIONS[type(received.event)](received.event, held)


def _accounts(events: list[Any]) -> set[tuple[str, UUID]]:
    requests = [event for event in events if isinstance(event, TenderRequested)]
    return {(one.tender, one.account) for event in requests for one in event.tenders}


_OF_POINTS = (OrderPaid, AdditionPaid, OrderRefunded)
_REACTIONS: dict[type, Callable[[Any, Held], None]] = {
    OrderPaid: lambda event, _: points.earn(event, for_cards=given_back_for(event.order)),
    AdditionPaid: lambda event, _: points.earn_more(event, for_cards=given_back_for(event.order)),
    OrderRefunded: lambda event, _: points.reverse(event, for_cards=given_back_for(event.order)),
    TenderRequested: tenders.requested,
    TenderReleaseRequested: tenders.released,
    TenderConfirmationRequested: tenders.confirmed,
    TenderRefundRequested: tenders.refunded,
}
