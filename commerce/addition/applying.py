"""The moment at which goods come to an order: lines, figures, invoice and what others are told, in one transaction."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import clock
from commerce.addition.announcing import goods_added
from commerce.addition.models import Addition
from commerce.checkout.items import Item, restored
from commerce.document.issuing import issue_further_invoice, summed, taxes_of
from commerce.order.announcing import tell
from commerce.order.commands import sold_line
from commerce.order.models import Order, OrderLine
from commerce.order.payments import tell_paid_additions
from commerce.order.states import PAID
from commerce.payment.models import Payment


def can_be_added_to(order: Order) -> bool:
    """Whether it is paid and something of it was not sent, by what commerce has heard.

    Of the order's own place: what is added goes there, and logistics adds to no list that has ended.
    """
    unsent = order.fulfilment_state in ("unfulfilled", "partially_fulfilled")
    takes = unsent and order.state in ("placed", "held") and order.payment_state in PAID
    return not order.historical and takes and _own_place_is_open(order)


def _own_place_is_open(order: Order) -> bool:
    # A list that was sent whole opens again; one whose rest was cancelled does not.
    if not order.deliveries.exists():
        return True
    own = [line for line in order.lines.all() if line.delivery is None and line.requires_shipping]
    return any(line.left > 0 for line in own) or (bool(own) and not any(line.cancelled for line in own))


def add_to_order(order: Order, addition: Addition, snapshot: Mapping[str, Any], payment: Payment | None) -> None:
    """Put what was offered on the order and tell of it. Its invoice is issued now, as the money is secured.

    The order goes on being paid: what is not taken of `payment` yet is a promise of its own.
    """
    choices = {
        addition.line_id(Item(one["sku"], restored(one["choices"])).key): one["choices"] for one in addition.wanted
    }
    lines = [sold_line(order, line, choices.get(UUID(line["id"]))) for line in snapshot["lines"]]
    OrderLine.objects.bulk_create(lines)
    _enlarge(order, addition.amount, lines, snapshot["taxes"])
    if payment is not None:
        payment.order = order.id
        payment.save()
        order.captured += payment.captured
    addition.move("add", decided_at=clock.now())
    order.note("addition.added", {"amount": str(addition.amount), "currency": order.currency})
    order.version += 1
    tell(order, goods_added(order, addition, lines))
    issue_further_invoice(order, lines, cause=addition.id, taxes=snapshot["taxes"], note=snapshot.get("tax_note"))
    tell_paid_additions(order)
    order.save()


def _enlarge(order: Order, amount: Decimal, lines: list[OrderLine], taxes: list[dict[str, Any]]) -> None:
    order.taxes = summed([*taxes_of(order), *taxes])
    order.subtotal += amount
    order.tax += sum((line.tax for line in lines), Decimal(0))
    order.total += amount
    order.base_total += amount / order.base_rate
