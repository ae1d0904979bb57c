"""What a reservation refuses."""

from chassis.errors import Conflict


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "This step is not allowed in the present state."
