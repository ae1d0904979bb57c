"""What can be refused about an order."""

from chassis.errors import DomainError


class IllegalTransition(DomainError):
    code, status, title = "illegal_transition", 409, "The order's state does not allow this."


class OrderBeingAddedTo(DomainError):
    code, status, title = "order_being_added_to", 409, "Goods are being added to this order; try again in a moment."


class OrderOfHistory(DomainError):
    code, status, title = "order_of_history", 409, "An order of the older shop is looked at, never worked on."


class OrderUnknown(DomainError):
    code, status, title = "unknown_order", 404, "There is no such order."
