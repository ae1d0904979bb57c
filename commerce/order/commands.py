"""What changes an order: its creation by a checkout, and what staff and customers ask for afterwards."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import new_id
from chassis.sagas import Run
from chassis.unit_of_work import unit_of_work
from commerce.checkout.deliveries import further_of
from commerce.checkout.models import Cart, CartLine
from commerce.document.issuing import issue_invoice
from commerce.order.announcing import order_held, order_paid, order_placed, order_released, tell
from commerce.order.completion import complete_if_done
from commerce.order.errors import OrderOfHistory, OrderUnknown
from commerce.order.models import NumberSequence, Order, OrderDelivery, OrderLine
from commerce.order.states import PAYMENT
from commerce.payment.allocation import allocate
from commerce.payment.errors import NotRefundable, RefundTooLarge
from commerce.payment.jobs import request_refund, request_void
from commerce.payment.manual import close
from commerce.payment.models import Payment


def create_from_checkout(cart: Cart, run: Run, payments: Sequence[Payment]) -> Order:
    """The order of a checkout, from the snapshot that the shopper confirmed; announced by order_placed."""
    snapshot = run.data
    order = Order(
        id=new_id(),
        number=NumberSequence.take(cart.channel),
        cart=cart.id,
        saga=run.id,
        channel=cart.channel,
        view=cart.view,
        locale=cart.locale,
        customer=cart.customer,
        email=cart.email,
        currency=cart.currency,
        base_currency=cart.currency,
        subtotal=Decimal(snapshot["subtotal"]),
        shipping=Decimal(snapshot["shipping"]),
        tax=Decimal(snapshot["tax"]),
        total=Decimal(snapshot["total"]),
        base_total=Decimal(snapshot["total"]),
        delivery=cart.delivery or {},
        billing=cart.billing,
        vat_number=cart.vat_number,
        shipping_method=cart.shipping_method,
        coupons=snapshot.get("coupons", []),
        shipping_adjustments=snapshot.get("shipping_adjustments", []),
        taxes=snapshot.get("taxes", []),
        tax_note=snapshot.get("tax_note", ""),
        placed_at=clock.now(),
    )
    chosen = dict(CartLine.objects.filter(cart=cart, choices__isnull=False).values_list("id", "choices"))
    parts = snapshot.get("cart_lines", {})
    lines = [sold_line(order, line, chosen.get(UUID(parts.get(line["id"], line["id"])))) for line in snapshot["lines"]]
    deliveries = _deliveries(order, cart, snapshot)
    awaited = any(payment.state == "awaiting" for payment in payments)
    order.payment_state = "pending" if awaited else "authorised" if payments else "paid"
    if not any(line.requires_shipping for line in lines):
        order.fulfilment_state = "not_needed"
    order.save(force_insert=True)
    OrderLine.objects.bulk_create(lines)
    if deliveries:
        OrderDelivery.objects.bulk_create(deliveries)
    order.note("placed", {"total": snapshot["total"], "currency": order.currency})
    tell(order, order_placed(order, lines, deliveries))
    for payment in payments:
        payment.order = order.id
        payment.save()
    if not payments:
        tell(order, order_paid(order, lines))
        issue_invoice(order, lines)
        complete_if_done(order)
        order.save(update_fields=["state"])
    if awaited:
        _await_money(order, lines, goods_first=snapshot["manual"]["goods_first"])
    return order


def _deliveries(order: Order, cart: Cart, snapshot: dict[str, Any]) -> list[OrderDelivery]:
    """The further places that its lines go to: addresses from the cart, what each costs from the snapshot."""
    costs = {one["id"]: Decimal(one["shipping"]) for one in snapshot.get("deliveries", ())}
    return [
        OrderDelivery(
            id=UUID(one.id),
            order=order,
            position=position,
            delivery=one.address,
            shipping_method=one.shipping_method,
            shipping=costs[one.id],
        )
        for position, one in enumerate(further_of(cart.deliveries), start=1)
    ]


def _await_money(order: Order, lines: list[OrderLine], *, goods_first: bool) -> None:
    """Goods that go first have their invoice with them; others stay where they are until the money is there."""
    if goods_first:
        issue_invoice(order, lines)
    elif order.fulfilment_state != "not_needed":
        order.version += 1
        order.transition("hold")
        order.waits_for_money = True
        order.save()
        tell(order, order_held(order))


def hold_order(order_id: UUID) -> Order:
    """Stop an order from being worked on until it is released: logistics picks and sends nothing more of it.

    One that waits for its money is held already; from now on money alone does not release it.
    """
    with unit_of_work("commerce"):
        order = locked_order(order_id)
        if order.waits_for_money and order.state == "held":
            order.waits_for_money = False
        else:
            order.transition("hold")
        order.version += 1
        order.save()
        tell(order, order_held(order))
        return order


def release_order(order_id: UUID) -> Order:
    """Let a held order go on; it is complete at once if nothing was left to do meanwhile."""
    with unit_of_work("commerce"):
        order = locked_order(order_id)
        order.transition("release")
        order.waits_for_money = False
        order.version += 1
        tell(order, order_released(order))
        complete_if_done(order)
        order.save()
        return order


def refund_order(order_id: UUID, *, amount: Decimal, return_request: UUID | None = None) -> list[UUID]:
    """Ask for money to go back, to each payment its part (`allocation`), and return the refunds' ids.

    RefundTooLarge beyond what is captured, not refunded and on no gift card; NotRefundable while the capture is not
    complete.
    """
    with unit_of_work("commerce"):
        payments = lock_payments(order_id)
        order = locked_order(order_id)
        if "refund" not in PAYMENT[order.payment_state] and order.captured > order.refunded:
            raise NotRefundable(state=order.payment_state)
        left = left_of(order, payments)
        if not 0 < amount <= left:
            raise RefundTooLarge(refundable=str(left), field="/amount")
        refunds = give_back(order, payments, amount, return_request=return_request)
        order.version += 1
        order.save()
        return refunds


def let_go(order: Order, payments: Sequence[Payment]) -> list[UUID]:
    """Of a cancelled order: what is promised is not taken, what was taken goes back; the refunds' ids.

    What is on gift cards goes back as far as it was not spent, when post-purchase has taken it off them.
    """
    for payment in payments:
        if payment.state == "awaiting":
            close(payment)
        if payment.state == "authorised":
            request_void(payment)  # the order's payment is voided when whoever holds the money has said so
    return give_back(order, payments, max(left_of(order, payments), Decimal(0)))


def left_of(order: Order, payments: Iterable[Payment]) -> Decimal:
    """What of an order can go back: no more than its payments hold still."""
    return min(order.refundable, sum((payment.refundable for payment in payments), Decimal(0)))


def give_back(
    order: Order, payments: Iterable[Payment], amount: Decimal, *, return_request: UUID | None = None
) -> list[UUID]:
    """Count the amount as refunded from now on, so that two requests at once cannot both have it.

    Returns a refund's id for each payment that a part of it is taken from.
    """
    parts = allocate(payments, amount)
    return [_set_aside(order, payment, part, return_request=return_request) for payment, part in parts]


def _set_aside(order: Order, payment: Payment, amount: Decimal, *, return_request: UUID | None = None) -> UUID:
    refund = new_id()
    order.refunded += amount
    payment.set_aside += amount
    payment.save(update_fields=["set_aside"])
    order.note("refund.requested", {"amount": str(amount), "refund": str(refund), "to": payment.title})
    request_refund(payment, refund=refund, amount=amount, return_request=return_request)
    return refund


def lock_payments(order_id: UUID) -> list[Payment]:
    """The order's payments under their locks. Always before the order's: what a provider says takes them so too."""
    return list(Payment.objects.select_for_update().filter(order=order_id).order_by("id"))


def locked_order(order_id: UUID) -> Order:
    """An order of ours under its lock; OrderUnknown, OrderOfHistory."""
    order = Order.objects.select_for_update().filter(id=order_id).first()
    if order is None:
        raise OrderUnknown()
    if order.historical:
        raise OrderOfHistory()
    return order


def sold_line(order: Order, line: dict[str, Any], choices: list[dict[str, Any]] | None) -> OrderLine:
    """A line of an order out of a saga's snapshot; the caller stores it."""
    return OrderLine(
        id=UUID(line["id"]),
        order=order,
        sku=line["sku"],
        product=UUID(line["product"]),
        name=line["name"],
        options=line["options"],
        quantity=Decimal(line["quantity"]),
        unit_price=Decimal(line["unit_price"]),
        discount=Decimal(line.get("discount", "0")),
        adjustments=line.get("adjustments", []),
        total=Decimal(line["total"]),
        tax=Decimal(line["tax"]),
        taxes=line.get("taxes", []),
        requires_shipping=line["requires_shipping"],
        kind=line.get("kind", ""),
        components=line.get("components", []),
        choices=choices,
        delivery=UUID(line["delivery"]) if line.get("delivery") else None,
    )
