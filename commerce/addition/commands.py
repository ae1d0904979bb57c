"""Adding to an order: offered at a price, then had, paid by the shopper's card or by what staff have been given."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import new_id
from chassis.sagas.runner import start
from chassis.unit_of_work import unit_of_work
from commerce.addition.announcing import offered
from commerce.addition.applying import can_be_added_to
from commerce.addition.errors import (
    AdditionClosed,
    NotAddable,
    NothingToAdd,
    OrderChangedMeanwhile,
    UnknownAddition,
)
from commerce.addition.models import Addition
from commerce.addition.pricing import price_of
from commerce.addition.saga import AddToOrder
from commerce.addition.states import UNDER_WAY
from commerce.checkout.errors import Incomplete
from commerce.checkout.items import Item, stored
from commerce.checkout.models import Cart
from commerce.checkout.placement import destination, sold_lines
from commerce.checkout.pricing import as_json, shopper_key
from commerce.order.announcing import tell
from commerce.order.commands import locked_order
from commerce.order.errors import OrderBeingAddedTo, OrderUnknown
from commerce.order.models import Order
from commerce.payment.errors import AlreadyBooked
from commerce.payment.methods import demand
from commerce.payment.models import CARD, Transaction

STANDS = timedelta(days=3)
"""How long an offer's price does."""


def offer(order_id: UUID, *, wanted: Mapping[Item, Decimal], version: int | None = None) -> Addition:
    """Price goods for an order and keep that, in place of what was offered before and not taken. Nothing is reserved.

    The shopper is shown it once they were sent its link.

    NothingToAdd, NotAddable, OrderBeingAddedTo, and what `price_of` refuses; OrderChangedMeanwhile where the order is
    no longer at `version`.
    """
    order = Order.objects.filter(id=order_id).first()
    if order is None:
        raise OrderUnknown()
    if not wanted:
        raise NothingToAdd()
    _refuse_unless_addable(order)
    quote = price_of(order, wanted)
    with unit_of_work("commerce"):
        order = locked_order(order_id)
        if version not in (None, order.version):
            raise OrderChangedMeanwhile()
        _refuse_unless_addable(order)
        for earlier in order.additions.filter(state="open"):
            earlier.move("withdraw", decided_at=clock.now())
        addition = Addition.objects.create(
            order=order,
            wanted=[
                {"sku": one.sku, "choices": stored(one.choices), "quantity": str(quantity)}
                for one, quantity in wanted.items()
            ],
            quote=as_json(quote),
            amount=quote.total,
            asked_at=clock.now(),
            expires_at=clock.now() + STANDS,
        )
        _noted(order, "addition.offered", addition, internal=True)
        return addition


def ask_to_pay(addition_id: UUID) -> Addition:
    """Send the shopper the link by which they pay. AdditionClosed, NoStorefront."""
    with unit_of_work("commerce"):
        order, addition = locked_addition(addition_id)
        _refuse_unless_open(addition)
        if addition.sent_at is None:
            addition.sent_at = clock.now()
            addition.save(update_fields=["sent_at"])
        _noted(order, "addition.asked", addition)
        tell(order, offered(order, addition))
        return addition


def withdraw(addition_id: UUID) -> Addition:
    """It is no longer offered. IllegalAdditionTransition once it is being paid."""
    with unit_of_work("commerce"):
        order, addition = locked_addition(addition_id)
        addition.move("withdraw", decided_at=clock.now())
        _noted(order, "addition.withdrawn", addition, internal=addition.sent_at is None)
        return addition


def charge(addition_id: UUID, *, source: str) -> Addition:
    """Have it by the shopper's card, or join the attempt that runs or has succeeded.

    AdditionClosed, NotAddable, Incomplete without a card's token, MethodNotOffered where cards are not taken.
    """
    with unit_of_work("commerce"):
        order, addition = locked_addition(addition_id)
        if addition.state in (*UNDER_WAY, "done"):
            return addition
        provider = ""
        if addition.amount > 0:
            if not source:
                raise Incomplete(missing=["payment"])
            country = (order.ships_to or {}).get("country", "")
            facts = {"channel": order.channel, "view": order.view, "country": country}
            provider = demand(CARD, amount=addition.amount, **facts).provider
        return _begin(order, addition, source=source, provider=provider)


def add_by_hand(addition_id: UUID, *, name: str, reference: str) -> Addition:
    """Have it for money that has come already, or for nothing; `reference` is the bank's or the till's.

    AdditionClosed, NotAddable, AlreadyBooked where money of this order has that reference.
    """
    with unit_of_work("commerce"):
        order, addition = locked_addition(addition_id)
        booked = Transaction.objects.filter(payment__order=order.id, kind="capture", provider_reference=reference)
        if addition.amount > 0 and booked.exists():
            raise AlreadyBooked(field="/reference")
        return _begin(order, addition, manual={"name": name, "reference": reference})


def locked_addition(addition_id: UUID) -> tuple[Order, Addition]:
    """An addition and its order under their locks, the order's first. UnknownAddition."""
    order = Addition.objects.filter(id=addition_id).values_list("order", flat=True).first()
    if order is None:
        raise UnknownAddition()
    return locked_order(order), Addition.objects.select_for_update().get(id=addition_id)


def _begin(
    order: Order,
    addition: Addition,
    *,
    source: str = "",
    provider: str = "",
    manual: dict[str, str] | None = None,
) -> Addition:
    _refuse_unless_open(addition)
    _refuse_unless_addable(order)
    saga = new_id()
    addition.move("charge", saga=saga)
    Cart.objects.filter(id=order.cart).update(payment_source=source)
    order.version += 1
    order.save(update_fields=["version"])
    start(AddToOrder, key=str(order.cart), data=_snapshot(order, addition, provider, manual), saga_id=saga)
    return addition


def _snapshot(order: Order, addition: Addition, provider: str, manual: dict[str, str] | None) -> dict[str, Any]:
    """What the saga needs; in the same words as that of a checkout, whose steps it shares."""
    quote = addition.quote
    return {
        "addition": str(addition.id),
        "order": str(order.id),
        "number": order.number,
        "channel": order.channel,
        "destination": destination(order.ships_to, order.shipping_method),
        "currency": order.currency,
        "provider": provider,
        "manual": manual,
        "payment": str(new_id()),
        "total": quote["total"],
        "taxes": quote["taxes"],
        "tax_note": quote.get("tax_note", ""),
        "shopper": shopper_key(order.customer, order.email),
        "redeemed": [one for one in quote["promotions"] if one["redeemed"]],
        "lines": sold_lines(quote, addition.line_id),
    }


def _refuse_unless_open(addition: Addition) -> None:
    if addition.state != "open" or addition.expires_at <= clock.now():
        raise AdditionClosed(state=addition.state)


def _refuse_unless_addable(order: Order) -> None:
    if not can_be_added_to(order):
        raise NotAddable(state=order.state, payment=order.payment_state, fulfilment=order.fulfilment_state)
    if order.is_being_added_to:
        raise OrderBeingAddedTo()
    if order.is_being_cancelled:
        raise NotAddable("A cancellation of it is not decided yet.")
    if order.delivery_changes.filter(state="requested").exists():
        raise NotAddable("Another delivery of it is not decided yet.")


def _noted(order: Order, what: str, addition: Addition, *, internal: bool = False) -> None:
    order.note(what, {"amount": str(addition.amount), "currency": order.currency}, internal=internal)
    order.version += 1
    order.save(update_fields=["version"])
