"""What can be refused about a message, and why one cannot be written yet."""

from chassis.errors import DomainError
from chassis.subscriptions import NotYet


class IllegalMessageTransition(DomainError):
    code, status, title = "illegal_message_transition", 409, "The message's state does not allow this."


class OrderNotYetKnown(NotYet):
    """An event about an order came before its order_placed, which another producer may have still to tell."""
