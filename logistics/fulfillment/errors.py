"""What fulfilment refuses."""

from chassis.errors import Conflict, Invalid, NotFound


class UnknownFulfilment(NotFound):
    code, title = "unknown_fulfilment", "There is nothing to fulfil under this order."


class UnknownPickLine(Invalid):
    code, title = "unknown_pick_line", "A line named is not on this order's picking list."


class NotPicked(Conflict):
    code, title = "not_picked", "Only what was picked and not sent yet can be sent."


class NoNumber(Invalid):
    code, title = "no_tracking_number", "A parcel leaves with its tracking number, or with a label that has one."


class NumberTaken(Conflict):
    code, title = "number_taken", "Another parcel of this order has this tracking number."


class OnHold(Conflict):
    code, title = "order_on_hold", "The order is on hold: nothing of it is picked or sent until it is released."


class NothingToDo(Conflict):
    code, title = "nothing_to_do", "Nothing is left to pick or send here."


class PickTooMuch(Invalid):
    code, title = "pick_too_much", "More cannot be picked than is on the list."


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "This step is not allowed in the present state."
