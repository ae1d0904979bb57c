"""What carriers refuse."""

from chassis.errors import DomainError, Invalid


class UnknownCarrier(Invalid):
    code, title = "unknown_carrier", "There is no carrier of this code."


class BadSignature(DomainError):
    code, status, title = "bad_signature", 401, "The webhook's signature is missing, wrong or too old."
