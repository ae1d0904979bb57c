"""Refusals of the customer slice."""

from chassis.errors import Conflict, DomainError, NotFound


class UnknownView(NotFound):
    code, title = "unknown_view", "There is no such store view."


class EmailTaken(Conflict):
    """For staff and imports only: a shopper is never told."""

    code, title = "email_taken", "This e-mail address already has an account in this group of channels."


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "The account's present state does not allow this."


class UnknownGroup(DomainError):
    code, status, title = "unknown_customer_group", 400, "There is no such customer group."


class TooManyAddresses(DomainError):
    code, status, title = "too_many_addresses", 409, "The address book is full; remove one first."
