"""What can be refused about a change of delivery."""

from chassis.errors import DomainError


class DeliveryChangePending(DomainError):
    code, status, title = "delivery_change_pending", 409, "A change of this order's delivery is not decided yet."


class DeliveryFixed(DomainError):
    code, status, title = "delivery_fixed", 409, "The order's delivery cannot be changed any more."


class UnknownOrderDelivery(DomainError):
    code, status, title = "unknown_order_delivery", 404, "There is no such delivery of this order."


class CostsOther(DomainError):
    code, status, title = "costs_other", 409, "Delivery there costs another total: cancel the order and place it anew."


class IllegalDeliveryTransition(DomainError):
    code, status, title = "illegal_delivery_transition", 409, "The change was decided already."
