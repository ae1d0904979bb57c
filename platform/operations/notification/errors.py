"""What can be refused about a message, and why one cannot be written yet."""

from chassis.errors import DomainError


class IllegalMessageTransition(DomainError):
    code, status, title = "illegal_message_transition", 409, "The message's state does not allow this."


class OrderNotYetKnown(Exception):
    """An event about an order came before its order_placed: the inbox tries it again with back-off."""
