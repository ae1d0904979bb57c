"""Index of this domain's models."""

from commerce.cancellation.models import Cancellation
from commerce.checkout.models import Cart, CartLine, ChannelCopy, ViewCopy
from commerce.delivery.models import DeliveryChange
from commerce.document.models import Document, DocumentSequence, Seller
from commerce.messaging import (
    DeadLetter,
    Delivery,
    History,
    IdempotencyKey,
    InboxEntry,
    Job,
    OutboxEvent,
    RevokedPrincipal,
    SagaInstance,
)
from commerce.order.models import NumberSequence, Order, OrderEvent, OrderLine, OrderShipment
from commerce.payment.models import (
    Payment,
    PaymentMethod,
    PaymentMethodText,
    RefundDue,
    Transaction,
    WebhookReceipt,
)

__all__ = [
    "Cancellation",
    "Cart",
    "CartLine",
    "ChannelCopy",
    "DeadLetter",
    "Delivery",
    "DeliveryChange",
    "Document",
    "DocumentSequence",
    "History",
    "IdempotencyKey",
    "InboxEntry",
    "Job",
    "NumberSequence",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderShipment",
    "OutboxEvent",
    "Payment",
    "PaymentMethod",
    "PaymentMethodText",
    "RefundDue",
    "RevokedPrincipal",
    "SagaInstance",
    "Seller",
    "Transaction",
    "ViewCopy",
    "WebhookReceipt",
]
