"""When an order is complete: asked wherever the last thing may have happened, and when a held order is released."""

from collections.abc import Iterable

from commerce.order.announcing import order_completed, tell
from commerce.order.models import Order, OrderLine


def fulfil_if_sent(order: Order, lines: Iterable[OrderLine]) -> bool:
    """Whether nothing is left to send of an order that is not fulfilled yet; then it is. The caller stores it."""
    if order.fulfilment_state not in ("unfulfilled", "partially_fulfilled"):
        return False
    if any(line.left > 0 for line in lines if line.requires_shipping):
        return False
    order.transition_fulfilment("ship")
    return True


def complete_if_done(order: Order) -> None:
    """Complete an order of which nothing is left to do, and say so; one on hold waits for its release.

    Under the order's lock and at its new version; the caller stores it.
    """
    if order.state == "placed" and order.is_done:
        order.transition("complete")
        tell(order, order_completed(order))
