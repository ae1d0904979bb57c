"""What Magento's states come to here. Its own words stay with the order, and are what staff read first."""

from collections.abc import Sequence
from decimal import Decimal

from chassis.mirrors import Row
from commerce.history.importing import Figures
from commerce.legacy.lines import Item
from commerce.legacy.values import ZERO

STATES = {
    "new": "placed",
    "pending_payment": "placed",
    "payment_review": "placed",
    "processing": "placed",
    "holded": "held",
    "complete": "completed",
    "closed": "completed",
    "canceled": "cancelled",
}
CANCELLED = "canceled"


def payment_state(row: Row, figures: Figures) -> str:
    """By the money that moved; a part that was paid leaves an order as it was."""
    if figures.refunded > 0:
        return "refunded" if figures.refunded >= figures.captured else "partially_refunded"
    if row["state"] == CANCELLED and not figures.captured:
        return "voided"
    return "paid" if figures.captured >= figures.total else "pending"


def fulfilment_state(row: Row, items: Sequence[Item]) -> str:
    """By what left; what was given back or cancelled before it was sent is not waited for, as there."""
    sent = [item for item in items if item.requires_shipping]
    if not sent:
        return "not_needed"
    shipped = sum((item.counted("qty_shipped") for item in sent), ZERO)
    left = sum((_to_ship(item) for item in sent), ZERO)
    if shipped:
        return "partially_fulfilled" if left and row["state"] != CANCELLED else "fulfilled"
    return "cancelled" if row["state"] == CANCELLED or not left else "unfulfilled"


def tender_state(row: Row, *, captured: Decimal, refunded: Decimal, authorised: Decimal) -> str:
    """Of the one payment that an order has there."""
    if captured > 0:
        return "refunded" if refunded >= captured else "captured"
    if row["state"] == CANCELLED:
        return "voided"
    return "authorised" if authorised else "requested"


def _to_ship(item: Item) -> Decimal:
    gone = max(item.counted("qty_shipped"), item.counted("qty_refunded"))
    return max(item.ordered - gone - item.counted("qty_canceled"), ZERO)
