"""Refusals of routing: code, status and one sentence each."""

from chassis.errors import Conflict, Invalid, Unavailable


class OwnedByLegacy(Conflict):
    code = "owned_by_legacy"
    title = "The old shop still writes this: change it there."


class IllegalMode(Conflict):
    code, title = "illegal_mode", "A flag of this kind has no such mode."


class UnknownFlag(Invalid):
    code, title = "unknown_flag", "There is no such flag."


class BadPercentage(Invalid):
    code, title = "bad_percentage", "A percentage is a whole number from 1 to 100."


class NotProven(Conflict):
    code, title = "not_proven", "What was carried is not proven to be what is there."


class OwnershipUnknown(Unavailable):
    code, title = "ownership_unknown", "It is not known yet who writes this; try again."
