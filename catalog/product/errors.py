"""What no product, category or rule of a collection can be."""

from chassis.errors import DomainError


class InvalidRule(DomainError):
    code, status, title = "invalid_rule", 400, "The rule of a collection is not one."
