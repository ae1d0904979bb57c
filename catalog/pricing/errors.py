"""What pricing refuses, and why."""

from chassis.errors import DomainError


class InvalidPrice(DomainError):
    code, status, title = "invalid_price", 400, "The price is not valid."


class UnknownChannel(DomainError):
    code, status, title = "unknown_channel", 404, "There is no such channel."


class UnknownSku(DomainError):
    code, status, title = "unknown_sku", 404, "There is no product of this SKU."


class InvalidRate(DomainError):
    code, status, title = "invalid_tax_rate", 400, "The tax rate is not valid."
