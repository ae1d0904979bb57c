"""What carriers refuse."""

from chassis.errors import Conflict, DomainError, Invalid, NotFound


class UnknownCarrier(Invalid):
    code, title = "unknown_carrier", "There is no carrier of this code."


class UnknownParcel(NotFound):
    code, title = "unknown_parcel", "There is no such parcel."


class BadSignature(DomainError):
    code, status, title = "bad_signature", 401, "The webhook's signature is missing, wrong or too old."


class NoLabels(Conflict):
    code, title = "no_labels", "This carrier makes no labels: enter the tracking number when the parcel leaves."


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "This step is not allowed in the present state."
