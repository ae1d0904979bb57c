"""Placing an order: reserve stock, coupons, tenders, authorise the card, then the order exists; or nothing of it does.

Read top to bottom; each step stands with its undoing. Stock is reserved before money is touched, and the
order is created only when both are at hand: a reservation outlives the saga's deadline, also where a challenge moves
that, so it cannot expire under an order. The participants answer by events and jobs (see `reactions.py` and
`payment/outcomes.py`).
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
from commerce.payment.manual import awaited
from commerce.payment.models import CARD, Payment
from commerce.payment.tenders import reserved
from contracts.commerce import (
    RedeemedPromotion,
    RedemptionConfirmationRequested,
    RedemptionReleaseRequested,
    RedemptionRequested,
    RequestedDelivery,
    RequestedLine,
    RequestedTender,
    StockConfirmationRequested,
    StockReleaseRequested,
    StockRequested,
    TenderConfirmationRequested,
    TenderReleaseRequested,
    TenderRequested,
)

DEADLINE = timedelta(minutes=10)
OUTLIVES = timedelta(minutes=5)
"""How much longer than the saga a reservation lasts, at the least."""

TENDERS = timedelta(hours=24)
"""Long: it is the shopper's own money, and must not be gone when a confirmation is late."""


def request_stock(run: Run) -> Result:
    """Ask logistics for all lines or none; asked again, it holds them until the later time."""
    publish(
        StockRequested(
            saga=run.id,
            cart=UUID(run.key),
            channel=run.data["channel"],
            lines=tuple(wanted for line in run.data["lines"] for wanted in _shelved(line)),
            expires_at=run.deadline + OUTLIVES,
            **run.data.get("destination", {}),
            deliveries=tuple(_elsewhere(one) for one in run.data.get("deliveries", ())),
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
            delivery=UUID(line["delivery"]) if line.get("delivery") else None,
        )


def _elsewhere(delivery: dict[str, Any]) -> RequestedDelivery:
    """A further place, as logistics is told of it before there is an order."""
    told = {name: delivery[name] for name in ("country", "area", "shipping_method")}
    return RequestedDelivery(id=UUID(delivery["id"]), **told)


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


def request_tenders(run: Run) -> Result:
    """Let post-purchase reserve all gift cards, store credit and points that the cart pays with, or none."""
    publish(
        TenderRequested(
            saga=run.id,
            cart=UUID(run.key),
            channel=run.data["channel"],
            currency=run.data["currency"],
            customer=UUID(run.data["customer"]) if run.data["customer"] else None,
            tenders=tuple(
                RequestedTender(
                    payment=UUID(one["payment"]),
                    tender=one["tender"],
                    account=UUID(one["account"]),
                    amount=Decimal(one["amount"]),
                )
                for one in run.data["tenders"]
            ),
            expires_at=run.created_at + TENDERS,
        ),
        aggregate_id=run.id,
        aggregate_version=1,
    )
    return WAIT


def release_tenders(run: Run) -> Result:
    """Let them be spent again; post-purchase remembers a release that overtakes its request."""
    publish(
        TenderReleaseRequested(saga=run.id, reason=run.data.get("reason", "")),
        aggregate_id=run.id,
        aggregate_version=2,
    )
    return Done()


def has_tenders(run: Run) -> bool:
    """What the card pays alone needs nothing of post-purchase."""
    return bool(run.data.get("tenders"))


def authorise(run: Run) -> Result:
    """Write the payment and let a job ask the provider; when staff retry, the payment is there already."""
    payment, made = Payment.objects.select_for_update().get_or_create(
        saga=run.id,
        tender=CARD,
        defaults={
            "id": UUID(run.data["payment"]),
            "provider": run.data["provider"],
            "reference": str(run.id),
            "currency": run.data["currency"],
            "amount": uncovered(run),
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
    payment = Payment.objects.select_for_update().get(saga=run.id, tender=CARD)
    if payment.state in ("declined", "voided"):
        return Done()
    request_void(payment)
    return WAIT


def uncovered(run: Run) -> Decimal:
    """What no tender covers: for the card, or by hand."""
    covered = sum((Decimal(one["amount"]) for one in run.data.get("tenders", ())), Decimal(0))
    return Decimal(run.data["total"]) - covered


def by_card(run: Run) -> bool:
    """A cart that costs nothing, is covered by tenders or is paid by hand needs no provider."""
    return uncovered(run) > 0 and not run.data.get("manual")


def create_order(run: Run) -> Result:
    """Re-validate, then the order exists: the cart as it was quoted, money for exactly its total, in time."""
    cart = Cart.objects.select_for_update().get(id=run.key)
    if cart.version != run.data["cart_version"] or cart.saga != run.id:
        return Failed("failed", "cart_changed")
    if datetime.fromisoformat(run.data["reserved_until"]) <= clock.now():
        return Failed("failed", "reservation_expired")
    if has_tenders(run) and datetime.fromisoformat(run.data["tenders_until"]) <= clock.now():
        return Failed("failed", "reservation_expired")
    card = Payment.objects.select_for_update().filter(saga=run.id, tender=CARD).first()
    held = Decimal(run.data.get("tenders_held", "0"))
    if card is not None and card.state == "authorised":
        held += card.amount
    others = [
        *awaited(run.id, run.data, amount=uncovered(run)),
        *reserved(run.id, run.data["currency"], run.data.get("tenders", ())),
    ]
    held += sum((one.amount for one in others if one.is_manual), Decimal(0))
    if held != Decimal(run.data["total"]):
        return Failed("failed", "payment_mismatch")
    order = create_from_checkout(cart, run, [*([card] if card else []), *others])
    cart.state = Cart.ORDERED
    cart.save(update_fields=["state"])
    if card is not None:
        request_capture(card)
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


def confirm_tenders(run: Run) -> Result:
    """What is reserved is taken for the order; the answer is recorded on its payments."""
    publish(
        TenderConfirmationRequested(saga=run.id, order=UUID(run.data["order"]), order_number=run.data["number"]),
        aggregate_id=run.id,
        aggregate_version=3,
    )
    return WAIT


class PlaceOrder(Saga):
    """From a complete cart to an order with its money and its stock, or back to an open cart."""

    name = "place_order"
    domain = "commerce"
    deadline = DEADLINE
    completed = "placed"
    steps = (
        Step("reserve_stock", do=request_stock, undo=release_stock),
        Step("redeem_coupon", do=redeem, undo=give_back, needed=has_coupon, beside=True),
        Step("reserve_tenders", do=request_tenders, undo=release_tenders, needed=has_tenders, beside=True),
        Step("authorise", do=authorise, undo=void, needed=by_card),
        Step("create_order", do=create_order, pivot=True),
        Step("confirm_stock", do=confirm_stock),
        Step("confirm_coupon", do=confirm_redemption, needed=has_coupon, beside=True),
        Step("confirm_tenders", do=confirm_tenders, needed=has_tenders, beside=True),
    )

    @classmethod
    def extended(cls, run: Run) -> None:
        """The shopper has a challenge to pass: what is reserved is held for as long as that may take."""
        request_stock(run)

    @classmethod
    def ended(cls, run: Run) -> None:
        """A checkout that came to nothing leaves an open cart behind."""
        if run.state == "compensated":
            cart = Cart.objects.select_for_update().get(id=run.key)
            cart.state, cart.payment_source = Cart.OPEN, ""  # `saga` stays: its outcome is still to be read
            cart.changed_at = clock.now()
            cart.save(update_fields=["state", "payment_source", "changed_at"])
