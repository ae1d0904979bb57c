"""What reservations of tenders refuse."""

from chassis.errors import Conflict


class IllegalTransition(Conflict):
    code, title = "illegal_tender_transition", "The reservation's state does not allow this."


class RefundTooLarge(Conflict):
    code, title = "tender_refund_too_large", "No more goes back to a tender than it has paid."
