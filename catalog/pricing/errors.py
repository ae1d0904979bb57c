"""What pricing refuses, and why."""

from chassis.errors import DomainError


class InvalidPrice(DomainError):
    code, status, title = "invalid_price", 400, "The price is not valid."


class PriceMoved(DomainError):
    code, status, title = "price_moved", 409, "The price was changed meanwhile: look at it again."


class InvalidPriceList(DomainError):
    code, status, title = "invalid_price_list", 400, "The price list is not valid."


class UnknownChannel(DomainError):
    code, status, title = "unknown_channel", 404, "There is no such channel."


class UnknownPriceList(DomainError):
    code, status, title = "unknown_price_list", 404, "There is no such price list in this channel."


class UnknownSku(DomainError):
    code, status, title = "unknown_sku", 404, "There is no product of this SKU."


class InvalidRate(DomainError):
    code, status, title = "invalid_tax_rate", 400, "The tax rate is not valid."


class InvalidTaxPolicy(DomainError):
    code, status, title = "invalid_tax_policy", 400, "A channel cannot reckon with tax like this."
