"""What other domains are told about goods that are offered for an order and that came to it."""

from decimal import Decimal

from chassis import clock
from commerce.addition.models import Addition
from commerce.checkout.errors import NoStorefront
from commerce.checkout.models import ViewCopy
from commerce.order.announcing import order_lines
from commerce.order.models import Order, OrderLine
from contracts import commerce as events
from contracts.shared import Amount


def offered(order: Order, addition: Addition) -> events.AdditionOffered:
    """The event that has the shopper asked to pay. NoStorefront."""
    link = link_to(addition, order)
    if not link:
        raise NoStorefront()
    return events.AdditionOffered(
        addition=addition.id,
        order=order.id,
        number=order.number,
        channel=order.channel,
        lines=tuple(
            events.OfferedLine(name=line["name"], quantity=Decimal(line["quantity"]), total=Decimal(line["total"]))
            for line in addition.quote["lines"]
        ),
        amount=Amount(amount=addition.amount, currency=order.currency),
        expires_at=addition.expires_at,
        link=link,
    )


def link_to(addition: Addition, order: Order) -> str:
    """The storefront's page where it is paid; empty where the order's view does not say where that is."""
    base = ViewCopy.objects.filter(code=order.view).values_list("base_url", flat=True).first()
    return f"{base}orders/{order.id}/additions/{addition.id}?key={addition.key}" if base else ""


def goods_added(order: Order, addition: Addition, lines: list[OrderLine]) -> events.GoodsAdded:
    """The event that says what came to an order."""
    return events.GoodsAdded(
        addition=addition.id,
        order=order.id,
        number=order.number,
        channel=order.channel,
        customer=order.customer,
        lines=order_lines(lines),
        amount=Amount(amount=addition.amount, currency=order.currency),
        total=Amount(amount=order.total, currency=order.currency),
        added_at=clock.now(),
    )
