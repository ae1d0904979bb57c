"""What can be refused about a cancellation."""

from chassis.errors import DomainError


class CancellationPending(DomainError):
    code, status, title = "cancellation_pending", 409, "A cancellation of this order is not decided yet."


class NotCancellable(DomainError):
    code, status, title = "not_cancellable", 409, "Nothing of that can be cancelled any more."


class NotPaidYet(DomainError):
    code, status, title = "not_paid_yet", 409, "A part is cancelled once the order is paid; cancel all of it, or wait."


class IllegalCancellationTransition(DomainError):
    code, status, title = "illegal_cancellation_transition", 409, "The cancellation was decided already."
