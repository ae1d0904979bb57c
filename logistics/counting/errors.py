"""What stock takes refuse."""

from chassis.errors import Conflict, Invalid, NotFound


class UnknownStockTake(NotFound):
    code, title = "unknown_stock_take", "There is no such stock take."


class NumberTaken(Conflict):
    code, title = "number_taken", "This number is another stock take's."


class NothingCounted(Conflict):
    code, title = "nothing_counted", "Nothing was counted yet."


class BadCount(Invalid):
    code, title = "bad_count", "What is counted is a SKU and a quantity that is not negative."


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "This step is not allowed in the present state."
