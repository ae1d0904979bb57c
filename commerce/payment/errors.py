"""What can be refused about a payment."""

from chassis.errors import DomainError


class IllegalPaymentTransition(DomainError):
    code, status, title = "illegal_payment_transition", 409, "The payment's state does not allow this."


class BadSignature(DomainError):
    code, status, title = "bad_signature", 401, "The webhook's signature is missing, wrong or too old."


class NotRefundable(DomainError):
    code, status, title = "not_refundable", 409, "The payment is not captured as a whole; nothing can be refunded yet."


class RefundTooLarge(DomainError):
    code, status, title = "refund_too_large", 409, "No more can be refunded than was captured."
