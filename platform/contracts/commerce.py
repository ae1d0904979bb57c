"""Events and query protocols of commerce: carts, orders, payments."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from chassis.messages import Personal, event
from contracts.shared import Amount, Choice, Component, PostalAddress


@dataclass(frozen=True, kw_only=True)
class RequestedLine:
    """How many of a SKU are wanted for one cart line. What needs no parcel may have no stock, and is then not short."""

    line: UUID
    sku: str
    quantity: Decimal
    requires_shipping: bool = True


@event("commerce.stock_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class StockRequested:
    """A checkout asks logistics to reserve all lines or none, until `expires_at`.

    Where it goes to decides which source it is taken from; `area` is the beginning of the postcode, no more: enough to
    find a source nearby, too little to find a person. All three are empty where nothing is sent.
    """

    saga: UUID
    cart: UUID
    channel: str
    lines: tuple[RequestedLine, ...]
    expires_at: datetime
    country: str = ""
    area: str = ""
    shipping_method: str = ""


@event("commerce.stock_release_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class StockReleaseRequested:
    """A checkout did not end in an order: what it reserved returns to the shelf."""

    saga: UUID
    reason: str


@event("commerce.stock_confirmation_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class StockConfirmationRequested:
    """The order stands: its reservation no longer expires and belongs to the order."""

    saga: UUID
    order: UUID
    order_number: str


@dataclass(frozen=True, kw_only=True)
class RedeemedPromotion:
    """A promotion that a cart takes, by its coupon if it has one, and what it takes off."""

    rule: UUID
    amount: Decimal
    code: str = ""


@event("commerce.redemption_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class RedemptionRequested:
    """A checkout asks catalog to count all of its promotions or none.

    `shopper` is the same for the same customer or guest's e-mail address, and tells neither.
    """

    saga: UUID
    cart: UUID
    channel: str
    currency: str
    shopper: str
    promotions: tuple[RedeemedPromotion, ...]


@event("commerce.redemption_release_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class RedemptionReleaseRequested:
    """A checkout did not end in an order: its promotions may be used again."""

    saga: UUID
    reason: str


@event("commerce.redemption_confirmation_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class RedemptionConfirmationRequested:
    """The order stands: its promotions are used."""

    saga: UUID
    order: UUID
    order_number: str


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """A line as sold, tax included: `unit_price` of one before `discount`, `total` what was charged for all.

    `components`: what one of it consists of, empty where that is the SKU itself. `kind` is the product's: of a
    gift_card `unit_price` is its worth, and `choices` say who gets it.
    """

    id: UUID
    sku: str
    product: UUID
    name: str
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    requires_shipping: bool = True
    discount: Decimal = Decimal(0)
    kind: str = ""
    components: tuple[Component, ...] = ()
    choices: tuple[Choice, ...] = ()


@event("commerce.order_placed", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderPlaced:
    """An order exists and its payment is authorised (or to be collected later)."""

    order: UUID
    saga: UUID
    cart: UUID
    number: str
    channel: str
    view: str
    locale: str
    customer: UUID | None
    email: Personal
    currency: str
    subtotal: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal
    lines: tuple[OrderLine, ...]
    delivery: PostalAddress
    shipping_method: str
    placed_at: datetime
    coupons: tuple[str, ...] = ()


@event("commerce.order_paid", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderPaid:
    """The whole total of an order is captured; one that costs nothing is paid when it is placed.

    `key_hash`: SHA-256 of the key by which a guest is given what the order has brought.
    """

    order: UUID
    number: str
    channel: str
    customer: UUID | None
    total: Amount
    paid_at: datetime
    lines: tuple[OrderLine, ...] = ()
    key_hash: str = ""


@event("commerce.order_held", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderHeld:
    """An order is not to be worked on until it is released."""

    order: UUID
    number: str
    channel: str


@event("commerce.order_released", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderReleased:
    """A held order may be worked on again."""

    order: UUID
    number: str
    channel: str


@event("commerce.order_completed", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderCompleted:
    """All of an order was sent, or it needs no parcel and is paid."""

    order: UUID
    number: str
    channel: str
    customer: UUID | None


@event("commerce.payment_voided", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class PaymentVoided:
    """The provider has let go of what it held for a cancelled order; nothing of it was taken."""

    order: UUID
    number: str
    channel: str
    amount: Amount


@event("commerce.order_cancelled", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderCancelled:
    """An order was cancelled before anything left the house. `saga` is the checkout that it came from."""

    order: UUID
    number: str
    channel: str
    total: Amount
    reason: str
    saga: UUID | None = None


@event("commerce.order_refunded", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderRefunded:
    """Money went back for an order; `whole` when nothing that was paid is left.

    `return_request` names the return that asked for it, if one did.
    """

    order: UUID
    number: str
    channel: str
    customer: UUID | None
    refund: UUID
    amount: Amount
    return_request: UUID | None = None
    whole: bool = False


@event("commerce.refund_failed", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class RefundFailed:
    """A refund that a return asked for could not be made; `reason` says why."""

    order: UUID
    return_request: UUID
    reason: str
