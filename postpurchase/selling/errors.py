"""What is refused about gift cards that are bought."""

from chassis.errors import Conflict


class NothingLeft(Conflict):
    code, title = "nothing_left", "All of it is spent, or a checkout is paying with it right now."
