"""What can be refused about goods that are to be added to an order."""

from chassis.errors import DomainError


class NotAddable(DomainError):
    code, status, title = "not_addable", 409, "Nothing can be added to this order now."


class NothingToAdd(DomainError):
    code, status, title = "nothing_to_add", 400, "No goods were named."


class OrderChangedMeanwhile(DomainError):
    code, status, title = "order_changed", 409, "The order has changed since you looked at it; look again."


class OtherCurrency(DomainError):
    code, status, title = "other_currency", 409, "The channel sells in another currency than the order was placed in."


class UnknownAddition(DomainError):
    code, status, title = "unknown_addition", 404, "There is no such addition, or it is not yours."


class AdditionClosed(DomainError):
    code, status, title = "addition_closed", 409, "This offer was withdrawn, has expired or was taken already."


class IllegalAdditionTransition(DomainError):
    code, status, title = "illegal_addition_transition", 409, "The addition's state does not allow this."
