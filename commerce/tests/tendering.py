"""Post-purchase's side of tenders for this domain's tests: its answers, and carts that pay with them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import new_id
from chassis.messages import decode_event, decode_message
from chassis.unit_of_work import unit_of_work
from commerce.checkout import commands
from commerce.checkout import reactions as checkout
from commerce.checkout.commands import Shopper
from commerce.checkout.models import Cart
from commerce.checkout.placement import look, place
from commerce.models import Order, OutboxEvent
from commerce.payment import tenders as payment
from commerce.tests.books import CARD, reserve, run_jobs
from commerce.tests.conftest import a_ready_cart
from contracts.commerce import TenderRefundRequested, TenderRequested
from contracts.postpurchase import GIFT_CARD, TenderConfirmed, TenderRefunded, TenderRefused, TenderReserved
from contracts.shared import Amount


def told(kind: type) -> list[Any]:
    """Events of a type in commerce's outbox, oldest first."""
    events = [decode_event(decode_message(row.message)) for row in OutboxEvent.objects.order_by("seq")]
    return [event for event in events if isinstance(event, kind)]


def pay_with(cart: Cart, shopper: Shopper, tender: str = GIFT_CARD, *, code: str = "", most: str = "") -> Cart:
    return commands.enter_tender(
        view=cart.view,
        cart_id=cart.id,
        shopper=shopper,
        tender=tender,
        code=code,
        most=Decimal(most) if most else None,
    )


def a_customers_cart() -> tuple[Cart, Shopper]:
    cart, guest = a_ready_cart()
    shopper = replace(guest, customer=new_id(), group="general")
    return commands.claim_cart(view=cart.view, cart_id=cart.id, shopper=shopper), shopper


def begin(cart: Cart, shopper: Shopper, *, source: str = CARD) -> UUID:
    return place(view=cart.view, cart_id=cart.id, shopper=shopper, source=source, expected_total=None)[1]


def hold(saga: UUID, *, hours: int = 24, amount: str = "") -> None:
    """Post-purchase has reserved what was asked for, or another amount."""
    (asked,) = [event for event in told(TenderRequested) if event.saga == saga]
    total = Decimal(amount) if amount else sum((one.amount for one in asked.tenders), Decimal(0))
    event = TenderReserved(
        saga=saga, amount=Amount(amount=total, currency="EUR"), expires_at=clock.now() + timedelta(hours=hours)
    )
    with unit_of_work("commerce"):
        checkout.tender_reserved(event)


def refuse(saga: UUID, reason: str = "not_enough") -> None:
    event = TenderRefused(saga=saga, payment=new_id(), tender=GIFT_CARD, reason=reason)
    with unit_of_work("commerce"):
        checkout.tender_refused(event)


def confirm(saga: UUID, *, confirmed: bool = True) -> None:
    """Post-purchase has taken what it had reserved; or it was gone."""
    event = TenderConfirmed(saga=saga, order=Order.objects.get(saga=saga).id, confirmed=confirmed)
    with unit_of_work("commerce"):
        checkout.tender_confirmed(event)
        payment.tender_confirmed(event)


def give_back() -> None:
    """Post-purchase has made all refunds that it was asked for, and says each of them twice."""
    for asked in told(TenderRefundRequested):
        event = TenderRefunded(
            saga=asked.saga,
            payment=asked.payment,
            refund=asked.refund,
            amount=asked.amount,
            return_request=asked.return_request,
        )
        with unit_of_work("commerce"):
            payment.tender_refunded(event)
            payment.tender_refunded(event)


def ordered(cart: Cart, shopper: Shopper, *, source: str = CARD) -> Order:
    """The order of a cart with tenders, all of it paid."""
    saga = begin(cart, shopper, source=source)
    reserve(saga)
    hold(saga)
    run_jobs()
    confirm(saga)
    assert look(saga).outcome == "placed"
    return Order.objects.get(saga=saga)
