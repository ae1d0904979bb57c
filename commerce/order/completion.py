"""When an order is complete: asked wherever the last thing may have happened, and when a held order is released."""

from commerce.order.announcing import order_completed, tell
from commerce.order.models import Order


def complete_if_done(order: Order) -> None:
    """Complete an order of which nothing is left to do, and say so; one on hold waits for its release.

    Under the order's lock and at its new version; the caller stores it.
    """
    if order.state == "placed" and order.is_done:
        order.transition("complete")
        tell(order, order_completed(order))
