"""Placing an order: reserve stock and coupons, authorise the payment, then the order exists; or nothing of it does.

Read top to bottom; each step stands with its undoing. Stock is reserved before money is touched, and the
order is created only when both are at hand: a reservation outlives the saga's deadline, so it cannot expire
under an order. The participants answer by events and jobs (see `reactions.py` and `payment/outcomes.py`).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.sagas import WAIT, Done, Failed, Result, Run, Saga, Step
from chassis.unit_of_work import publish
from commerce.checkout.models import Cart
from commerce.order.commands import create_from_checkout
from commerce.payment.jobs import request_authorisation, request_capture, request_void
from commerce.payment.models import Payment
from contracts.commerce import (
    RedeemedPromotion,
    RedemptionConfirmationRequested,
    RedemptionReleaseRequested,
    RedemptionRequested,
    RequestedLine,
    StockConfirmationRequested,
    StockReleaseRequested,
    StockRequested,
)

DEADLINE = timedelta(minutes=10)
RESERVATION = timedelta(minutes=15)


def request_stock(run: Run) -> Result:
    """Ask logistics for all lines or none."""
    publish(
        StockRequested(
            saga=run.id,
            cart=UUID(run.key),
            channel=run.data["channel"],
            lines=tuple(wanted for line in run.data["lines"] for wanted in _shelved(line)),
            expires_at=run.created_at + RESERVATION,
            **run.data.get("destination", {}),
        ),
        aggregate_id=run.id,
        aggregate_version=1,
    )
    return WAIT


def _shelved(line: dict[str, Any]) -> Iterator[RequestedLine]:
    """What a line takes off the shelf: its components, or itself."""
    for part in line.get("components") or [{**line, "quantity": "1"}]:
        yield RequestedLine(
            line=UUID(line["id"]),
            sku=part["sku"],
            quantity=Decimal(line["quantity"]) * Decimal(part["quantity"]),
            requires_shipping=part["requires_shipping"],
        )


def release_stock(run: Run) -> Result:
    """Give it back; logistics remembers a release that overtakes its request."""
    publish(
        StockReleaseRequested(saga=run.id, reason=run.data.get("reason", "")), aggregate_id=run.id, aggregate_version=2
    )
    return Done()


def redeem(run: Run) -> Result:
    """Let catalog count all promotions that have a coupon or a limit, or none."""
    publish(
        RedemptionRequested(
            saga=run.id,
            cart=UUID(run.key),
            channel=run.data["channel"],
            currency=run.data["currency"],
            shopper=run.data["shopper"],
            promotions=tuple(
                RedeemedPromotion(rule=UUID(one["promotion"]), amount=Decimal(one["amount"]), code=one["code"])
                for one in run.data["redeemed"]
            ),
        ),
        aggregate_id=run.id,
        aggregate_version=1,
    )
    return WAIT


def give_back(run: Run) -> Result:
    """Let them be used again; catalog remembers a release that overtakes its request."""
    publish(
        RedemptionReleaseRequested(saga=run.id, reason=run.data.get("reason", "")),
        aggregate_id=run.id,
        aggregate_version=2,
    )
    return Done()


def has_coupon(run: Run) -> bool:
    """What nobody counts needs no redemption."""
    return bool(run.data.get("redeemed"))


def authorise(run: Run) -> Result:
    """Write the payment and let a job ask the provider; when staff retry, the payment is there already."""
    payment, made = Payment.objects.select_for_update().get_or_create(
        saga=run.id,
        defaults={
            "id": UUID(run.data["payment"]),
            "provider": run.data["provider"],
            "reference": str(run.id),
            "currency": run.data["currency"],
            "amount": Decimal(run.data["total"]),
            "source": Cart.objects.values_list("payment_source", flat=True).get(id=run.key),
        },
    )
    if payment.state == "authorised":
        return Done()
    Cart.objects.filter(id=run.key).update(payment_source="")
    request_authorisation(payment, again=not made)
    return WAIT


def void(run: Run) -> Result:
    """Ask the provider what it booked and give it back; undone only when the provider has said so."""
    payment = Payment.objects.select_for_update().get(saga=run.id)
    if payment.state in ("declined", "voided"):
        return Done()
    request_void(payment)
    return WAIT


def has_amount(run: Run) -> bool:
    """A cart that costs nothing needs no payment."""
    return Decimal(run.data["total"]) > 0


def create_order(run: Run) -> Result:
    """Re-validate, then the order exists: the cart as it was quoted, money for exactly its total, in time."""
    cart = Cart.objects.select_for_update().get(id=run.key)
    if cart.version != run.data["cart_version"] or cart.saga != run.id:
        return Failed("failed", "cart_changed")
    if datetime.fromisoformat(run.data["reserved_until"]) <= clock.now():
        return Failed("failed", "reservation_expired")
    payment = Payment.objects.select_for_update().filter(saga=run.id).first()
    if has_amount(run) and (
        payment is None or payment.state != "authorised" or payment.amount != Decimal(run.data["total"])
    ):
        return Failed("failed", "payment_mismatch")
    order = create_from_checkout(cart, run, payment)
    cart.state = Cart.ORDERED
    cart.save(update_fields=["state"])
    if payment is not None:
        request_capture(payment)
    run.outcome = "placed"
    return Done({"order": str(order.id), "number": order.number})


def confirm_stock(run: Run) -> Result:
    """The reservation becomes the order's."""
    publish(
        StockConfirmationRequested(saga=run.id, order=UUID(run.data["order"]), order_number=run.data["number"]),
        aggregate_id=run.id,
        aggregate_version=3,
    )
    return WAIT


def confirm_redemption(run: Run) -> Result:
    """What was redeemed is the order's. Nothing depends on an answer: it was counted before."""
    publish(
        RedemptionConfirmationRequested(saga=run.id, order=UUID(run.data["order"]), order_number=run.data["number"]),
        aggregate_id=run.id,
        aggregate_version=3,
    )
    return Done()


class PlaceOrder(Saga):
    """From a complete cart to an order with its money and its stock, or back to an open cart."""

    name = "place_order"
    domain = "commerce"
    deadline = DEADLINE
    completed = "placed"
    steps = (
        Step("reserve_stock", do=request_stock, undo=release_stock),
        Step("redeem_coupon", do=redeem, undo=give_back, needed=has_coupon, beside=True),
        Step("authorise", do=authorise, undo=void, needed=has_amount),
        Step("create_order", do=create_order, pivot=True),
        Step("confirm_stock", do=confirm_stock),
        Step("confirm_coupon", do=confirm_redemption, needed=has_coupon, beside=True),
    )

    @classmethod
    def ended(cls, run: Run) -> None:
        """A checkout that came to nothing leaves an open cart behind."""
        if run.state == "compensated":
            cart = Cart.objects.select_for_update().get(id=run.key)
            cart.state, cart.payment_source = Cart.OPEN, ""  # `saga` stays: its outcome is still to be read
            cart.save(update_fields=["state", "payment_source"])
