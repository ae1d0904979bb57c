"""Index of this domain's admin pages."""

from chassis.admin import register_messaging
from commerce.checkout.admin import CartAdmin
from commerce.order.admin import NumberSequenceAdmin, OrderAdmin
from commerce.payment.admin import PaymentAdmin

__all__ = ["CartAdmin", "NumberSequenceAdmin", "OrderAdmin", "PaymentAdmin"]

register_messaging("commerce")
