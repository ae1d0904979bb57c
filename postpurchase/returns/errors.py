"""What returns refuse."""

from chassis.errors import Conflict, Invalid, NotFound


class UnknownOrder(NotFound):
    code, title = "unknown_order", "There is no such order for you."


class UnknownReturn(NotFound):
    code, title = "unknown_return", "There is no such return for you."


class UnknownLine(Invalid):
    code, title = "unknown_line", "A line named is not in this order."


class NotReturnable(Conflict):
    code, title = "not_returnable", "A gift card is not sent back: the shop takes it back, as far as it was not spent."


class TooMany(Conflict):
    code, title = "too_many", "More than was bought and not returned yet cannot be returned."


class BadQuantity(Invalid):
    code, title = "bad_quantity", "A quantity is above zero and has at most 4 decimals."


class WindowClosed(Conflict):
    code, title = "return_window_closed", "The time for returning this order is over."


class OrderWasCancelled(Conflict):
    code, title = "order_cancelled", "This order was cancelled; there is nothing to return."


class NothingReceived(Invalid):
    code, title = "nothing_received", "At least one unit must have come back; decline the return otherwise."


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "This step is not allowed in the present state."
