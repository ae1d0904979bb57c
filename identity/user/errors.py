"""Refusals of the staff slice."""

from chassis.errors import Conflict, DomainError


class StaffExists(Conflict):
    code, title = "staff_exists", "There is a staff account with this e-mail address."


class UnknownRole(DomainError):
    code, status, title = "unknown_role", 400, "There is no such role."


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "The account's present state does not allow this."
