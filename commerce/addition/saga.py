"""Adding to an order: reserve what is added, authorise the card, then it is on the order; or the order is as it was.

The steps are those of placing an order, in the same order and for the same reasons (`checkout/saga.py`), with the
order's cart for a key: one addition of an order at a time. What was sent meanwhile does not matter after the pivot:
logistics puts what is added on the order's list, or on a list that it opens again.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.sagas import WAIT, Done, Failed, Result, Run, Saga, Step
from chassis.unit_of_work import publish
from commerce.addition.applying import add_to_order, can_be_added_to
from commerce.addition.models import Addition
from commerce.checkout.models import Cart
from commerce.checkout.saga import (
    DEADLINE,
    authorise,
    by_card,
    confirm_redemption,
    give_back,
    has_coupon,
    redeem,
    release_stock,
    request_stock,
    void,
)
from commerce.order.commands import locked_order
from commerce.payment.jobs import request_capture
from commerce.payment.manual import received
from commerce.payment.models import CARD, Payment
from contracts.commerce import StockConfirmationRequested
from contracts.shared import Component


def change_order(run: Run) -> Result:
    """Re-validate, then the goods are the order's: it may be added to, the money is exactly theirs, all in time."""
    total = Decimal(run.data["total"])
    card = Payment.objects.select_for_update().filter(saga=run.id, tender=CARD).first()
    order = locked_order(UUID(run.data["order"]))
    addition = Addition.objects.select_for_update().get(id=run.data["addition"])
    if datetime.fromisoformat(run.data["reserved_until"]) <= clock.now():
        return Failed("failed", "reservation_expired")
    if not can_be_added_to(order):
        return Failed("failed", "order_changed")
    if by_card(run) and (card is None or card.state != "authorised" or card.amount != total):
        return Failed("failed", "payment_mismatch")
    if card is None and total > 0:
        card = received(run.id, run.data, amount=total)
    add_to_order(order, addition, run.data, card)
    if card is not None and card.is_card:
        request_capture(card)
    run.outcome = AddToOrder.completed
    return Done()


def confirm_stock(run: Run) -> Result:
    """The reservation becomes the order's, and what it holds goes on the order's list."""
    publish(
        StockConfirmationRequested(
            saga=run.id,
            order=UUID(run.data["order"]),
            order_number=run.data["number"],
            added=tuple(part for line in run.data["lines"] for part in _picked(line)),
        ),
        aggregate_id=run.id,
        aggregate_version=3,
    )
    return WAIT


def _picked(line: dict[str, Any]) -> Iterator[Component]:
    """What of a line is picked: its components, or itself."""
    for part in line["components"] or [{**line, "quantity": "1"}]:
        yield Component(
            sku=part["sku"],
            product=UUID(part["product"]),
            name=part["name"],
            quantity=Decimal(line["quantity"]) * Decimal(part["quantity"]),
            requires_shipping=part["requires_shipping"],
        )


class AddToOrder(Saga):
    """From an offer to goods on the order with their money and their stock, or back to the offer."""

    name = "add_to_order"
    domain = "commerce"
    deadline = DEADLINE
    completed = "added"
    steps = (
        Step("reserve_stock", do=request_stock, undo=release_stock),
        Step("redeem_coupon", do=redeem, undo=give_back, needed=has_coupon, beside=True),
        Step("authorise", do=authorise, undo=void, needed=by_card),
        Step("change_order", do=change_order, pivot=True),
        Step("confirm_stock", do=confirm_stock),
        Step("confirm_coupon", do=confirm_redemption, needed=has_coupon, beside=True),
    )

    @classmethod
    def extended(cls, run: Run) -> None:
        """The shopper has a challenge to pass: what is reserved is held for as long as that may take."""
        request_stock(run)

    @classmethod
    def ended(cls, run: Run) -> None:
        """What came to nothing is offered still; no card's token is left behind."""
        addition = Addition.objects.select_for_update().get(id=run.data["addition"])
        addition.move("finish" if run.state == "completed" else "reopen")
        Cart.objects.filter(id=run.key).update(payment_source="")
