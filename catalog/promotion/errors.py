"""What promotion refuses, and why."""

from chassis.errors import DomainError


class InvalidRule(DomainError):
    code, status, title = "invalid_rule", 400, "The rule is not valid."


class UnknownRule(DomainError):
    code, status, title = "unknown_rule", 404, "There is no such rule."


class RuleRunning(DomainError):
    code, status, title = "rule_running", 409, "A rule that is active or has ended cannot be edited; pause it first."


class IllegalTransition(DomainError):
    code, status, title = "illegal_transition", 409, "The rule's state does not allow this."


class InvalidCoupon(DomainError):
    code, status, title = "invalid_coupon", 400, "The coupon is not valid."


class CouponTaken(DomainError):
    code, status, title = "coupon_taken", 409, "There is a coupon of this code already."
