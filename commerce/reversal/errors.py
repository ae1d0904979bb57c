"""What can be refused about disputes."""

from chassis.errors import DomainError


class IllegalDisputeTransition(DomainError):
    code, status, title = "illegal_dispute_transition", 409, "The dispute's state does not allow this."
