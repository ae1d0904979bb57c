"""What cannot be done with a parcel."""

from chassis.errors import Conflict, NotFound


class UnknownParcel(NotFound):
    code, title = "unknown_parcel", "There is no such parcel."


class NoLabels(Conflict):
    code, title = "no_labels", "This carrier makes no labels: enter the tracking number when the parcel leaves."


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "This step is not allowed in the present state."
