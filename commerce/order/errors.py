"""What can be refused about an order."""

from chassis.errors import DomainError


class IllegalTransition(DomainError):
    code, status, title = "illegal_transition", 409, "The order's state does not allow this."


class OrderUnknown(DomainError):
    code, status, title = "unknown_order", 404, "There is no such order."
