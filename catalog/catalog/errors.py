"""What catalog refuses, and why."""

from chassis.errors import DomainError


class UnknownView(DomainError):
    code, status, title = "unknown_view", 404, "There is no such view."


class ProductNotFound(DomainError):
    code, status, title = "product_not_found", 404, "There is no such product in this view."


class CategoryNotFound(DomainError):
    code, status, title = "category_not_found", 404, "There is no such category in this view."


class InvalidParameter(DomainError):
    code, status, title = "invalid_parameter", 400, "A parameter is not valid."


class UnknownReference(DomainError):
    code, status, title = "unknown_reference", 400, "Something that is referred to does not exist."


class InvalidValue(DomainError):
    code, status, title = "invalid_value", 400, "A value does not fit its attribute."


class InvalidProduct(DomainError):
    code, status, title = "invalid_product", 400, "The product cannot be what it is said to be."


class SlugTaken(DomainError):
    code, status, title = "slug_taken", 409, "Another one has this address in this view."


class CategoryCycle(DomainError):
    code, status, title = "category_cycle", 400, "A category cannot lie under itself."


class NotAChannel(DomainError):
    code, status, title = "invalid_channel", 400, "The channel's settings are not valid."
