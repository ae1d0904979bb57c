"""What can be refused about a payment."""

from chassis.errors import DomainError


class IllegalPaymentTransition(DomainError):
    code, status, title = "illegal_payment_transition", 409, "The payment's state does not allow this."


class BadSignature(DomainError):
    code, status, title = "bad_signature", 401, "The webhook's signature is missing, wrong or too old."


class NotRefundable(DomainError):
    code, status, title = "not_refundable", 409, "The payment is not captured as a whole; nothing can be refunded yet."


class MethodNotOffered(DomainError):
    code, status, title = "payment_method_not_offered", 400, "This cart cannot be paid this way."


class NotAwaited(DomainError):
    code, status, title = "payment_not_awaited", 409, "No money is awaited of this payment."


class TooMuch(DomainError):
    code, status, title = "more_than_awaited", 409, "No more can be booked than is awaited."


class AlreadyBooked(DomainError):
    code, status, title = "already_booked", 409, "Money with this reference is booked already."


class RefundNotDue(DomainError):
    code, status, title = "refund_not_due", 409, "This refund was booked or withdrawn already."


class RefundUnknown(DomainError):
    code, status, title = "refund_unknown", 404, "This refund is not booked yet; come again."


class RefundTooLarge(DomainError):
    code, status, title = "refund_too_large", 409, "No more can be refunded than was captured."
