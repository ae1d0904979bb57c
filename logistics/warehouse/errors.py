"""What the warehouse refuses."""

from chassis.errors import Conflict, Invalid, NotFound


class UnknownSource(NotFound):
    code, title = "unknown_source", "There is no source of this code."


class BadQuantity(Invalid):
    code, title = "bad_quantity", "A quantity has at most 4 decimals and 8 digits before them."


class UnknownItem(NotFound):
    code, title = "unknown_stock_item", "There is no such stock item."


class LedgerBroken(Conflict):
    code, title = "ledger_broken", "What is on hand is not the sum of its movements."


class UnknownReason(Invalid):
    code, title = "unknown_reason", "Stock moves only for one of the known reasons."


class UnknownView(NotFound):
    code, title = "unknown_view", "There is no view of this code."
