"""What staff write to an order: for themselves, or for the shopper to read."""

from uuid import UUID

from chassis.unit_of_work import unit_of_work
from commerce.order.commands import locked_order
from commerce.order.models import Order

NOTE = "note"


def add_note(order_id: UUID, *, text: str, internal: bool) -> Order:
    """Add a note to the order's timeline; one that is internal is never shown to the shopper."""
    with unit_of_work("commerce"):
        order = locked_order(order_id)
        order.note(NOTE, text=text, internal=internal)
        order.version += 1
        order.save(update_fields=["version"])
        return order
