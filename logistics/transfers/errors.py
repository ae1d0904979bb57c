"""What transfers refuse."""

from chassis.errors import Conflict, Invalid, NotFound


class UnknownTransfer(NotFound):
    code, title = "unknown_transfer", "There is no such transfer."


class SamePlace(Invalid):
    code, title = "same_place", "Goods are sent from one source to another."


class NoLines(Invalid):
    code, title = "no_lines", "Say what is sent or received, more than nothing of each."


class NumberTaken(Conflict):
    code, title = "number_taken", "This number is another transfer's that is no draft any more."


class NotThere(Conflict):
    code, title = "not_there", "Only what is on hand and promised to nobody can be sent away."


class TooMuch(Conflict):
    code, title = "too_much_received", "No more can come than is under way."


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "This step is not allowed in the present state."
