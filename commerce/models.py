"""Index of this domain's models."""

from commerce.addition.models import Addition
from commerce.cancellation.models import Cancellation
from commerce.checkout.models import Cart, CartLine, ChannelCopy, ViewCopy
from commerce.delivery.models import DeliveryChange
from commerce.document.models import Document, DocumentSequence, Seller
from commerce.history.models import HistoricalLine, HistoricalOrder, HistoricalPayment
from commerce.legacy.models import CarriedOrder, LegacyFinding, LegacyRow, LegacyTouched
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
from commerce.order.models import NumberSequence, Order, OrderDelivery, OrderEvent, OrderLine, OrderShipment
from commerce.payment.models import (
    Payment,
    PaymentMethod,
    PaymentMethodText,
    RefundDue,
    Transaction,
    WebhookReceipt,
)
from commerce.reversal.models import Dispute

__all__ = [
    "Addition",
    "Cancellation",
    "CarriedOrder",
    "Cart",
    "CartLine",
    "ChannelCopy",
    "DeadLetter",
    "Delivery",
    "DeliveryChange",
    "Dispute",
    "Document",
    "DocumentSequence",
    "HistoricalLine",
    "HistoricalOrder",
    "HistoricalPayment",
    "History",
    "IdempotencyKey",
    "InboxEntry",
    "Job",
    "LegacyFinding",
    "LegacyRow",
    "LegacyTouched",
    "NumberSequence",
    "Order",
    "OrderDelivery",
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
